"""What a recorder has to know of VP8: where frames begin, which are key, how large they are.

RTP payload descriptor: RFC 7741 4.2. Frame header: RFC 6386 9.1. Nothing is decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_EXTENDED: Final = 0x80
_BEGINS_PARTITION: Final = 0x10
_PARTITION: Final = 0x07
_LONG_PICTURE_ID: Final = 0x80
_START_CODE: Final = b"\x9d\x01\x2a"
_KEY_HEADER: Final = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """What one packet carries of a frame."""

    begins_frame: bool
    data: bytes


def piece_of(payload: bytes) -> Piece:
    """Split the descriptor off a packet's payload.

    Raises `ValueError` for one that is cut short.
    """
    if not payload:
        raise ValueError("the payload is empty")
    first, position = payload[0], 1
    if first & _EXTENDED:
        position = _after_extensions(payload)
    if position >= len(payload):
        raise ValueError("the payload ends within its descriptor")
    begins = bool(first & _BEGINS_PARTITION) and first & _PARTITION == 0
    return Piece(begins_frame=begins, data=payload[position:])


def _after_extensions(payload: bytes) -> int:
    """Return where the data begins: after picture id, TL0PICIDX and TID/KEYIDX, as flagged."""
    flags, position = _octet(payload, 1), 2
    if flags & 0x80:
        position += 2 if _octet(payload, position) & _LONG_PICTURE_ID else 1
    if flags & 0x40:
        position += 1
    return position + 1 if flags & 0x30 else position


def _octet(payload: bytes, position: int) -> int:
    if position >= len(payload):
        raise ValueError("the payload ends within its descriptor")
    return payload[position]


def is_key(frame: bytes) -> bool:
    """A frame that needs none before it (RFC 6386 9.1: the lowest bit is 0)."""
    return len(frame) >= _KEY_HEADER and not frame[0] & 1 and frame[3:6] == _START_CODE


def size_of(key_frame: bytes) -> tuple[int, int]:
    """Return width and height in pixels of a key frame."""
    if not is_key(key_frame):
        raise ValueError("only a key frame says how large it is")
    width, height = key_frame[6:8], key_frame[8:10]
    return int.from_bytes(width, "little") & 0x3FFF, int.from_bytes(height, "little") & 0x3FFF
