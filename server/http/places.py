"""How many may stand and wait at once: each of them keeps a thread of the server."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Places:
    """``most`` in all and ``most_each`` for one person, so that nobody takes them all."""

    def __init__(self, most: int, *, most_each: int) -> None:
        self._most, self._most_each = most, most_each
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    def take(self, who: str) -> Callable[[], None] | None:
        """Return what gives the place back (again does no harm); ``None``: all are taken."""
        with self._lock:
            free = self._taken.total() < self._most and self._taken[who] < self._most_each
            if not free:
                return None
            self._taken[who] += 1
        given = ExitStack()
        given.callback(self._give_back, who)
        return given.close

    def _give_back(self, who: str) -> None:
        with self._lock:
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]
