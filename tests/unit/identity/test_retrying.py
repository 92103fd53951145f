from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from identity.retrying import NEXT_STEP_ADVICE, RETRIES, NextStep, RetryPolicy, next_step

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("refused_at", "step"),
    [
        # The first try, and after two refusals the third.
        ([], NextStep.TRY_AGAIN),
        ([NOW - MINUTE, NOW], NextStep.TRY_AGAIN),
        # Three are enough: a person.
        ([NOW - 2 * MINUTE, NOW - MINUTE, NOW], NextStep.ASK_A_PERSON),
        # Exactly a day ago still counts, a moment longer does not.
        ([NOW - DAY, NOW - MINUTE, NOW], NextStep.ASK_A_PERSON),
        ([NOW - DAY - timedelta(microseconds=1), NOW - MINUTE, NOW], NextStep.TRY_AGAIN),
        # A clock that runs ahead wins nobody a try.
        ([NOW + MINUTE] * 3, NextStep.ASK_A_PERSON),
    ],
)
def test_after_the_last_try_a_person_takes_over(refused_at: list[datetime], step: NextStep) -> None:
    assert next_step(refused_at, now=NOW, policy=RETRIES) is step


@pytest.mark.parametrize(("most", "within"), [(0, DAY), (1, timedelta(0))])
def test_a_policy_that_lets_nobody_try_is_not_made(most: int, within: timedelta) -> None:
    with pytest.raises(ValueError, match="try"):
        RetryPolicy(most_refusals=most, within=within)


def test_every_next_step_is_told_in_two_languages() -> None:
    assert set(NEXT_STEP_ADVICE) == set(NextStep)
    assert all(
        chinese.strip() and english.isascii() for chinese, english in NEXT_STEP_ADVICE.values()
    )
