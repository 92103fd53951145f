"""How one participant's line is: measured twice a second, told over three.

Counted where packets come in, from RTP's own numbers; what goes out is told by the
watcher's receiver reports (RFC 3550 6.4.2).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.ceremony.lines import Picture

if TYPE_CHECKING:
    from server.media.ordering import Packet

TICK_S: Final = 0.5
SILENT_S: Final = 3.0
_TICKS: Final = 6
_HALF: Final = 1 << 15
STILL_FOR_S: Final = 10.0
"""How long a single picture is what there is to see."""

SETTLED_TICKS: Final = 6
MOVING_FROM: Final = 2.0
"""Pictures a second; fewer are single ones."""

WHAT_IT_IS: Final = {
    Picture.MOVING: "moving",
    Picture.STILLS: "stills",
    Picture.NONE: "sound_alone",
}


@dataclass(frozen=True, slots=True)
class _Tick:
    octets: int
    pictures: int
    expected: int
    """Packets, by their numbers, since the line began."""

    received: int


@dataclass(slots=True)
class _Numbers:
    """One stream's packets, by numbers of 16 bits that begin anew (RFC 3550 A.1)."""

    received: int = 0
    expected: int = 0
    _newest: int | None = None

    def saw(self, sequence: int) -> None:
        ahead = 1 if self._newest is None else (sequence - self._newest) & 0xFFFF
        self.received += 1
        if 0 < ahead < _HALF:
            self.expected += ahead
            self._newest = sequence


class Meter:
    """Ticks are the room's; the times are seconds on its clock."""

    def __init__(self, *, now: float) -> None:
        self.heard = now
        self._octets = self._pictures = 0
        self._numbers: dict[str, _Numbers] = {}
        self._seen: float | None = None
        self._ticks: deque[_Tick] = deque(maxlen=_TICKS + 1)
        self._told = Picture.MOVING
        self._differs = 0

    def came(self, kind: str, packet: Packet) -> None:
        """Count a packet."""
        self.heard = packet.arrived
        self._octets += len(packet.payload)
        self._numbers.setdefault(kind, _Numbers()).saw(packet.sequence)
        if kind == "video" and packet.marker and packet.payload:
            self._pictures += 1
            self._seen = packet.arrived

    def tick(self, counted: tuple[int, int] | None = None) -> None:
        """Take what there is now.

        ``counted``: packets sent and received so far, of who counts before what was lost is
        sent again; without it they are told by their numbers.
        """
        expected, received = counted or (
            sum(each.expected for each in self._numbers.values()),
            sum(each.received for each in self._numbers.values()),
        )
        self._ticks.append(_Tick(self._octets, self._pictures, expected, received))

    def is_heard(self, now: float) -> bool:
        return now - self.heard <= SILENT_S

    @property
    def bits_per_second(self) -> int:
        first, last, seconds = self._span()
        return round((last.octets - first.octets) * 8 / seconds)

    @property
    def loss(self) -> int:
        """Thousandths of what was sent to us."""
        first, last, _ = self._span()
        expected, received = last.expected - first.expected, last.received - first.received
        return 0 if expected <= 0 else min(1000, max(0, round(1000 * (1 - received / expected))))

    def picture(self, now: float) -> Picture:
        first, last, seconds = self._span()
        if (last.pictures - first.pictures) / seconds >= MOVING_FROM:
            return Picture.MOVING
        is_there = self._seen is not None and now - self._seen <= STILL_FOR_S
        return Picture.STILLS if is_there else Picture.NONE

    def changed(self, now: float) -> str | None:
        """Return what there is to see from now on, once it has been so for three seconds.

        A line begins with a moving picture: nothing is said of that.
        """
        seen = self.picture(now)
        self._differs = self._differs + 1 if seen is not self._told else 0
        if self._differs < SETTLED_TICKS:
            return None
        self._told, self._differs = seen, 0
        return WHAT_IT_IS[seen]

    def _span(self) -> tuple[_Tick, _Tick, float]:
        if not self._ticks:
            return _Tick(0, 0, 0, 0), _Tick(0, 0, 0, 0), TICK_S
        return self._ticks[0], self._ticks[-1], TICK_S * max(1, len(self._ticks) - 1)
