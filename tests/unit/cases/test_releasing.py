"""Who asks for the certificate, and which day it bears (公证程序规则 Art. 40, 44)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from server.billing.fee_status import FeeStatus
from server.cases.acting import act
from server.cases.dating import issue_date
from server.cases.errors import ConditionsUnmet, NotYourAction, TransitionRefused
from server.cases.guards import unmet
from server.cases.progress import NextAction, next_action
from server.cases.releasing import release
from server.cases.roles import Role
from server.cases.status import CaseStatus as S
from server.cases.transitions import Action
from tests.unit.cases.a_case import (
    APPLICANT,
    CHECKER,
    CLERK,
    NOTARY,
    NOW,
    SYSTEM,
    actor,
    ready_case,
    with_fee,
)

if TYPE_CHECKING:
    from server.cases.case import Case

# 23:30 of the fourth in UTC is the morning of the fifth in Shanghai.
NIGHT = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)


def free_of_approval(status: S = S.APPROVED) -> Case:
    case = ready_case(status)
    case.rules = replace(case.rules, approval_required=False)
    case.approval = None
    case.milestones = replace(case.milestones, approved_at=None)
    return case


def test_a_matter_free_of_approval_goes_from_the_checker_to_the_notary() -> None:
    case = free_of_approval(S.CHECKING)
    act(case, Action.PASS_CHECK, CHECKER, at=NOW)
    assert case.status is S.APPROVED
    assert next_action(case) == NextAction(Role.NOTARY, "release_certificate")


def test_free_of_approval_it_bears_the_day_on_which_the_notary_signs() -> None:
    case = free_of_approval()
    with pytest.raises(TransitionRefused):
        issue_date(case)
    release(case, NOTARY, at=NIGHT)
    assert issue_date(case) == date(2026, 3, 5)
    assert [e.kind for e in case.pending] == ["released"]


def test_nothing_is_issued_before_the_notary_has_signed_for_it() -> None:
    case = free_of_approval()
    assert [each.code for each in unmet(case, Action.ISSUE, SYSTEM)] == ["not_released"]
    release(case, NOTARY, at=NIGHT)
    assert unmet(case, Action.ISSUE, SYSTEM) == ()


def test_asking_again_does_not_move_the_day() -> None:
    case = free_of_approval()
    release(case, NOTARY, at=NOW)
    release(case, NOTARY, at=NIGHT)
    assert case.milestones.released_at == NOW
    assert len(case.pending) == 1


def test_the_clerk_does_not_sign_for_the_notary() -> None:
    with pytest.raises(NotYourAction):
        release(free_of_approval(), CLERK, at=NOW)


def test_an_approved_one_may_be_asked_for_by_notary_and_clerk_and_keeps_its_day() -> None:
    for person in (NOTARY, CLERK):
        case = ready_case(S.APPROVED)
        release(case, person, at=NIGHT)
        assert issue_date(case) == date(2026, 3, 2)
        assert case.pending == []


@pytest.mark.parametrize("person", [APPLICANT, actor("s-other", Role.NOTARY)])
def test_nobody_else_asks_for_it(person: object) -> None:
    with pytest.raises(NotYourAction):
        release(ready_case(S.APPROVED), person, at=NOW)  # type: ignore[arg-type]  # of a table


def test_a_signature_that_would_not_be_enough_is_not_given() -> None:
    case = with_fee(free_of_approval(), FeeStatus.QUOTED)
    with pytest.raises(ConditionsUnmet) as refused:
        release(case, NOTARY, at=NOW)
    assert [u.code for u in refused.value.unmet] == ["fee_not_covered"]
    assert (case.milestones.released_at, case.pending) == (None, [])


def test_what_is_not_approved_is_not_asked_for_and_what_is_issued_is_asked_for_in_vain() -> None:
    with pytest.raises(TransitionRefused):
        release(ready_case(S.DRAFTING), NOTARY, at=NOW)
    issued = ready_case(S.ISSUED)
    release(issued, NOTARY, at=NOW)
    assert issued.pending == []


def test_on_site_supervision_bears_the_day_on_which_its_statement_was_read() -> None:
    case = ready_case(S.APPROVED)
    case.rules = replace(case.rules, dated_by_statement=True)
    case.ceremony_completed_at = NIGHT
    assert issue_date(case) == date(2026, 3, 5)
    case.ceremony_completed_at = None
    with pytest.raises(TransitionRefused):
        issue_date(case)
