"""Jobs are enqueued in the transaction of their cause.

The row is written on the connection of that transaction, so a job exists if
and only if its cause does. Arguments are ids: a queue is no place for people's
data, and its worker reads what it needs under its own scope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException

from server.transaction import BooksUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg


class ProcrastinateQueue:
    """The `JobQueue` of one transaction."""

    def __init__(self, app: App, connection: psycopg.Connection) -> None:
        self._app = app
        self._connection = connection

    def defer(self, task: str, **arguments: str | int | None) -> None:
        try:
            self._app.configure_task(task, connection=self._connection).defer(**arguments)
        except ConnectorException as error:
            raise BooksUnavailable(type(error).__name__) from error


def queue_on() -> Callable[[psycopg.Connection], ProcrastinateQueue]:
    """Return what makes the queue of a transaction from its connection."""
    # Never opened: it has no connections of its own and so cannot use one.
    app = App(connector=SyncPsycopgConnector())
    return lambda connection: ProcrastinateQueue(app, connection)
