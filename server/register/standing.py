"""How a certificate stands, as anybody may learn it: the API and the page answer from here.

Nothing in an answer is about people: who knows the number knows no name by it.
Whatever is not genuine is called tampered, save what never claimed to be ours,
and what could not be judged is never called good.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.catalogue.matters import MatterCode, Wording
from server.catalogue.rule_packs import OfficeId

if TYPE_CHECKING:
    from server.catalogue.loading import Catalogue
    from server.register.certificates import Certificate
    from server.register.log_proofs import Publication
    from server.register.ports import PublicRegister


class StandingStatus(StrEnum):
    VALID = "valid"
    SUPERSEDED = "superseded"
    PARTLY_REVOKED = "partly_revoked"
    REVOKED = "revoked"
    VOIDED = "voided"
    LAPSED = "lapsed"  # Intact, but its archive time-stamp ended and was not renewed in time.
    UNPROVEN = "unproven"  # Intact, but its time-stamper's key was stolen: nothing dates it.
    TAMPERED = "tampered"  # The file is not as it was signed.
    UNKNOWN = "unknown"  # Nothing of ours, or nothing that could be judged.


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A certificate with its office and matter as people call them."""

    certificate: Certificate
    office: Wording
    matter: Wording
    demo: bool
    """Issued by an office that is made up."""

    published: Publication | None = None
    """In the transparency log; ``None``: not yet, or nobody looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    status: StandingStatus
    registered: Registered | None = None


UNKNOWN: Final = Standing(status=StandingStatus.UNKNOWN)
TAMPERED: Final = Standing(status=StandingStatus.TAMPERED)
LAPSED: Final = Standing(status=StandingStatus.LAPSED)
UNPROVEN: Final = Standing(status=StandingStatus.UNPROVEN)
_BRACKETS: Final = str.maketrans("([〔【)]〕】", "（（（（））））")
_LETTERS_APART: Final = re.compile(r"[\s-]+")


def standing_of(found: Certificate | None, catalogue: Catalogue) -> Standing:
    if found is None:
        return UNKNOWN
    office = catalogue.rule_packs.offices.get(OfficeId(found.office))
    matter = catalogue.matters.get(MatterCode(found.matter))
    return Standing(
        status=StandingStatus(found.status),
        registered=Registered(
            certificate=found,
            office=office.name if office else Wording(zh=found.office, en=found.office),
            matter=matter.name if matter else Wording(zh=found.matter, en=found.matter),
            demo=office.demo if office else False,
        ),
    )


def sought(register: PublicRegister, number: str, check_code: str) -> Certificate | None:
    """Look for what is printed, as people type it: other brackets, spaces, small letters."""
    code = _LETTERS_APART.sub("", check_code).upper()
    spaced_out = "".join(number.split())
    for spelling in dict.fromkeys((spaced_out, spaced_out.translate(_BRACKETS))):
        found = register.by_number(spelling, code)
        if found is not None:
            return found
    return None
