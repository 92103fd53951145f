"""Long work: where it stands, now or as soon as something has changed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.http.call import Answer, Binding, Call
from server.http.scopes import scope_of
from server.http.shown.operations import operation_as_seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.transaction import OpenTransaction, Operation

LOOK_EVERY_S: Final = 0.25
UNDER_WAY: Final = frozenset({"queued", "running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationDesk:
    open_transaction: OpenTransaction
    pause: Callable[[float], None] = time.sleep

    def get(self, call: Call) -> Answer:
        """Answer at once if the work is over, else when it moves or the wait is."""
        seen = self._look(call)
        until = time.monotonic() + int(call.query.get("wait", 0))
        before = seen
        # Each look is a transaction of its own: a phone that waits must not
        # keep a connection from those that work.
        while seen == before and seen.state in UNDER_WAY and time.monotonic() < until:
            self.pause(LOOK_EVERY_S)
            seen = self._look(call)
        headers = {"Retry-After": "1"} if seen.state in UNDER_WAY else {}
        return Answer(body=operation_as_seen(seen, call.language), headers=headers)

    def _look(self, call: Call) -> Operation:
        with self.open_transaction(scope_of(call.caller)) as tx:
            return tx.operations.get(call.path["operation_id"])


def bindings(*, open_transaction: OpenTransaction) -> list[Binding]:
    desk = OperationDesk(open_transaction=open_transaction)
    return [Binding(operation_id="get_operation", handler=desk.get, in_transaction=False)]
