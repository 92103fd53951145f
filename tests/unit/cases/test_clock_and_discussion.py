"""What happens beside the main line while a case is examined: the clock, the discussion."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from server.cases.acting import act
from server.cases.errors import ConditionsUnmet, FormIncomplete, TransitionRefused
from server.cases.ids import AccountId
from server.cases.particulars import Particulars
from server.cases.progress import NextAction, next_action
from server.cases.roles import Role
from server.cases.status import CaseStatus as S
from server.cases.suspensions import SuspensionGround
from server.cases.transitions import Action
from tests.unit.cases.a_case import CHECKER, DIRECTOR, NOTARY, NOW, actor, ready_case

WAITS = Particulars(ground=SuspensionGround.VERIFYING, report="向民政部门核实")
LATER = NOW + timedelta(days=3)


def unmet_codes(refused: pytest.ExceptionInfo[ConditionsUnmet]) -> list[str]:
    return [u.code for u in refused.value.unmet]


def test_the_clock_stands_from_its_ground_until_it_is_resumed() -> None:
    case = ready_case(S.REVIEW)
    act(case, Action.SUSPEND, NOTARY, at=NOW, particulars=WAITS)
    assert (case.status, case.clock_stands) == (S.REVIEW, True)
    assert next_action(case) == NextAction(Role.NOTARY, "resume_clock")
    act(case, Action.RESUME, NOTARY, at=LATER)
    (stopped,) = case.suspensions
    assert (stopped.ground, stopped.suspended_at, stopped.resumed_at) == ("verifying", NOW, LATER)
    assert not case.clock_stands


def test_suspensions_of_a_case_never_overlap() -> None:
    case = ready_case(S.REVIEW)
    for day in range(3):
        at = NOW + timedelta(days=2 * day)
        act(case, Action.SUSPEND, NOTARY, at=at, particulars=WAITS)
        with pytest.raises(ConditionsUnmet) as refused:
            act(case, Action.SUSPEND, NOTARY, at=at, particulars=WAITS)
        assert unmet_codes(refused) == ["clock_stands"]
        act(case, Action.RESUME, NOTARY, at=at + timedelta(days=1))
        with pytest.raises(ConditionsUnmet) as refused:
            act(case, Action.RESUME, NOTARY, at=at + timedelta(days=1))
        assert unmet_codes(refused) == ["clock_runs"]
    spans = [(s.suspended_at, s.resumed_at) for s in case.suspensions]
    assert all(end and end <= begin for (_, end), (begin, _) in itertools.pairwise(spans))


def test_the_review_does_not_end_with_a_clock_that_stands() -> None:
    case = ready_case(S.REVIEW)
    act(case, Action.SUSPEND, NOTARY, at=NOW, particulars=WAITS)
    with pytest.raises(ConditionsUnmet) as refused:
        act(case, Action.SCHEDULE_INTERVIEW, NOTARY, at=NOW)
    assert unmet_codes(refused) == ["clock_stands"]


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        # The law has a closed list of what does not count.
        (Particulars(report="r"), ["ground"]),
        # A ground of another list is none of this one.
        (Particulars(ground="31(1)", report="r"), ["ground"]),
        # The party is told what it is waited for.
        (Particulars(ground=SuspensionGround.SUPPLEMENTING), ["report"]),
        (Particulars(), ["report", "ground"]),
    ],
)
def test_the_clock_is_not_stopped_without_ground_and_report(
    told: Particulars, missing: list[str]
) -> None:
    case = ready_case(S.REVIEW)
    with pytest.raises(FormIncomplete) as refused:
        act(case, Action.SUSPEND, NOTARY, at=NOW, particulars=told)
    assert list(refused.value.missing) == missing
    assert case.suspensions == []


def test_another_notary_does_not_stop_the_clock() -> None:
    case, other = ready_case(S.REVIEW), actor("s-other", Role.NOTARY)
    with pytest.raises(ConditionsUnmet) as refused:
        act(case, Action.SUSPEND, other, at=NOW, particulars=WAITS)
    assert unmet_codes(refused) == ["not_the_handling_notary"]


CALLED = Particulars(report="涉及多方权利，情况复杂")
HELD = Particulars(report="一致同意办理", present=(AccountId("s-a"), AccountId("s-b")))


def test_what_was_called_is_held_before_the_draft_goes_to_the_checker() -> None:
    case = ready_case(S.DRAFTING)
    act(case, Action.CALL_DISCUSSION, NOTARY, at=NOW, particulars=CALLED)
    with pytest.raises(ConditionsUnmet) as refused:
        act(case, Action.SUBMIT_CHECK, NOTARY, at=NOW)
    assert unmet_codes(refused) == ["discussion_not_held"]
    act(case, Action.HOLD_DISCUSSION, DIRECTOR, at=LATER, particulars=HELD)
    assert case.discussion is not None
    assert (case.discussion.why, case.discussion.minutes) == (CALLED.report, HELD.report)
    assert (case.discussion.held_by, case.discussion.held_at) == (DIRECTOR.account, LATER)
    assert case.discussion.present == HELD.present
    act(case, Action.SUBMIT_CHECK, NOTARY, at=LATER)
    assert case.status is S.CHECKING


def test_a_matter_that_asks_for_a_discussion_is_not_drafted_past_it() -> None:
    case = ready_case(S.DRAFTING)
    case.rules = replace(case.rules, collective_discussion=True)
    with pytest.raises(ConditionsUnmet) as refused:
        act(case, Action.SUBMIT_CHECK, NOTARY, at=NOW)
    assert unmet_codes(refused) == ["discussion_not_held"]
    act(case, Action.HOLD_DISCUSSION, DIRECTOR, at=NOW, particulars=HELD)
    assert case.discussion is not None
    assert case.discussion.why == case.rules.citation
    act(case, Action.SUBMIT_CHECK, NOTARY, at=NOW)


def test_nobody_holds_a_discussion_that_nobody_asked_for() -> None:
    case = ready_case(S.REVIEW)
    with pytest.raises(ConditionsUnmet) as refused:
        act(case, Action.HOLD_DISCUSSION, DIRECTOR, at=NOW, particulars=HELD)
    assert unmet_codes(refused) == ["discussion_not_called"]


def test_a_discussion_called_again_has_to_be_held_again() -> None:
    case = ready_case(S.INTERVIEWED)
    act(case, Action.CALL_DISCUSSION, NOTARY, at=NOW, particulars=CALLED)
    act(case, Action.HOLD_DISCUSSION, DIRECTOR, at=NOW, particulars=HELD)
    act(case, Action.CALL_DISCUSSION, DIRECTOR, at=LATER, particulars=CALLED)
    assert case.discussion is not None
    assert not case.discussion.is_held


def test_minutes_are_written() -> None:
    case = ready_case(S.REVIEW)
    act(case, Action.CALL_DISCUSSION, NOTARY, at=NOW, particulars=CALLED)
    with pytest.raises(FormIncomplete, match="report"):
        act(case, Action.HOLD_DISCUSSION, DIRECTOR, at=NOW)


def test_what_is_with_the_checker_is_talked_over_no_more() -> None:
    with pytest.raises(TransitionRefused):
        act(ready_case(S.CHECKING), Action.CALL_DISCUSSION, CHECKER, at=NOW, particulars=CALLED)
