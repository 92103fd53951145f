"""What a JPEG 2000 picture says of itself (ISO/IEC 15444-1), no coefficient decoded.

Either boxes around a codestream (Annex I) or the bare codestream (Annex A). Only what a chip's
portrait needs is let through: one or three components of eight bits, few tiles, few levels.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.images.refusal import ImageRefused, RefusalCode

if TYPE_CHECKING:
    from collections.abc import Iterator

BOX_SIGNATURE: Final = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
CODESTREAM_START: Final = b"\xff\x4f\xff\x51"
CODESTREAM_END: Final = b"\xff\xd9"
MOST_BOXES: Final = 64
MOST_TILES: Final = 16
"""Chosen: portraits have one; decoders set up every tile before they look into it."""
MOST_LEVELS: Final = 10
MOST_LAYERS: Final = 64
SIZ, COD, COC, SOT = 0xFF51, 0xFF52, 0xFF53, 0xFF90
_SIZ: Final = struct.Struct(">H8IH")
_FLAT: Final = frozenset({b"jP  ", b"ftyp", b"jp2h", b"jp2c", b"xml ", b"uuid", b"uinf", b"jp2i"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Jpeg2000Facts:
    width: int
    height: int


def read_jpeg2000(content: bytes) -> Jpeg2000Facts:
    """Raises `ImageRefused`."""
    stream = content if content.startswith(CODESTREAM_START) else _codestream(content)
    if not stream.startswith(CODESTREAM_START):
        raise ImageRefused(RefusalCode.FILE_MALFORMED)
    if not stream.endswith(CODESTREAM_END):
        raise ImageRefused(RefusalCode.FILE_TRUNCATED)
    (_, first), *others = _main_header(stream)
    facts = _size(first)
    for marker, segment in others:
        if marker == SIZ:
            # A decoder might believe the second one.
            raise ImageRefused(RefusalCode.FILE_MALFORMED)
        if marker == COD:
            _demand_simple_coding(segment)
        if marker == COC and not (len(segment) > 2 and segment[2] <= MOST_LEVELS):  # noqa: PLR2004 - component, style, levels
            raise ImageRefused(RefusalCode.DECODING_TOO_COSTLY)
    return facts


def _codestream(content: bytes) -> bytes:
    at, found = 0, b""
    for _ in range(MOST_BOXES):
        if at == len(content):
            break
        kind, start, end = _box(content, at)
        if kind not in _FLAT or (kind == b"jp2c" and found):
            raise ImageRefused(RefusalCode.CODING_UNUSUAL)
        if kind == b"jp2c":
            found = content[start:end]
        at = end
    if at != len(content):
        raise ImageRefused(RefusalCode.DECODING_TOO_COSTLY)
    return found


def _box(content: bytes, at: int) -> tuple[bytes, int, int]:
    """Kind, start of its content, and its end."""
    if len(content) < at + 8:
        raise ImageRefused(RefusalCode.FILE_TRUNCATED)
    length, kind = struct.unpack_from(">I4s", content, at)
    if length == 0:
        # The last box may leave its length open.
        return kind, at + 8, len(content)
    if length < 8:  # noqa: PLR2004 - a box has its own header; 1 announces 64 bits, too long here
        raise ImageRefused(RefusalCode.FILE_MALFORMED)
    if len(content) < at + length:
        raise ImageRefused(RefusalCode.FILE_TRUNCATED)
    return kind, at + 8, at + length


def _main_header(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker segments up to the first tile."""
    at = 2
    while True:
        if len(stream) < at + 4:
            raise ImageRefused(RefusalCode.FILE_TRUNCATED)
        marker, length = struct.unpack_from(">HH", stream, at)
        if marker == SOT:
            return
        if marker < 0xFF00 or length < 2:  # noqa: PLR2004 - the length counts itself
            raise ImageRefused(RefusalCode.FILE_MALFORMED)
        yield marker, stream[at + 4 : at + 2 + length]
        at += 2 + length


def _size(segment: bytes) -> Jpeg2000Facts:
    if len(segment) < _SIZ.size:
        raise ImageRefused(RefusalCode.FILE_MALFORMED)
    _, right, bottom, left, top, tile_width, tile_height, _, _, count = _SIZ.unpack_from(segment)
    width, height = right - left, bottom - top
    components = segment[_SIZ.size :]
    if width <= 0 or height <= 0 or not (tile_width and tile_height):
        raise ImageRefused(RefusalCode.FILE_MALFORMED)
    if count not in (1, 3) or len(components) != 3 * count:
        raise ImageRefused(RefusalCode.COLOUR_CMYK)
    if any(depth != 7 for depth in components[::3]):  # noqa: PLR2004 - bits less one, unsigned
        raise ImageRefused(RefusalCode.COLOUR_TOO_DEEP)
    if any(step != 1 for i, step in enumerate(components) if i % 3):
        raise ImageRefused(RefusalCode.CODING_UNUSUAL)
    if not -(-right // tile_width) * -(-bottom // tile_height) <= MOST_TILES:
        raise ImageRefused(RefusalCode.DECODING_TOO_COSTLY)
    return Jpeg2000Facts(width=width, height=height)


def _demand_simple_coding(segment: bytes) -> None:
    if len(segment) < 6:  # noqa: PLR2004 - style, progression, layers, transform, levels
        raise ImageRefused(RefusalCode.FILE_MALFORMED)
    layers, levels = int.from_bytes(segment[2:4], "big"), segment[5]
    if not (1 <= layers <= MOST_LAYERS and levels <= MOST_LEVELS):
        raise ImageRefused(RefusalCode.DECODING_TOO_COSTLY)
