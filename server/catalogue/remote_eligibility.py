"""Remote handling is denied unless a permission of the rule pack opens it.

Sources: the overseas video scheme of 司法部 and 外交部 (2022-05, 2023-06) and
the office's own rule pack; 电子签名法 Art. 3 for papers that need ink.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from server.catalogue import reasons
from server.catalogue.eligibility_question import Outcome, WayOn
from server.catalogue.matters import EsignPolicy, OverseasVideo, Remote
from server.catalogue.routes import Residence, Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.catalogue.eligibility_question import EligibilityQuestion, Reason
    from server.catalogue.matters import Matter
    from server.catalogue.routes import RemotePermission
    from server.catalogue.rule_packs import RulePack

MAINLAND: Final = "CN"
GROUP_OF_DECLARATIONS: Final = "declaration"


def what_bars_the_route(
    question: EligibilityQuestion, pack: RulePack, matter: Matter
) -> Iterator[Reason]:
    """Yield every reason why ``question`` may not take its remote route."""
    if matter.remote is Remote.NO:
        yield reasons.REMOTE_UNSUITABLE
        return
    if question.route is Route.OVERSEAS_MISSION:
        yield from _what_bars_the_scheme(question, pack, matter)
    permissions = [p for p in pack.remote if p.route is question.route and matter.code in p.matters]
    if not permissions:
        yield _not_permitted(question, pack, matter)
        return
    # Any one permission that fits is enough; if none does, the nearest miss explains.
    misses = [list(_what_misses(question, permission)) for permission in permissions]
    yield from min(misses, key=_distance)
    yield from _what_the_office_must_weigh(question, pack, matter)


def _distance(miss: list[Reason]) -> tuple[int, int]:
    return sum(reason.outcome is Outcome.NOT_ELIGIBLE for reason in miss), len(miss)


def _not_permitted(question: EligibilityQuestion, pack: RulePack, matter: Matter) -> Reason:
    reason = replace(reasons.REMOTE_NOT_PERMITTED, citation=pack.citation)
    mission_serves = any(
        p.route is Route.OVERSEAS_MISSION and matter.code in p.matters for p in pack.remote
    )
    if question.route is Route.HOME_ABROAD and mission_serves:
        return replace(reason, ways_on=(WayOn.GO_TO_MISSION, *reason.ways_on))
    return reason


def _what_bars_the_scheme(
    question: EligibilityQuestion, pack: RulePack, matter: Matter
) -> Iterator[Reason]:
    if not pack.overseas_authorised:
        yield reasons.OFFICE_NOT_AUTHORISED
    if matter.overseas_video is not OverseasVideo.LISTED:
        yield reasons.NOT_ON_OVERSEAS_LIST
    if not question.mainland_household:
        yield reasons.NOT_MAINLAND_RESIDENT
    if matter.group.code == GROUP_OF_DECLARATIONS and question.disposes_of_property:
        if not question.serves_related_matter:
            yield reasons.DECLARATION_UNRELATED
        if not question.will_post_original:
            yield reasons.ORIGINAL_NOT_PROMISED


def _what_misses(question: EligibilityQuestion, permission: RemotePermission) -> Iterator[Reason]:
    cited = permission.citation
    if not _admits(permission.citizens_of, question.citizenship):
        yield replace(reasons.CITIZENSHIP_NOT_ADMITTED, citation=cited)
    if question.residence is Residence.UNKNOWN:
        yield replace(reasons.RESIDENCE_UNKNOWN, citation=cited)
    elif question.residence not in permission.residences:
        yield replace(reasons.RESIDENCE_NOT_ADMITTED, citation=cited)
    if not _admits_country(permission, question.location_country):
        yield replace(reasons.COUNTRY_NOT_ADMITTED, citation=cited)
    if permission.route is Route.OVERSEAS_MISSION and question.mission not in permission.missions:
        yield replace(reasons.MISSION_NOT_ADMITTED, citation=cited)
    if not _admits(permission.use_countries, question.use_country):
        yield replace(reasons.USE_COUNTRY_NOT_ADMITTED, citation=cited)
    if question.needs_assistance and not permission.assistance_allowed:
        yield replace(reasons.ASSISTANCE_NEEDED, citation=cited)


def _admits(allowed: frozenset[str] | None, value: str) -> bool:
    return allowed is None or value in allowed


def _admits_country(permission: RemotePermission, country: str) -> bool:
    at_home = country == MAINLAND
    if at_home is not (permission.route is Route.DOMESTIC_REMOTE):
        return False
    return _admits(permission.countries, country)


def _what_the_office_must_weigh(
    question: EligibilityQuestion, pack: RulePack, matter: Matter
) -> Iterator[Reason]:
    if matter.remote is Remote.CONDITIONAL:
        yield reasons.REMOTE_CONDITIONAL
    signs_far_from_paper = question.route is not Route.OVERSEAS_MISSION
    if signs_far_from_paper and pack.terms(matter.code).esign is EsignPolicy.WET_INK:
        yield reasons.INK_NEEDED
    if not question.receiver_accepts_remote:
        yield reasons.RECEIVER_NOT_ASKED
