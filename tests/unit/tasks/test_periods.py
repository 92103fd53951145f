"""Seconds stand last in a cron line; elsewhere they mean minutes.

NTR-0001: with the seconds first, the sweep that finishes interrupted issues and
the look for dead workers ran during one minute in ten and slept for nine.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import croniter  # type: ignore[import-untyped]  # ships no types
import pytest

from server.tasks.worker import Pace
from server.wiring.work import SWEEP_EVERY

FROM = datetime(2026, 3, 2, 3, 7, 4, tzinfo=UTC)


@pytest.mark.parametrize("line", [Pace().look_for_stalled, SWEEP_EVERY])
def test_what_recovers_from_a_crash_runs_every_ten_seconds(line: str) -> None:
    runs = croniter.croniter(line, FROM)
    times = [runs.get_next(datetime) for _ in range(12)]
    assert times[0] - FROM <= timedelta(seconds=10)
    gaps = {later - earlier for earlier, later in pairwise(times)}
    assert gaps == {timedelta(seconds=10)}
