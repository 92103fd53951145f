"""Where a job's trouble ends: what passes goes back to the queue, all else is told and ended."""

from __future__ import annotations

import pytest

from server.cases.jobs import Job
from server.wiring.work import outer_edge
from storage.errors import StoreUnavailable


def test_trouble_that_passes_goes_back_to_the_queue() -> None:
    waited: list[str] = []
    ended: list[Exception] = []
    with (
        pytest.raises(StoreUnavailable),
        outer_edge(Job.CHECK_IDENTITY, ends=ended.append, waits=lambda: waited.append("once")),
    ):
        raise StoreUnavailable
    assert (waited, ended) == (["once"], [])


def test_any_other_trouble_ends_the_work_and_not_the_worker() -> None:
    ended: list[Exception] = []
    with outer_edge(Job.ADMIT_UPLOAD, ends=ended.append):
        int("our own mistake")
    assert [type(error) for error in ended] == [ValueError]


def test_work_without_trouble_ends_nothing() -> None:
    ended: list[Exception] = []
    with outer_edge(Job.ADMIT_UPLOAD, ends=ended.append):
        pass
    assert ended == []
