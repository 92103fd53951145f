"""From the numbers on packets to milliseconds on the room's clock.

A stream counts in units of its codec from where it likes. Before its sender has said
what time that is (an RTCP sender report, RFC 3550 6.4.1), its first packet's arrival
stands for it; afterwards the report does, so that picture and sound meet however
differently they were buffered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

VIDEO_RATE: Final = 90_000
AUDIO_RATE: Final = 48_000
_HALF: Final = 1 << 31
_WHOLE: Final = 1 << 32


@dataclass(slots=True)
class SenderClock:
    """How far the sender's clock is from the room's; the same for all its streams."""

    _offset: float | None = None

    def report(self, ntp: float, arrived: float) -> None:
        """Learn from a report: the quickest one that came is the nearest to the truth."""
        offset = arrived - ntp
        if self._offset is None or offset < self._offset:
            self._offset = offset

    def room_time(self, ntp: float) -> float | None:
        return None if self._offset is None else ntp + self._offset


@dataclass(slots=True)
class StreamClock:
    """One stream's timestamps, in seconds on the room's clock."""

    rate: int
    sender: SenderClock
    _anchor: tuple[int, float] | None = None
    _reported: tuple[int, float] | None = None
    _last: int | None = field(default=None)

    @property
    def is_reported(self) -> bool:
        return self._reported is not None

    def report(self, timestamp: int, ntp: float, arrived: float) -> None:
        """``ntp``: seconds on the sender's clock at which the stream stood at ``timestamp``."""
        self.sender.report(ntp, arrived)
        number = unwrapped(timestamp, self._last)
        if self._last is None:
            # What comes next is counted from here, also where the numbers began anew between.
            self._last = number
        self._reported = (number, ntp)

    def anchor(self) -> None:
        """From here on, tell times by the newest report; called where a segment begins."""
        if self._reported is None:
            return
        timestamp, ntp = self._reported
        at = self.sender.room_time(ntp)
        if at is not None:
            self._anchor = (timestamp, at)

    def seconds(self, timestamp: int, arrived: float) -> float:
        """Return when ``timestamp`` was, on the room's clock."""
        self._last = number = unwrapped(timestamp, self._last)
        if self._anchor is None:
            self._anchor = (number, arrived)
        since, at = self._anchor
        return at + (number - since) / self.rate


def unwrapped(timestamp: int, last: int | None) -> int:
    """Return the one of a stream's 32-bit ``timestamp`` that is nearest to ``last``, its newest.

    The first one is counted from 2^32 on, so that what came before it is no negative number.
    """
    if last is None:
        return timestamp + _WHOLE
    ahead = (timestamp - last) % _WHOLE
    return last + (ahead if ahead < _HALF else ahead - _WHOLE)
