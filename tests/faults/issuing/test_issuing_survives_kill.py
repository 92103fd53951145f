"""kill -9 of the worker at each step of issuing: nothing twice, nothing lost.

Every case is issued by a real worker that dies at one fault point; then a
clean worker is started and everything has to come right within a minute.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from server.cases.ids import CaseId
from server.cases.press import Fault
from tests.faults.issuing.issues import (
    REPEATS,
    approved_case,
    assert_every_number_is_used_once,
    assert_nothing_points_nowhere,
    assert_whole,
    converge,
    queue_issue,
    start_worker,
)

if TYPE_CHECKING:
    from server.cases.ids import AccountId
    from server.wiring.launching import Running
    from server.wiring.parts import Parts

DIES_WITHIN_S = 45.0


@pytest.mark.faults
@pytest.mark.parametrize("repeat", range(REPEATS))
def test_a_kill_at_any_step_loses_no_number_and_no_certificate(
    running: Running, parts: Parts, notary: AccountId, repeat: int
) -> None:
    log, cases = running.logs / f"killed-{repeat}.log", list[CaseId]()
    for point in Fault:
        case = approved_case(notary)
        cases.append(case.id)
        queue_issue(parts, case)
        worker = start_worker(running, log, fault=point)
        assert worker.wait(DIES_WITHIN_S) == -9, f"nothing was killed at {point}"
        assert_nothing_points_nowhere(parts, cases)

    took = converge(running, parts, cases, log)
    sys.stdout.write(f"\n{len(cases)} kills; all issued {took:.1f} s after the restart\n")
    assert_nothing_points_nowhere(parts, cases)
    assert_every_number_is_used_once(parts)
    for case_id in cases:
        assert_whole(parts, case_id)
