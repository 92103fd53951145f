"""How far a piece of long work is, for the person who waits for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.problems.table import problem_for
from server.transaction import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.ids import OfficeId
    from server.transaction import OpenTransaction, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The operation of one job. Each report is a short transaction of its own."""

    open_transaction: OpenTransaction
    office: OfficeId
    operation: str

    def step(self, step: int, of: int, label: str) -> None:
        self._change(lambda o: replace(o, state="running", step=step, of=of, label=label))

    def succeed(self, result: str) -> None:
        self._change(lambda o: replace(o, state="succeeded", step=o.of, result=result))

    def fail(self, error: Exception) -> None:
        """Say which problem ended the work; the detail is in the log only."""
        code = problem_for(error).code
        self._change(lambda o: replace(o, state="failed", problem=code))

    def _change(self, change: Callable[[Operation], Operation]) -> None:
        with self.open_transaction(Scope(office=self.office)) as tx:
            tx.operations.save(change(tx.operations.get(self.operation)))
