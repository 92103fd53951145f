"""A person is seen elsewhere: what the office asks for, what is stated there, how long it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from server.cases.consents import Purpose
from server.cases.errors import ConditionsUnmet, NotEditable, NotYourAction, TransitionRefused
from server.cases.identifying import decide_check
from server.cases.identity_checks import (
    CheckId,
    CheckState,
    IdentityCheck,
    ProofRoute,
    digest_of,
    routes_of,
)
from server.cases.identity_visits import PlaceKind, VisitReport
from server.cases.parties import IdDocument, IdType
from server.cases.status import CaseStatus
from server.cases.visiting import VisitWanted, open_visit, report_visit
from server.catalogue.identity_files import PLACES
from tests.unit.cases.a_case import APPLICANT, ASSISTANT, NOTARY, NOW, WANG, consent, ready_case

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case

WANTED = VisitWanted(document="passport", place=PlaceKind.VISA_CENTRE, where="巴黎")
REPORT = VisitReport(
    entered_by=ASSISTANT.account,
    entered_at=NOW,
    seen_by="李某",
    seen_at=NOW,
    id_number="E1",
    valid_until=date(2099, 1, 1),
    same_person=True,
    original_shown=True,
    statement="7" * 64,
)
LATER = NOW + timedelta(days=30)


def a_case(status: CaseStatus = CaseStatus.SUBMITTED) -> Case:
    case = ready_case(status)
    case.rules = replace(case.rules, visit_places=tuple(PlaceKind), visit_days=30)
    case.consents.append(consent(Purpose.IN_PERSON_CHECK))
    case.replace_party(replace(case.party(WANG), identity_proven=False))
    return case


def opened(case: Case, wanted: VisitWanted = WANTED, by: Actor = ASSISTANT) -> IdentityCheck:
    return open_visit(
        case, WANG, by, check_id=CheckId("k-1"), reference="ref-1", wanted=wanted, at=NOW
    )


def reported(
    case: Case,
    check: IdentityCheck,
    *,
    at: datetime = NOW,
    reference: str = "ref-1",
    **told: object,
) -> IdentityCheck:
    report = replace(REPORT, **told)  # type: ignore[arg-type]  # of a dataclass
    return report_visit(case, check, report, ASSISTANT, reference=reference, at=at)


def codes(refused: pytest.ExceptionInfo[ConditionsUnmet]) -> list[str]:
    return [unmet.code for unmet in refused.value.unmet]


def test_the_catalogue_knows_the_same_places() -> None:
    assert set(PLACES) == set(PlaceKind)


@pytest.mark.parametrize(
    "status",
    [
        CaseStatus.DRAFT,
        CaseStatus.SUBMITTED,
        CaseStatus.REVIEW,
        # Whoever is not recognised in the ceremony.
        CaseStatus.INTERVIEW_SET,
    ],
)
def test_a_visit_waits_is_stated_and_is_decided_by_a_notary(status: CaseStatus) -> None:
    case = a_case(status)
    check = opened(case)
    assert (check.state, check.inputs.route, check.objects) == (
        CheckState.AWAITS_VISIT,
        ProofRoute.IN_PERSON,
        (),
    )
    told = reported(case, check)
    assert told.state is CheckState.PERSON_DECIDES
    assert told.objects == (REPORT.statement,)
    assert told.face_objects == frozenset()
    assert not case.party(WANG).identity_proven
    decided = decide_check(case, told, proven=True, reason="可信", actor=NOTARY, at=NOW)
    assert decided.state is CheckState.PROVEN
    assert case.party(WANG).identity_proven
    # A signature is bound to the statement.
    other = reported(case, check, statement="8" * 64)
    assert digest_of(told) != digest_of(other)


@pytest.mark.parametrize("changes", [{"same_person": False}, {"original_shown": False}])
def test_a_checkers_no_is_final(changes: dict[str, Any]) -> None:
    case = a_case()
    refused = reported(case, opened(case), **changes)
    assert refused.state is CheckState.REFUSED
    with pytest.raises(TransitionRefused):
        decide_check(case, refused, proven=True, reason="", actor=NOTARY, at=NOW)


def test_a_visit_that_is_not_stated_cannot_be_decided() -> None:
    case = a_case()
    with pytest.raises(TransitionRefused):
        decide_check(case, opened(case), proven=True, reason="", actor=NOTARY, at=NOW)


def test_a_reference_is_used_once() -> None:
    case = a_case()
    told = reported(case, opened(case))
    for check in (told, replace(told, visit=None)):
        with pytest.raises(ConditionsUnmet) as refused:
            reported(case, check)
        assert codes(refused) == ["visit_not_awaited"]


@pytest.mark.parametrize(
    ("at", "seen_at", "found"),
    [
        # The last moment in which the person may be seen.
        (LATER, LATER - timedelta(seconds=1), []),
        # The statement may come later than that.
        (LATER + timedelta(days=9), LATER - timedelta(seconds=1), []),
        # Seen when the time was over.
        (LATER, LATER, ["visit_expired"]),
        # Before anybody asked for it.
        (NOW, NOW - timedelta(minutes=1), ["visit_time_impossible"]),
        # In the minute of the request: statements are written to the minute.
        (NOW, NOW.replace(second=0, microsecond=0), []),
        # In the future.
        (NOW, NOW + timedelta(seconds=1), ["visit_time_impossible"]),
    ],
)
def test_a_person_is_seen_in_time(at: datetime, seen_at: datetime, found: list[str]) -> None:
    case = a_case()
    check = opened(case)
    if not found:
        assert reported(case, check, at=at, seen_at=seen_at).state is CheckState.PERSON_DECIDES
        return
    with pytest.raises(ConditionsUnmet) as refused:
        reported(case, check, at=at, seen_at=seen_at)
    assert codes(refused) == found


def test_everything_wrong_with_a_statement_is_named_at_once() -> None:
    case = a_case()
    check = opened(case)
    case.consents.pop()
    case.rules = replace(case.rules, visit_places=())
    with pytest.raises(ConditionsUnmet) as refused:
        reported(case, check, reference="ref-2", seen_at=LATER)
    assert codes(refused) == [
        "place_not_in_the_rules",
        "consent_missing_in_person_check",
        "visit_reference_differs",
        "visit_time_impossible",
    ]


def test_what_was_seen_is_accepted_only_while_it_holds() -> None:
    case = a_case()
    told = reported(case, opened(case), valid_until=NOW.date())
    document = IdDocument(type=IdType.PASSPORT, number="E2", valid_until=None)
    case.replace_party(replace(case.party(WANG), id_document=document))
    with pytest.raises(ConditionsUnmet) as refused:
        decide_check(case, told, proven=True, reason="", actor=NOTARY, at=LATER)
    assert codes(refused) == [
        "visit_too_old",
        "document_expired_since",
        "document_differs_from_file",
    ]
    # To refuse it is always possible.
    ended = decide_check(case, told, proven=False, reason="过期", actor=NOTARY, at=LATER)
    assert ended.state is CheckState.REFUSED


def test_the_offices_own_counter_learns_nothing_new() -> None:
    case = a_case()
    case.consents.pop()
    assert opened(case, replace(WANTED, place=PlaceKind.OWN_COUNTER)).visit
    with pytest.raises(ConditionsUnmet) as refused:
        opened(case)
    assert codes(refused) == ["consent_missing_in_person_check"]


def test_only_staff_and_only_until_the_ceremony_is_over() -> None:
    case = a_case()
    with pytest.raises(NotYourAction):
        opened(case, by=APPLICANT)
    case.status = CaseStatus.DRAFTING
    with pytest.raises(NotEditable):
        opened(case)


def test_where_the_rules_name_no_place_the_route_is_not_offered() -> None:
    case = a_case()
    assert ProofRoute.IN_PERSON in routes_of(case.rules)
    case.rules = replace(case.rules, visit_places=())
    assert ProofRoute.IN_PERSON not in routes_of(case.rules)
