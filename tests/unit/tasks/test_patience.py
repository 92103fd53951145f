"""What passes is waited out; what does not is tried a few times, and then seldom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.jobs import Job

from server.tasks.patience import LONGEST_S, SELDOM_S, Patience

PATIENCE = Patience(passing=(ConnectionError,), attempts=3, wait_s=2)


def waits(error: Exception, attempts: int) -> timedelta:
    """Return how long from now the job is tried again."""
    job = Job(
        id=1,
        queue="q",
        lock=None,
        queueing_lock=None,
        task_name="t",
        task_kwargs={},
        attempts=attempts,
    )
    decision = PATIENCE.get_retry_decision(exception=error, job=job)
    if decision.retry_at is None:
        return timedelta(0)
    return decision.retry_at - datetime.now(UTC)


@pytest.mark.parametrize("attempts", [0, 3, 50, 100_000])
def test_what_passes_is_tried_again_however_long_it_lasts(attempts: int) -> None:
    wait = waits(ConnectionResetError(), attempts)
    assert timedelta(0) < wait <= timedelta(seconds=LONGEST_S)


def test_the_wait_grows_and_then_stays() -> None:
    rounded = [round(waits(ConnectionError(), n).total_seconds()) for n in (0, 1, 2, 10)]
    assert rounded == [2, 4, 8, LONGEST_S]


def test_any_other_trouble_is_tried_soon_as_often_as_the_task_says_and_then_seldom() -> None:
    rounded = [round(waits(ValueError(), n).total_seconds()) for n in (0, 2, 3, 50)]
    assert rounded == [2, 8, SELDOM_S, SELDOM_S]
