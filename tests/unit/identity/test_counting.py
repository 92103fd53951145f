"""How many faces are stored: calm, alarm, and the duty to file."""

from __future__ import annotations

import pytest

from identity.counting import FaceCountState, judge_face_count


@pytest.mark.parametrize(
    ("people", "state"),
    [
        # Nobody.
        (0, FaceCountState.NORMAL),
        # One fewer than the alarm.
        (79_999, FaceCountState.NORMAL),
        # The alarm begins at its number.
        (80_000, FaceCountState.ALARM),
        # One fewer than the duty.
        (99_999, FaceCountState.ALARM),
        # The duty begins when the number is reached, not when it is passed.
        (100_000, FaceCountState.FILING_DUE),
        # It does not end.
        (1_000_000, FaceCountState.FILING_DUE),
    ],
)
def test_the_number_decides_what_is_due(people: int, state: FaceCountState) -> None:
    counted = judge_face_count(people)

    assert (counted.people, counted.state) == (people, state)
    assert "第十五条" in counted.citation


def test_a_counter_that_lost_count_is_not_calm() -> None:
    with pytest.raises(ValueError, match="negative"):
        judge_face_count(-1)
