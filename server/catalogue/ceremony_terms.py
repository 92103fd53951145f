"""How strictly an office holds the act by video, where the law leaves it room.

A pack that would let a stranger stand in for minutes, or sign unseen, is refused when it is
read: the limits are the platform's own (docs/the-act.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.matters import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.catalogue.ceremony_forms import CeremonyForm
    from server.catalogue.fields import Fields

LONGEST_AWAY_S: Final = 300
LONGEST_UNSEEN_S: Final = 900
LONGEST_INVITED_H: Final = 168


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyTerms:
    form: CeremonyForm
    tech_check: bool
    least_uplink_kbps: int
    reidentify_after_s: int
    """Longer away than this: identified again."""

    look_every_s: int
    look_fresh_s: int
    """How old the newest look at the face may be when its person signs."""

    invitation_valid_h: int
    """Hours for which an invitation to a person without an account can be taken up."""

    citation: str
    standing: Standing


def read_ceremony_terms(entry: Fields, forms: Mapping[str, CeremonyForm]) -> CeremonyTerms:
    version = entry.text("form")
    if version not in forms:
        raise CatalogueDataInvalid(entry.where, f"no form {version} of the act")
    terms = CeremonyTerms(
        form=forms[version],
        tech_check=entry.truth("tech_check"),
        least_uplink_kbps=entry.whole("least_uplink_kbps"),
        reidentify_after_s=entry.whole("reidentify_after_s"),
        look_every_s=entry.whole("look_every_s"),
        look_fresh_s=entry.whole("look_fresh_s"),
        invitation_valid_h=entry.whole("invitation_valid_h"),
        citation=entry.text("citation"),
        standing=entry.choice("standing", Standing),
    )
    entry.done()
    if not 1 <= terms.reidentify_after_s <= LONGEST_AWAY_S:
        raise CatalogueDataInvalid(entry.where, "lets people stay away too long unidentified")
    if not 1 <= terms.look_every_s <= terms.look_fresh_s <= LONGEST_UNSEEN_S:
        raise CatalogueDataInvalid(entry.where, "lets people sign who were not seen for too long")
    if not 1 <= terms.invitation_valid_h <= LONGEST_INVITED_H:
        raise CatalogueDataInvalid(entry.where, "lets an invitation stand open for too long")
    return terms
