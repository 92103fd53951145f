"""Reads the ways to be proven that end neither with a machine nor with a paper alone.

人脸识别技术应用安全管理办法 (2025-06-01): another way stands beside the face, for every act. So an
office names at least one place where a person can be seen with the original.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.matters import MatterCode, Standing
from server.catalogue.rule_packs import ComparisonTerms, VisitTerms

if TYPE_CHECKING:
    from server.catalogue.fields import Fields
    from server.catalogue.rule_packs import RulePack

PLACES: Final = ("own_counter", "notary_office", "consulate", "visa_centre")
LONGEST_DAYS: Final = 90
"""Chosen: what was seen a season ago says little about who comes today."""


def read_comparison(entry: Fields) -> ComparisonTerms:
    terms = ComparisonTerms(
        matters=frozenset(map(MatterCode, entry.texts("matters"))),
        second_handler=frozenset(map(MatterCode, entry.texts("second_handler"))),
        questions=entry.whole("questions"),
        citation=entry.text("citation"),
        standing=entry.choice("standing", Standing),
    )
    entry.done()
    if not terms.second_handler <= terms.matters:
        raise CatalogueDataInvalid(entry.where, "a second word on what is compared nowhere")
    if not 1 <= terms.questions <= 6:  # noqa: PLR2004  # as many as there are things to ask about
        raise CatalogueDataInvalid(entry.where, "one to six things are asked about")
    return terms


def read_visits(entry: Fields) -> VisitTerms:
    terms = VisitTerms(
        places=entry.texts("places"),
        days=entry.whole("days"),
        citation=entry.text("citation"),
        standing=entry.choice("standing", Standing),
    )
    entry.done()
    if not terms.places or not set(terms.places) <= set(PLACES):
        raise CatalogueDataInvalid(entry.where, f"places are of {', '.join(PLACES)}")
    if not 1 <= terms.days <= LONGEST_DAYS:
        raise CatalogueDataInvalid(entry.where, "a visit holds for one to ninety days")
    return terms


def check_comparison(pack: RulePack, where: str) -> None:
    """Raise `CatalogueDataInvalid` for what the office does not handle, or leaves to one person."""
    comparison = pack.identity.comparison
    if not comparison.matters <= pack.matters.keys():
        raise CatalogueDataInvalid(where, "compares persons for a matter that it does not handle")
    two = {code for code in comparison.matters if pack.matters[code].two_person}
    if not two <= comparison.second_handler:
        raise CatalogueDataInvalid(where, "two persons handle it, so two persons compare")
