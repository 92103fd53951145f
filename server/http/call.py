"""What a handler is given and what it gives back; no Flask in either.

The contract has authenticated, gated, parsed and validated a `Call` before a
handler sees it (docs/request-flow.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from server.cases.actor import Actor
from server.problems.refusals import EntityChanged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from server.access.principals import Principal
    from server.cases.ids import NewId
    from server.http.file_stream import FileStream
    from server.transaction import Transaction


class HandlerMisbound(RuntimeError):
    """A handler asked for what its operation was not bound with; our mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    operation: str
    caller: Principal | None
    """``None`` when nobody signed in; handlers behind a gate use `principal`."""

    transaction: Transaction | None
    """``None`` for operations bound without one; handlers use `tx`."""

    path: Mapping[str, str]
    query: Mapping[str, Any]
    """By the names of the contract, already of the contract's types."""

    headers: Mapping[str, Any]
    """Only those that the contract names; names in lower case."""

    body: Any
    """The parsed JSON, or the bytes where the contract takes a file."""

    now: datetime
    """When the request came in, in UTC: one time for everything it causes."""

    new_id: NewId
    language: str
    """``zh-CN`` or ``en``, by Accept-Language."""

    @property
    def principal(self) -> Principal:
        if self.caller is None:
            raise HandlerMisbound(self.operation)
        return self.caller

    @property
    def actor(self) -> Actor:
        return Actor(account=self.principal.account, roles=self.principal.roles)

    @property
    def tx(self) -> Transaction:
        if self.transaction is None:
            raise HandlerMisbound(self.operation)
        return self.transaction

    def expect(self, etag: str) -> None:
        """Go on only if the caller has seen this state; else `EntityChanged` (412)."""
        if self.headers.get("if-match") != etag:
            raise EntityChanged


def etag_of(version: int) -> str:
    """Return the strong entity tag of a versioned resource."""
    return f'"{version}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int = 200
    body: Any = None
    """JSON values; with their ``content_type``, bytes or a stream."""

    fetched: Callable[[], bytes | FileStream] | None = None
    """In place of a body, what gets it once the transaction has ended: no row is locked and
    no connection is held while the store thinks."""

    etag: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Which handler carries out which operation of the contract."""

    operation_id: str
    handler: Handler
    in_transaction: bool = True
    """``False`` when the handler waits, and so opens its own short transactions."""
