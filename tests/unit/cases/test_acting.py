"""A step is judged whole, then taken whole, then on record; or nothing changed."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest

from server.billing.fee_status import FeeStatus
from server.cases.acting import act, available_actions
from server.cases.case import Staffing
from server.cases.closing import RefusalGround, TerminationGround, WayOfClosing
from server.cases.errors import ConditionsUnmet, NotYourAction, TransitionRefused
from server.cases.ids import AccountId, MaterialId
from server.cases.materials import MaterialState
from server.cases.particulars import Particulars, SupplementItem
from server.cases.roles import Role
from server.cases.status import CaseStatus as S
from server.cases.transitions import Action
from tests.unit.cases.a_case import (
    APPLICANT,
    APPROVER,
    ARCHIVIST,
    ASSISTANT,
    CHECKER,
    CLERK,
    DIRECTOR,
    NOTARY,
    NOW,
    STRANGER,
    SYSTEM,
    actor,
    ready_case,
    with_fee,
)

MAIN_LINE = [
    (Action.SUBMIT, APPLICANT, S.SUBMITTED),
    (Action.ACCEPT, NOTARY, S.ACCEPTED),
    (Action.START_REVIEW, ASSISTANT, S.REVIEW),
    (Action.SCHEDULE_INTERVIEW, ASSISTANT, S.INTERVIEW_SET),
    (Action.COMPLETE_INTERVIEW, NOTARY, S.INTERVIEWED),
    (Action.START_DRAFT, NOTARY, S.DRAFTING),
    (Action.SUBMIT_CHECK, NOTARY, S.CHECKING),
    (Action.PASS_CHECK, CHECKER, S.TO_APPROVE),
    (Action.APPROVE, APPROVER, S.APPROVED),
    (Action.ISSUE, SYSTEM, S.ISSUED),
    (Action.DELIVER, CLERK, S.DELIVERED),
    (Action.FILE, NOTARY, S.FILING),
    (Action.ARCHIVE, ARCHIVIST, S.ARCHIVED),
]


def test_the_main_line_runs_from_draft_to_archive() -> None:
    case = ready_case()
    for action, who, expected in MAIN_LINE:
        act(case, action, who, at=NOW)
        assert case.status is expected
    assert [e.kind for e in case.pending] == [str(a) for a, _, _ in MAIN_LINE]


def test_every_condition_that_is_missing_is_named_at_once() -> None:
    case = ready_case()
    case.parties = [replace(p, identity_proven=False) for p in case.parties]
    case.consents = []
    with pytest.raises(ConditionsUnmet) as refused:
        act(case, Action.SUBMIT, APPLICANT, at=NOW)
    assert {u.code for u in refused.value.unmet} == {
        "identity_not_proven",
        "consent_missing_terms",
        "consent_missing_personal_data",
        "consent_missing_recording",
    }
    assert case.status is S.DRAFT


def test_a_refused_step_changes_nothing() -> None:
    case = ready_case(S.REVIEW)
    case.closing = None
    case.staffing = replace(case.staffing, handling_notary=AccountId("s-somebody"))
    before = deepcopy(case)
    with pytest.raises(ConditionsUnmet):
        act(
            case,
            Action.PROPOSE_REFUSAL,
            NOTARY,
            at=NOW,
            particulars=Particulars(ground="31(99)"),
        )
    assert case == before


def test_a_stranger_cannot_submit_somebody_elses_case() -> None:
    with pytest.raises(NotYourAction):
        act(ready_case(), Action.SUBMIT, STRANGER, at=NOW)


def test_a_seat_that_another_one_holds_is_not_taken_over_by_acting() -> None:
    other = actor("s-other", Role.CHECKER)
    with pytest.raises(NotYourAction):
        act(ready_case(S.CHECKING), Action.PASS_CHECK, other, at=NOW)


def test_an_empty_seat_is_taken_by_whoever_acts() -> None:
    case = ready_case(S.SUBMITTED)
    case.staffing = Staffing()
    act(case, Action.ACCEPT, NOTARY, at=NOW)
    assert case.staffing.handling_notary == NOTARY.account
    assert case.milestones.accepted_at == NOW


def test_a_supplement_lists_items_and_only_those_are_open() -> None:
    case = ready_case(S.SUBMITTED)
    case.materials = [replace(m, in_supplement=False) for m in case.materials]
    with pytest.raises(ConditionsUnmet, match="supplement_empty"):
        act(case, Action.REQUEST_SUPPLEMENT, ASSISTANT, at=NOW)

    wanted = SupplementItem(material=MaterialId("m-1"), reason="blurred")
    act(
        case,
        Action.REQUEST_SUPPLEMENT,
        ASSISTANT,
        at=NOW,
        particulars=Particulars(supplement=(wanted,)),
    )
    (material,) = case.materials
    assert (material.state, material.reason) == (MaterialState.MISSING, "blurred")

    with pytest.raises(ConditionsUnmet, match="material_missing"):
        act(case, Action.RESUBMIT, APPLICANT, at=NOW)
    case.materials = [replace(material, state=MaterialState.UPLOADED)]
    act(case, Action.RESUBMIT, APPLICANT, at=NOW)
    assert not case.materials[0].in_supplement


@pytest.mark.parametrize("action", [Action.RETURN_DRAFT, Action.RETURN_FOR_REDRAFT])
def test_a_returned_draft_loses_the_opinions_given_on_it(action: Action) -> None:
    source, who = {
        Action.RETURN_DRAFT: (S.CHECKING, CHECKER),
        Action.RETURN_FOR_REDRAFT: (S.TO_APPROVE, APPROVER),
    }[action]
    case = ready_case(source)
    act(case, action, who, at=NOW)
    assert (case.status, case.check, case.approval) == (S.DRAFTING, None, None)


@pytest.mark.parametrize(
    "status",
    [s for s in FeeStatus if not s.clears_approval],
)
def test_an_open_fee_keeps_the_draft_from_approval(status: FeeStatus) -> None:
    case = with_fee(ready_case(S.CHECKING), status)
    with pytest.raises(ConditionsUnmet, match="fee_not_covered"):
        act(case, Action.PASS_CHECK, CHECKER, at=NOW)


def test_withdrawing_waits_for_the_director_who_may_also_say_no() -> None:
    case = ready_case(S.REVIEW)
    asked = Particulars(ground=TerminationGround.WITHDRAWN, report="no longer needed")
    act(case, Action.WITHDRAW, APPLICANT, at=NOW, particulars=asked)
    assert case.status is S.TERMINATING
    act(case, Action.REJECT_CLOSING, DIRECTOR, at=NOW)
    assert (case.status, case.closing) == (S.REVIEW, None)

    act(case, Action.WITHDRAW, APPLICANT, at=NOW, particulars=asked)
    act(case, Action.CONFIRM_TERMINATION, DIRECTOR, at=NOW)
    assert case.closing is not None
    assert (case.status, case.closing.decided_by) == (S.TERMINATED, DIRECTOR.account)
    act(case, Action.FILE, NOTARY, at=NOW)
    act(case, Action.ARCHIVE, ARCHIVIST, at=NOW)


def test_a_notary_who_heads_the_office_does_not_decide_on_his_own_proposal() -> None:
    both = actor(NOTARY.account, Role.NOTARY, Role.DIRECTOR)
    case = ready_case(S.DRAFTING)
    ground = Particulars(ground=RefusalGround.DISPUTED, report="r")
    act(case, Action.PROPOSE_REFUSAL, both, at=NOW, particulars=ground)
    with pytest.raises(ConditionsUnmet, match="decider_proposed_it"):
        act(case, Action.CONFIRM_REFUSAL, both, at=NOW)


def test_a_voided_case_can_be_restored_to_where_it_was() -> None:
    case = ready_case(S.CHECKING)
    act(case, Action.VOID, DIRECTOR, at=NOW)
    closed = case.milestones.closed_at
    assert closed == NOW
    act(case, Action.RESTORE, DIRECTOR, at=NOW)
    assert case.status is S.CHECKING
    assert not case.milestones.closed_at


def test_nothing_is_voided_once_a_certificate_exists() -> None:
    with pytest.raises(TransitionRefused):
        act(ready_case(S.ISSUED), Action.VOID, DIRECTOR, at=NOW)


def test_only_steps_that_are_ones_own_are_offered() -> None:
    case = ready_case(S.SUBMITTED)
    assert available_actions(case, STRANGER) == ()
    assert set(available_actions(case, NOTARY)) == {
        Action.REQUEST_SUPPLEMENT,
        Action.DECLINE,
        Action.ACCEPT,
    }


def test_the_ways_of_closing_keep_the_codes_of_the_trade() -> None:
    assert [w.value for w in WayOfClosing] == ["0", "1", "2", "-1", "3"]
