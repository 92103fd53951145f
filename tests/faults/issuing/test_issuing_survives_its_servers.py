"""Signer, time-stamper, store and database killed or hung at each step of issuing.

Issuing stands at a step, what it stands on goes away, issuing goes on: within the time
that anything may take it is done or says what it waits for, and once all is back every
case ends with one number, one certificate, one entry of the log and a file in the store.
"""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from server.cases.issuing import issue_case
from server.cases.press import Fault
from server.transaction import Scope
from server.wiring.press import press_of
from server.wiring.work import PASSING
from tests.faults.issuing.issues import (
    OFFICE,
    REPEATS,
    agree_to_issue,
    approved_case,
    assert_every_number_is_used_once,
    assert_nothing_points_nowhere,
    assert_whole,
    converge,
    queue_issue,
    start_worker,
    wait_until,
    wait_until_issued,
)
from tests.faults.issuing.servers import Dependency, Mishap, away

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from server.cases.ids import AccountId, CaseId
    from server.cases.step_up import StepUpId
    from server.wiring.launching import Running
    from server.wiring.parts import Parts
    from tests.faults.issuing.servers import HurriedParts

WITHIN_S = 60.0
"""Every time-out of `HurriedParts` together, on a machine that is busy."""

IS_WHOLE = REPEATS > 2
"""`make faults` runs every cell; otherwise one of each dependency, where it is needed next."""

WHY_NOT = "FEIGUI_FAULT_REPEATS is not above 2: `make faults` runs it"

NEEDED_NEXT = {
    Dependency.SIGNER: [Fault.PERMIT_GIVEN],
    Dependency.TIME_STAMPER: [Fault.INTENT_RECORDED],
    Dependency.STORE: [Fault.SEALED],
    Dependency.DATABASE: [Fault.READ_BACK],
}


@dataclass(slots=True)
class Cell:
    """One case that stands at one step."""

    step: Fault
    case: CaseId
    step_up: StepUpId
    arrived: threading.Event
    goes_on: threading.Event

    def issue(self, parts: Parts) -> str:
        """Issue up to the step, wait there, go on; return how it ended."""

        def reach(step: str) -> None:
            if step == self.step:
                self.arrived.set()
                self.goes_on.wait()

        press = replace(press_of(parts), reach=reach)
        try:
            issue_case(OFFICE, self.case, press=press, step_up=self.step_up)
        except PASSING as trouble:
            return type(trouble).__name__
        return "issued"


def new_cell(parts: Parts, notary: AccountId, step: Fault, goes_on: threading.Event) -> Cell:
    case = approved_case(notary)
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        tx.cases.add(case)
    agreed = agree_to_issue(parts, case)
    return Cell(step, case.id, agreed, arrived=threading.Event(), goes_on=goes_on)


def row(
    parts: Parts, cells: list[Cell], taken_away: AbstractContextManager[None]
) -> dict[str, str]:
    """Take something away under all ``cells`` at once; return how each one ended."""
    with ThreadPoolExecutor(len(cells)) as pool:
        issuing = {cell.step: pool.submit(cell.issue, parts) for cell in cells}
        for cell in cells:
            assert cell.arrived.wait(WITHIN_S), f"nothing came to {cell.step}"
        with taken_away:
            cells[0].goes_on.set()
            # While it is still away: nobody waits for ever.
            return {step: ended.result(WITHIN_S) for step, ended in issuing.items()}


@pytest.mark.faults
@pytest.mark.parametrize("dependency", list(Dependency))
@pytest.mark.parametrize("mishap", list(Mishap) if IS_WHOLE else [Mishap.HUNG])
def test_whatever_goes_away_at_any_step_every_issue_ends_with_all_that_it_needs(
    running: Running,
    parts: Parts,
    hurried: HurriedParts,
    notary: AccountId,
    *,
    mishap: Mishap,
    dependency: Dependency,
) -> None:
    goes_on = threading.Event()
    steps = list(Fault) if IS_WHOLE else NEEDED_NEXT[dependency]
    cells = [new_cell(hurried, notary, step, goes_on) for step in steps]
    cases = [cell.case for cell in cells]
    ended = row(hurried, cells, away(running, dependency, mishap))
    sys.stdout.write(f"\n{dependency} {mishap}: {json.dumps(ended)}\n")
    if not IS_WHOLE:
        assert "issued" not in ended.values()  # or nothing was away

    assert_nothing_points_nowhere(parts, cases)
    if IS_WHOLE:
        converge(running, parts, cases, running.logs / f"{mishap}-{dependency}.log")
    for cell in cells:
        # Again is once: what the sweep has finished stays as it is.
        issue_case(OFFICE, cell.case, press=press_of(parts))
    assert_nothing_points_nowhere(parts, cases)
    assert_every_number_is_used_once(parts)
    for case in cases:
        assert_whole(parts, case)


@pytest.mark.faults
@pytest.mark.skipif(not IS_WHOLE, reason=WHY_NOT)
def test_who_waits_for_a_time_stamper_that_hangs_is_told_so_and_then_served(
    running: Running, parts: Parts, notary: AccountId
) -> None:
    case, log = approved_case(notary), running.logs / "told.log"
    operation = queue_issue(parts, case)

    def label() -> tuple[str, str]:
        with parts.open_transaction(Scope(office=OFFICE)) as tx:
            seen = tx.operations.get(operation)
        return seen.state, seen.label

    worker = start_worker(running, log)
    try:
        with away(running, Dependency.TIME_STAMPER, Mishap.HUNG):
            wait_until(lambda: label() == ("running", "waiting_for_another_try"), by=worker)
        wait_until(lambda: label()[0] == "succeeded", by=worker)
    finally:
        worker.terminate()
        worker.wait(30)
    assert_whole(parts, case.id)
    assert waits_of(log) >= {"TimeStampUnavailable"}


@pytest.mark.faults
@pytest.mark.skipif(not IS_WHOLE, reason=WHY_NOT)
def test_a_worker_that_runs_goes_on_after_the_database_was_killed(
    running: Running, parts: Parts, notary: AccountId
) -> None:
    before, after = approved_case(notary), approved_case(notary)
    log = running.logs / "outlives.log"
    worker = start_worker(running, log)
    try:
        queue_issue(parts, before)
        wait_until_issued(parts, [before.id], by=worker)
        with away(running, Dependency.DATABASE, Mishap.KILLED):
            pass
        queue_issue(parts, after)
        wait_until_issued(parts, [after.id], by=worker)
    finally:
        worker.terminate()
        worker.wait(30)
    assert_whole(parts, after.id)


def waits_of(log: Path) -> set[str]:
    """Return what the worker told its operator that it waits for."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return {line["error"] for line in lines if line["event"] == "waits"}
