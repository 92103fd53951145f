"""From a transferred application to the other office's own case.

Everything that the applicant handed in goes along, nothing that the first office
thought of it: the second looks for itself. Ids follow from the first case's, so
doing it twice is doing it once. 公证法 Art. 25; PIPL Art. 23.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from server.cases.actor import SYSTEM_ACTOR
from server.cases.case import Case, Milestones
from server.cases.errors import ConditionsUnmet
from server.cases.guards import Unmet
from server.cases.identity_checks import CheckId
from server.cases.ids import CaseId, ConsentId, MaterialId, PartyId
from server.cases.materials import HANDED_IN, MaterialState
from server.cases.opening import rules_of
from server.cases.status import CaseStatus
from server.catalogue.errors import MatterUnknown, NoRulesInForce, OfficeUnknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from server.cases.identity_checks import IdentityCheck
    from server.cases.ids import OfficeId
    from server.cases.rules import CaseRules
    from server.catalogue.matters import Matter
    from server.catalogue.rule_packs import RulePacks

OFFICE_DECIDES: Final = "office_decides"
"""The pre-check was the first office's; the second has not judged yet."""


def rules_at(
    case: Case, office: OfficeId, *, packs: RulePacks, matter: Matter, on: date
) -> CaseRules:
    """Return what ``office`` says about such a case, or raise `ConditionsUnmet`."""
    if office == case.office:
        raise ConditionsUnmet((Unmet("office_is_the_same", "公证法 Art. 25", office),))
    try:
        return rules_of(packs.at(office, on), matter)
    except (OfficeUnknown, NoRulesInForce, MatterUnknown) as error:
        raise ConditionsUnmet((Unmet("office_does_not_handle", "P-16", office),)) from error


def objects_of(case: Case, checks: Iterable[IdentityCheck]) -> Iterator[str]:
    """Yield the digest of every file that goes along: what was handed in and seen of a person."""
    for material in case.materials:
        if material.object_sha256 is not None:
            yield material.object_sha256
    for check in checks:
        yield from check.objects_at_hand


def successor_id(case: Case) -> CaseId:
    return CaseId(_following(case, case.id))


def successor_of(case: Case, office: OfficeId, rules: CaseRules, *, at: datetime) -> Case:
    """Return the other office's case: submitted, and looked at by nobody there yet."""
    successor = Case(
        id=successor_id(case),
        office=office,
        matter=case.matter,
        rules=rules,
        status=CaseStatus.SUBMITTED,
        intake=replace(case.intake, eligibility=OFFICE_DECIDES),
        milestones=Milestones(created_at=at, submitted_at=at),
        parties=[
            replace(
                party,
                id=PartyId(_following(case, party.id)),
                stands_for=party.stands_for and PartyId(_following(case, party.stands_for)),
                # Relatives were declared among the first office's people.
                relative_of_staff=frozenset(),
            )
            for party in case.parties
        ],
        consents=[
            replace(
                consent,
                id=ConsentId(_following(case, consent.id)),
                party=PartyId(_following(case, consent.party)),
            )
            for consent in case.consents
        ],
        materials=[
            replace(
                material,
                id=MaterialId(_following(case, material.id)),
                state=MaterialState.UPLOADED if material.state in HANDED_IN else material.state,
                in_supplement=False,
                decided_by=None,
                decided_at=None,
            )
            for material in case.materials
        ],
    )
    successor.note("transferred_in", SYSTEM_ACTOR, at, office=case.office, case=case.id)
    return successor


def following_check(case: Case, check: IdentityCheck, office: OfficeId) -> IdentityCheck:
    """Return the identity check as it goes along with the application."""
    return replace(
        check,
        id=CheckId(_following(case, check.id)),
        office=office,
        case=successor_id(case),
        party=PartyId(_following(case, check.party)),
    )


def record_successor(case: Case, *, at: datetime) -> None:
    """Name the other office's case in the first one; nothing changes the second time."""
    if case.transfer is None or case.transfer.successor is not None:
        return
    case.transfer = replace(case.transfer, successor=successor_id(case))
    case.note("transferred_out", SYSTEM_ACTOR, at, office=case.transfer.to_office)


def _following(case: Case, old: str) -> str:
    return str(uuid5(UUID(case.id), f"transfer {old}"))
