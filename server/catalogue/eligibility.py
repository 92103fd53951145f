"""May this person apply here, for this, in this way? Every reason, and the way on.

The answer is a hint before the application (公证法 Art. 25, 26; 公证程序规则
Art. 10, 11); the notary decides on acceptance. What is not known is never
taken as fulfilled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.catalogue import reasons
from server.catalogue.eligibility_question import Capacity, Connection, Eligibility
from server.catalogue.errors import NoRulesInForce
from server.catalogue.matters import Jurisdiction
from server.catalogue.remote_eligibility import what_bars_the_route
from server.catalogue.routes import Route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from server.catalogue.eligibility_question import EligibilityQuestion, Reason
    from server.catalogue.matters import Matter
    from server.catalogue.rule_packs import RulePack

ADULT: Final = 18  # 民法典 Art. 17
GROUP_OF_WILLS: Final = "will"

# Art. 25(2): about real estate, these may still use the general rule.
GROUPS_FREE_OF_PLACE: Final = frozenset({"power_of_attorney", "declaration", "gift", "will"})


def check_eligibility(
    question: EligibilityQuestion, *, pack: RulePack, matter: Matter, on: date
) -> Eligibility:
    """Return everything that stands in the way of ``question`` on the day ``on``."""
    if not pack.effective_from <= on:
        raise NoRulesInForce(pack.office)
    return Eligibility(
        reasons=tuple(_what_stands_in_the_way(question, pack, matter)),
        rule_pack_version=pack.version,
    )


def _what_stands_in_the_way(
    question: EligibilityQuestion, pack: RulePack, matter: Matter
) -> Iterator[Reason]:
    if matter.code not in pack.matters:
        # The remaining rules of this office say nothing about the matter.
        yield reasons.MATTER_NOT_HANDLED
        return
    yield from _what_bars_the_person(question, matter)
    yield from _what_bars_the_place(question, pack, matter)
    if question.route is not Route.IN_PERSON:
        yield from what_bars_the_route(question, pack, matter)


def _what_bars_the_person(question: EligibilityQuestion, matter: Matter) -> Iterator[Reason]:
    if question.through_agent and not matter.agent_allowed:
        yield reasons.AGENT_NOT_ALLOWED
    if question.capacity is Capacity.IN_DOUBT:
        yield reasons.CAPACITY_IN_DOUBT
    if question.age is None:
        return
    grown = question.age >= ADULT and question.capacity not in {Capacity.LIMITED, Capacity.NONE}
    if grown:
        return
    if matter.group.code == GROUP_OF_WILLS:
        yield reasons.WILL_NEEDS_FULL_CAPACITY
    elif not question.guardian_takes_part:
        yield reasons.GUARDIAN_MISSING


def _what_bars_the_place(
    question: EligibilityQuestion, pack: RulePack, matter: Matter
) -> Iterator[Reason]:
    if _only_where_the_real_estate_is(question, matter):
        location = question.places.get(Connection.REAL_ESTATE)
        if location is None:
            yield reasons.REAL_ESTATE_PLACE_UNKNOWN
        elif not _serves(pack, location):
            yield reasons.REAL_ESTATE_ELSEWHERE
        return
    # Where real estate lies ties a case to a place only under Art. 25(2).
    ties = [place for tie, place in question.places.items() if tie is not Connection.REAL_ESTATE]
    if not ties:
        yield reasons.PLACE_UNKNOWN
    elif not any(_serves(pack, place) for place in ties):
        yield reasons.OUTSIDE_JURISDICTION


def _only_where_the_real_estate_is(question: EligibilityQuestion, matter: Matter) -> bool:
    if matter.jurisdiction is Jurisdiction.REAL_ESTATE_LOCATION:
        return True
    return question.concerns_real_estate and matter.group.code not in GROUPS_FREE_OF_PLACE


def _serves(pack: RulePack, place: str) -> bool:
    return any(place.startswith(district) for district in pack.districts)
