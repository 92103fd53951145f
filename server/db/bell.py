"""The bell of a ceremony: whoever follows it is woken when something of it is committed.

PostgreSQL's LISTEN and NOTIFY, one listening connection a process, kept only while
somebody follows. It tells that there is something to read and never what. A bell that
is not heard (the database restarts, a pooler swallows it) loses nothing: whoever waits
looks again by itself after a moment.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import psycopg
import structlog
from sqlalchemy import func, select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

CHANNEL: Final = "feigui_ceremonies"
ROUND_S: Final = 1.0
"""How often the listener looks whether anybody still follows."""

log = structlog.get_logger("feigui.bell")


def ring(connection: Connection, ceremony_id: str) -> None:
    """Wake those who follow the ceremony, once this transaction is committed."""
    connection.execute(select(func.pg_notify(CHANNEL, ceremony_id)))


class Bell:
    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        """``connect`` opens a connection of its own, in autocommit."""
        self._connect = connect
        self._lock = threading.Lock()
        self._waiting: dict[str, set[threading.Event]] = {}
        self._listener: threading.Thread | None = None

    @contextmanager
    def heard(self, ceremony_id: str) -> Iterator[threading.Event]:
        """Yield what is set whenever the bell rang; its holder clears it, then reads."""
        rung = threading.Event()
        with self._lock:
            self._waiting.setdefault(ceremony_id, set()).add(rung)
            if self._listener is None:
                self._listener = threading.Thread(target=self._listen, name="bell", daemon=True)
                self._listener.start()
        try:
            yield rung
        finally:
            with self._lock:
                self._waiting[ceremony_id].discard(rung)
                if not self._waiting[ceremony_id]:
                    del self._waiting[ceremony_id]

    def _listen(self) -> None:
        try:
            with self._connect() as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                while not self._is_over():
                    for each in connection.notifies(timeout=ROUND_S):
                        self._wake(each.payload)
        except psycopg.Error as error:
            # Whoever follows next begins to listen anew; those who wait look by themselves.
            log.warning("bell_lost", error=type(error).__name__)
            with self._lock:
                self._listener = None

    def _is_over(self) -> bool:
        """Say whether nobody follows any more; then another listener may begin."""
        with self._lock:
            if self._waiting:
                return False
            self._listener = None
            return True

    def _wake(self, ceremony_id: str) -> None:
        with self._lock:
            for each in self._waiting.get(ceremony_id, ()):
                each.set()
