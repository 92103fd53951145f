"""A supplement that never comes closes the application, on the day after its last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from server.cases.lapsing import lapse_if_overdue, supplement_due_on
from server.cases.progress import next_action
from server.cases.status import CaseStatus as S
from tests.unit.cases.a_case import NOW, ready_case

if TYPE_CHECKING:
    from server.cases.case import Case

# Ten in the evening in UTC: the third of March in Shanghai.
ASKED = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
LAST_MOMENT = datetime(2026, 4, 2, 15, 59, 59, tzinfo=UTC)


def waiting(asked_at: datetime | None = ASKED) -> Case:
    case = ready_case(S.SUPPLEMENT)
    case.milestones = replace(case.milestones, supplement_asked_at=asked_at)
    return case


def test_the_person_is_told_the_last_day() -> None:
    assert supplement_due_on(waiting()) == date(2026, 4, 2)
    told = next_action(waiting())
    assert told is not None
    assert told.due_on == date(2026, 4, 2)


@pytest.mark.parametrize(
    ("case", "at", "lapses"),
    [
        # The last day counts to its end, in Shanghai.
        (waiting(), LAST_MOMENT, False),
        # A second later it is the next day there.
        (waiting(), LAST_MOMENT + timedelta(seconds=1), True),
        # What was handed in is looked at, however late the sweep comes.
        (ready_case(S.SUBMITTED), LAST_MOMENT + timedelta(days=99), False),
        # Without a notice no term runs.
        (waiting(None), LAST_MOMENT + timedelta(days=99), False),
    ],
)
def test_it_lapses_after_the_last_day_and_not_before(
    case: Case, at: datetime, *, lapses: bool
) -> None:
    before = case.status
    assert lapse_if_overdue(case, at=at) is lapses
    assert case.status is (S.LAPSED if lapses else before)
    assert case.milestones.closed_at == (at if lapses else None)


def test_what_lapsed_does_not_lapse_again() -> None:
    case = waiting()
    late = NOW + timedelta(days=90)
    assert lapse_if_overdue(case, at=late)
    assert not lapse_if_overdue(case, at=late)
