"""One connection, and the scope its row-level security stands at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select, true

from server.db.errors import ScopeMissing, ScopeWidened
from server.transaction import NOBODY, Scope

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.cases.ids import Clock, OfficeId
    from server.db.secrets import FieldCipher


@dataclass(slots=True, kw_only=True)
class ScopedConnection:
    connection: Connection
    cipher: FieldCipher
    now: Clock
    scope: Scope = field(default=NOBODY)

    @property
    def office(self) -> OfficeId:
        """The office of the scope, or `ScopeMissing`."""
        if self.scope.office is None:
            raise ScopeMissing("office")
        return self.scope.office

    def narrow(self, scope: Scope) -> None:
        """Go on with ``scope``, or raise `ScopeWidened` where it takes back a limit."""
        pairs = (
            (self.scope.office, scope.office),
            (self.scope.account, scope.account),
            (self.scope.case, scope.case),
        )
        if not all(before in {None, after} for before, after in pairs):
            raise ScopeWidened("a limit of the transaction cannot be changed or lifted")
        self._set(office=scope.office or "", account=scope.account or "", case=scope.case or "")
        self.scope = scope

    def seek(self, value: str) -> None:
        """Name the one value that a row may be found by without any scope."""
        self._set(sought=value)

    def _set(self, **settings: str) -> None:
        # The third argument: until the transaction ends.
        self.connection.execute(
            select(*(func.set_config(f"feigui.{n}", v, true()) for n, v in settings.items()))
        )
