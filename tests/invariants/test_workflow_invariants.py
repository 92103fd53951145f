"""The invariants of the domain rules (1.8) that the workflow itself guards.

Each test carries the number of its invariant. Those that need the database,
the ceremony or a certificate stand beside what they need.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from server.cases.acting import act
from server.cases.case import Staffing
from server.cases.consents import Purpose
from server.cases.dating import issue_date
from server.cases.errors import ConditionsUnmet, NotEditable
from server.cases.identifying import request_check
from server.cases.identity_checks import CheckId, CheckInputs
from server.cases.ids import AccountId, ConsentId, PartyId, TaskId
from server.cases.intake import add_party, give_consent, may_use_face, withdraw_consent
from server.cases.parties import Party, PartyRole
from server.cases.review import VerificationTask
from server.cases.roles import Role
from server.cases.status import CaseStatus as S
from server.cases.transitions import Action
from tests.unit.cases.a_case import (
    APPLICANT,
    APPROVER,
    DIRECTOR,
    NOTARY,
    NOW,
    SYSTEM,
    WANG,
    actor,
    all_ticks,
    consent,
    ready_case,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.case import Case


@pytest.mark.parametrize("handler", ["assistant", "handling_notary", "second_handler", "drafter"])
def test_invariant_01_nobody_approves_a_case_he_handled(handler: str) -> None:
    case = ready_case(S.TO_APPROVE)
    both = actor("s-both", Role.APPROVER, Role.NOTARY)
    case.staffing = replace(case.staffing, approver=both.account)
    case.approval = all_ticks(both)
    if handler == "drafter" and case.draft is not None:
        case.draft = replace(case.draft, drafted_by=both.account)
    else:
        case.staffing = replace(case.staffing, **{handler: both.account})
    with pytest.raises(ConditionsUnmet, match="approver_handled_the_case"):
        act(case, Action.APPROVE, both, at=NOW)


@pytest.mark.parametrize("action", [Action.MAINTAIN, Action.REVOKE])
def test_invariant_01_the_reexaminer_is_not_the_original_notary(action: Action) -> None:
    case = ready_case(S.REEXAM)
    case.came_from = (S.ISSUED,)
    case.staffing = replace(case.staffing, reexaminer=NOTARY.account)
    with pytest.raises(ConditionsUnmet, match="reexaminer_handled_the_case"):
        act(case, action, DIRECTOR, at=NOW)


def _not_accepted(case: Case) -> None:
    case.milestones = replace(case.milestones, accepted_at=None)


def _no_notice(case: Case) -> None:
    case.consents = [c for c in case.consents if c.purpose is not Purpose.NOTICE_OF_RIGHTS]


def _open_verification(case: Case) -> None:
    case.tasks.append(
        VerificationTask(
            id=TaskId("t"), fact="f", way="letter", opened_by=NOTARY.account, opened_at=NOW
        )
    )


def _record_not_confirmed(case: Case) -> None:
    if case.interview is not None:
        case.interview = replace(case.interview, confirmed_at=None)


def _no_fee(case: Case) -> None:
    case.fee = None


def _no_approval(case: Case) -> None:
    case.approval = None


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        # Each thing that a number presupposes, taken away one at a time.
        (_not_accepted, "not_accepted"),
        (_no_notice, "notice_of_rights_not_confirmed"),
        (_open_verification, "verification_open"),
        (_record_not_confirmed, "interview_record_not_confirmed"),
        (_no_fee, "fee_not_covered"),
        (_no_approval, "approval_missing"),
    ],
)
def test_invariant_02_no_number_before_everything_is_there(
    spoil: Callable[[Case], None], code: str
) -> None:
    whole = ready_case(S.APPROVED)
    act(whole, Action.ISSUE, SYSTEM, at=NOW)
    assert whole.status is S.ISSUED

    case = ready_case(S.APPROVED)
    spoil(case)
    with pytest.raises(ConditionsUnmet, match=code):
        act(case, Action.ISSUE, SYSTEM, at=NOW)
    assert case.status is S.APPROVED


@pytest.mark.parametrize(
    ("approved_at", "expected"),
    [
        # Late evening in Greenwich is already the next day in Shanghai.
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
        # The year of the number turns with the year in Shanghai.
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_invariant_04_the_issue_date_is_the_day_of_approval_in_shanghai(
    approved_at: datetime, expected: date
) -> None:
    case = ready_case(S.APPROVED)
    case.milestones = replace(case.milestones, approved_at=approved_at)
    assert issue_date(case) == expected


def test_invariant_06_two_person_matters_need_a_second_person_or_a_witness() -> None:
    case = ready_case(S.REVIEW)
    case.rules = replace(case.rules, two_person=True)
    with pytest.raises(ConditionsUnmet, match="second_person_missing"):
        act(case, Action.SCHEDULE_INTERVIEW, NOTARY, at=NOW)

    case.staffing = replace(case.staffing, second_handler=case.staffing.handling_notary)
    with pytest.raises(ConditionsUnmet, match="second_person_missing"):
        act(case, Action.SCHEDULE_INTERVIEW, NOTARY, at=NOW)

    case.staffing = replace(case.staffing, second_handler=AccountId("s-second"))
    act(case, Action.SCHEDULE_INTERVIEW, NOTARY, at=NOW)

    witnessed = ready_case(S.REVIEW)
    witnessed.rules = replace(witnessed.rules, two_person=True)
    witnessed.parties.append(Party(id=PartyId("p-w"), role=PartyRole.WITNESS, name="见证人"))
    act(witnessed, Action.SCHEDULE_INTERVIEW, NOTARY, at=NOW)


def test_invariant_07_a_personal_matter_takes_no_agent() -> None:
    agent = Party(id=PartyId("p-agent"), role=PartyRole.AGENT, name="代理人", stands_for=WANG)
    case = ready_case()
    with pytest.raises(NotEditable):
        add_party(case, agent, APPLICANT, at=NOW)

    case.parties.append(agent)  # However it came in, it stops the submission.
    with pytest.raises(ConditionsUnmet, match="agent_not_allowed"):
        act(case, Action.SUBMIT, APPLICANT, at=NOW)

    allowed = ready_case()
    allowed.rules = replace(allowed.rules, agent_allowed=True)
    add_party(allowed, agent, APPLICANT, at=NOW)
    assert allowed.parties[-1].role is PartyRole.AGENT


def test_invariant_11_withdrawn_consent_stops_the_face_and_keeps_the_file() -> None:
    case = ready_case()
    inputs = CheckInputs(document="resident_id", front="0" * 64, back=None, live="1" * 64)
    give_consent(case, consent(Purpose.FACE_ONLINE), APPLICANT, at=NOW)
    check = request_check(case, WANG, inputs, APPLICANT, check_id=CheckId("k1"), at=NOW)
    assert check.inputs.live == "1" * 64

    withdraw_consent(case, ConsentId(f"{WANG}-face_online"), APPLICANT, at=NOW)
    assert not may_use_face(case, WANG)
    with pytest.raises(ConditionsUnmet, match="consent_missing_face_online"):
        request_check(case, WANG, inputs, APPLICANT, check_id=CheckId("k2"), at=NOW)

    # The route without the face stays open, and the record of the proof stays.
    without = replace(inputs, live=None)
    request_check(case, WANG, without, APPLICANT, check_id=CheckId("k3"), at=NOW)
    assert case.party(WANG).identity_proven
    assert [e.kind for e in case.pending].count("consent_withdrawn") == 1


def test_invariant_01_an_empty_approvers_seat_does_not_let_a_handler_in() -> None:
    case = ready_case(S.TO_APPROVE)
    notary = actor(NOTARY.account, Role.NOTARY, Role.APPROVER)
    case.staffing = Staffing(handling_notary=NOTARY.account)
    case.approval = all_ticks(APPROVER)
    with pytest.raises(ConditionsUnmet, match="approver_handled_the_case"):
        act(case, Action.APPROVE, notary, at=NOW)
