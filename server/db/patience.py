"""Connections that wait for PostgreSQL only so long.

The server's own time-outs (`server.db.engine`) help while it lives. A stopped process, or
a network that swallows, answers nothing at all, and libpq would wait for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from psycopg.abc import RV, PQGen

PATIENCE_S: Final = 35.0
"""For one answer: more than any statement may take, so that the server speaks first."""

QUIET_S: Final = 20.0
"""A listener asks whether its silent connection lives."""

_LOOK_EVERY_S: Final = 0.1
_SILENT: Final = "the database does not answer"

LINK: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": int(PATIENCE_S * 1000),
}
"""Of libpq, for each connection: seconds, and milliseconds for the last. What the other
end does not acknowledge any more is lost after that."""


class PatientConnection(psycopg.Connection[Any]):
    """Closed when the server is silent for `patience_s`: a roll-back would wait as long again."""

    patience_s = PATIENCE_S

    def wait(
        self, gen: PQGen[RV], interval: float = _LOOK_EVERY_S, timeout: float | None = None
    ) -> RV:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience_s)
        except psycopg.OperationalError as error:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(_SILENT) from error


class PatientAsyncConnection(psycopg.AsyncConnection[Any]):
    """The same, for the queue's connections of the worker."""

    patience_s = PATIENCE_S

    async def wait(
        self,
        gen: PQGen[RV],
        interval: float = _LOOK_EVERY_S,
        timeout: float | None = None,  # noqa: ASYNC109  # psycopg's own signature
    ) -> RV:
        if timeout is not None:
            return await super().wait(gen, interval, timeout)
        try:
            return await super().wait(gen, interval, self.patience_s)
        except psycopg.OperationalError as error:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(_SILENT) from error

    def notifies(
        self, *, timeout: float | None = None, stop_after: int | None = None
    ) -> AsyncGenerator[psycopg.Notify]:
        # Silence is what a listener waits through: it ends the round, not the connection.
        return super().notifies(
            timeout=QUIET_S if timeout is None else timeout, stop_after=stop_after
        )
