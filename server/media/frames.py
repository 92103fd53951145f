"""Whole encoded frames out of ordered packets; damage is dropped, up to the next key frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.media import vp8
from server.media.ordering import Ordering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.media.ordering import Packet

VIDEO_PATIENCE_S: Final = 0.6
"""Twice a round trip of 200 ms and the sender's own pause, for what was asked for again."""

AUDIO_PATIENCE_S: Final = 0.2
"""Nothing lost is asked for again; only what was turned round is waited for."""

LARGEST_FRAME: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class Frame:
    timestamp: int
    data: bytes
    key: bool
    arrived: float


class VideoFrames:
    """VP8. After a loss nothing is handed out before a key frame; ``damaged`` tells so."""

    def __init__(self) -> None:
        self._ordering = Ordering(patience=VIDEO_PATIENCE_S)
        self._pieces: list[bytes] = []
        self._timestamp: int | None = None
        self.damaged = True
        """A key frame is needed before anything can be shown."""

    def add(self, packet: Packet) -> Iterator[Frame]:
        ordered = self._ordering.add(packet)
        if ordered.lost:
            self._spoil()
        for each in ordered.packets:
            frame = self._with(each)
            if frame is not None:
                yield frame

    def _spoil(self) -> None:
        self._pieces, self._timestamp, self.damaged = [], None, True

    def _with(self, packet: Packet) -> Frame | None:
        if not packet.payload:
            # A probe of the line: it has a number, and nothing in it.
            return None
        try:
            piece = vp8.piece_of(packet.payload)
        except ValueError:
            self._spoil()
            return None
        if piece.begins_frame and packet.timestamp != self._timestamp:
            self._pieces, self._timestamp = [], packet.timestamp
        if packet.timestamp != self._timestamp:
            # The middle of a frame whose beginning is not there.
            self.damaged = True
            return None
        self._pieces.append(piece.data)
        if sum(map(len, self._pieces)) > LARGEST_FRAME:
            self._spoil()
            return None
        return self._whole(packet) if packet.marker else None

    def _whole(self, packet: Packet) -> Frame | None:
        data = b"".join(self._pieces)
        self._pieces, self._timestamp = [], None
        key = vp8.is_key(data)
        if self.damaged and not key:
            return None
        self.damaged = False
        return Frame(packet.timestamp, data, key, packet.arrived)


class AudioFrames:
    """Opus: each packet is a frame (RFC 7587 4.2)."""

    def __init__(self) -> None:
        self._ordering = Ordering(patience=AUDIO_PATIENCE_S)

    def add(self, packet: Packet) -> Iterator[Frame]:
        for each in self._ordering.add(packet).packets:
            if each.payload:
                yield Frame(each.timestamp, each.payload, key=True, arrived=each.arrived)
