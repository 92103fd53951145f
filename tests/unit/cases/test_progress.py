"""Who acts next is known for every status, and more exactly where more is known."""

from __future__ import annotations

import pytest

from server.cases.progress import NextAction, Stage, next_action, stage_of
from server.cases.roles import Role
from server.cases.status import CaseStatus
from server.cases.transitions import actions_of
from tests.unit.cases.a_case import ready_case


def test_every_status_is_a_stage_for_applicants() -> None:
    assert {stage_of(status) for status in CaseStatus} == set(Stage)


@pytest.mark.parametrize("status", [s for s in CaseStatus if s.is_final])
def test_nobody_is_waited_for_at_the_end(status: CaseStatus) -> None:
    assert next_action(ready_case(status)) is None


@pytest.mark.parametrize(
    "status",
    [
        CaseStatus.DRAFT,
        CaseStatus.SUBMITTED,
        CaseStatus.SUPPLEMENT,
        CaseStatus.REVIEW,
        CaseStatus.CHECKING,
        CaseStatus.TO_APPROVE,
        CaseStatus.DELIVERED,
        CaseStatus.FILING,
        CaseStatus.TERMINATING,
        CaseStatus.REFUSING,
        CaseStatus.REEXAM,
    ],
)
def test_whoever_is_waited_for_has_a_step_to_take(status: CaseStatus) -> None:
    waited_for = next_action(ready_case(status))
    assert isinstance(waited_for, NextAction)
    assert actions_of(frozenset({waited_for.actor}), status)


def test_after_the_ceremony_it_is_the_notary_s_turn() -> None:
    case = ready_case(CaseStatus.INTERVIEW_SET)
    assert next_action(case) == NextAction(Role.NOTARY, "complete_interview")
    case.ceremony_completed_at = None
    assert next_action(case) == NextAction(Role.APPLICANT, "attend_ceremony")


def test_after_the_receipt_it_is_the_clerk_s_turn() -> None:
    case = ready_case(CaseStatus.ISSUED)
    assert next_action(case) == NextAction(Role.ISSUING_CLERK, "close_delivery")
    case.delivered_copies = 0
    assert next_action(case) == NextAction(Role.APPLICANT, "confirm_receipt")
