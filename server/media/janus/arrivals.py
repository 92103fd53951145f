"""When a stream was where, told from the packets that were quickest.

Janus 1.1 keeps the senders' reports (RFC 3550 6.4.1) to itself. So the packet that was
under way the shortest, of each second, stands for them: its arrival is the nearest to
the truth that there is, and as near for sound as for pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from server.media.clock import unwrapped

WINDOW_S: Final = 1.0


@dataclass(slots=True)
class QuickestArrivals:
    rate: int
    """Units of the stream's timestamps in a second."""

    _last: int | None = None
    _began: float | None = None
    _best: tuple[float, int, float] | None = None

    def add(self, timestamp: int, arrived: float) -> tuple[int, float] | None:
        """Return, once a second, a timestamp and when it arrived."""
        self._last = number = unwrapped(timestamp, self._last)
        if self._began is None:
            self._began = arrived
        late = arrived - number / self.rate
        if self._best is None or late < self._best[0]:
            self._best = (late, timestamp, arrived)
        if arrived - self._began < WINDOW_S:
            return None
        told = (self._best[1], self._best[2])
        self._began, self._best = arrived, None
        return told
