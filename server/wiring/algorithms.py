"""By which algorithms an office signs, from its rules to the signing package's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esign.algorithms import SigningAlgorithm
from server.cases.opening import pack_of

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.cases.ids import OfficeId
    from server.catalogue.rule_packs import RulePack, RulePacks


def algorithms_of_pack(pack: RulePack) -> tuple[SigningAlgorithm, ...]:
    return tuple(SigningAlgorithm(each) for each in pack.signatures.algorithms)


def algorithms_of_case(case: Case, packs: RulePacks) -> tuple[SigningAlgorithm, ...]:
    """Return those of the rules that the case was begun under: its papers were made for them."""
    return algorithms_of_pack(pack_of(case, packs.office(case.office)))


def algorithms_of_office(office: OfficeId, packs: RulePacks) -> list[SigningAlgorithm]:
    """Return every one that some pack of the office names; keys of all must be there."""
    named = [each for pack in packs.office(office).packs for each in algorithms_of_pack(pack)]
    return list(dict.fromkeys(named))
