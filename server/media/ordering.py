"""Packets in the order of their numbers, and what was lost between them.

The network may turn packets round, bring them twice, or bring what was lost after
all, because it was asked for again. So a gap is waited for, but not for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from aiortc.rtp import RtpPacket

_HALF: Final = 1 << 15
_WHOLE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet, as far as a recording needs it."""

    sequence: int
    """16 bits, as on the wire."""

    timestamp: int
    """32 bits, in units of the codec's clock."""

    marker: bool
    payload: bytes
    arrived: float
    """Seconds, on the worker's steady clock."""

    @classmethod
    def of(cls, read: RtpPacket, *, arrived: float) -> Self:
        return cls(
            sequence=read.sequence_number,
            timestamp=read.timestamp,
            marker=bool(read.marker),
            payload=read.payload,
            arrived=arrived,
        )


@dataclass(slots=True)
class Ordered:
    """What may be used now: the packets next in order, and how many were given up before them."""

    packets: list[Packet] = field(default_factory=list)
    lost: int = 0


class Ordering:
    """Reorders one stream; a gap older than ``patience`` seconds is given up."""

    def __init__(self, *, patience: float) -> None:
        self._patience = patience
        self._waiting: dict[int, Packet] = {}
        self._next: int | None = None

    def add(self, packet: Packet) -> Ordered:
        """Return what is in order once ``packet`` is there."""
        number = self._unwrapped(packet.sequence)
        if self._next is None:
            self._next = number
        if number < self._next or number in self._waiting:
            return Ordered()
        self._waiting[number] = packet
        return self._released(packet.arrived)

    def _released(self, now: float) -> Ordered:
        ready = Ordered()
        while self._waiting:
            if self._next in self._waiting:
                ready.packets.append(self._waiting.pop(self._next))
                self._next += 1
                continue
            if ready.packets:
                # What follows the gap belongs to another answer, with its loss.
                break
            first = min(self._waiting)
            if now - self._waiting[first].arrived < self._patience:
                break
            ready.lost, self._next = first - (self._next or 0), first
        return ready

    def _unwrapped(self, sequence: int) -> int:
        """Return the number without its limit of 16 bits (RFC 3550 A.1)."""
        if self._next is None:
            return sequence + _WHOLE
        ahead = (sequence - self._next) % _WHOLE
        return self._next + (ahead if ahead < _HALF else ahead - _WHOLE)
