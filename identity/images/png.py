"""What a PNG says of itself, chunk by chunk (W3C PNG third edition), no pixel inflated.

Compressed metadata (iCCP, zTXt, iTXt) is inflated up to a small limit only, because a
decoder would do it without one.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from identity.images.exif import NO_EXIF, ExifFacts, read_exif
from identity.images.refusal import ImageRefused, RefusalCode

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MOST_METADATA: Final = 1024 * 1024
MOST_INFLATED: Final = 4 * 1024 * 1024
MOST_CHUNKS: Final = 20_000
PIXELS: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"})
COMPRESSED: Final = frozenset({b"iCCP", b"zTXt", b"iTXt"})


@dataclass(slots=True)
class PngFacts:
    width: int = 0
    height: int = 0
    exif: ExifFacts = NO_EXIF
    metadata: list[bytes] = field(default_factory=list)
    metadata_size: int = 0
    inflated: int = 0
    has_pixels: bool = False


def read_png(content: bytes) -> PngFacts:
    facts = PngFacts()
    end = len(SIGNATURE)
    for kind, data, after in _chunks(content):
        end = after
        if (kind == b"IHDR") == bool(facts.width):
            # The header comes first, and once.
            raise ImageRefused(RefusalCode.FILE_MALFORMED)
        _take(facts, kind, data)
    if not facts.has_pixels:
        raise ImageRefused(RefusalCode.FILE_MALFORMED)
    if end != len(content):
        raise ImageRefused(RefusalCode.DATA_AFTER_END)
    return facts


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    at = len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        if len(content) < at + 12:
            raise ImageRefused(RefusalCode.FILE_TRUNCATED)
        length, kind = struct.unpack_from(">I4s", content, at)
        after = at + 12 + length
        if len(content) < after:
            raise ImageRefused(RefusalCode.FILE_TRUNCATED)
        data = content[at + 8 : after - 4]
        if (
            not zlib.crc32(data, zlib.crc32(kind))
            == struct.unpack_from(">I", content, after - 4)[0]
        ):
            raise ImageRefused(RefusalCode.FILE_MALFORMED)
        yield kind, data, after
        if kind == b"IEND":
            return
        at = after
    raise ImageRefused(RefusalCode.DECODING_TOO_COSTLY)


def _take(facts: PngFacts, kind: bytes, data: bytes) -> None:
    if kind == b"IHDR":
        _take_header(facts, data)
    elif kind in (b"acTL", b"fcTL", b"fdAT"):
        raise ImageRefused(RefusalCode.TYPE_ANIMATED)
    elif kind == b"IDAT":
        facts.has_pixels = True
    elif kind not in PIXELS:
        _take_metadata(facts, kind, data)


def _take_header(facts: PngFacts, data: bytes) -> None:
    if len(data) != 13:  # noqa: PLR2004 - the header's fixed size
        raise ImageRefused(RefusalCode.FILE_MALFORMED)
    facts.width, facts.height, depth, colour, *methods = struct.unpack(">IIBBBBB", data)
    if not (facts.width and facts.height):
        raise ImageRefused(RefusalCode.FILE_MALFORMED)
    if depth == 16:  # noqa: PLR2004 - bits
        raise ImageRefused(RefusalCode.COLOUR_TOO_DEEP)
    if depth not in (1, 2, 4, 8) or colour not in (0, 2, 3, 4, 6) or methods[:2] != [0, 0]:
        raise ImageRefused(RefusalCode.CODING_UNUSUAL)


def _take_metadata(facts: PngFacts, kind: bytes, data: bytes) -> None:
    facts.metadata.append(data)
    facts.metadata_size += len(data)
    if not facts.metadata_size <= MOST_METADATA:
        raise ImageRefused(RefusalCode.METADATA_TOO_LARGE)
    if kind == b"eXIf":
        facts.exif = read_exif(data)
    if kind in COMPRESSED:
        facts.inflated += _inflated_size(data)
    if not facts.inflated <= MOST_INFLATED:
        raise ImageRefused(RefusalCode.METADATA_TOO_LARGE)


def _inflated_size(data: bytes) -> int:
    """How much the zlib stream somewhere behind the keyword unpacks to, at most one over."""
    start = data.find(b"\x78", data.find(b"\x00"))
    if start < 0:
        return len(data)
    try:
        return len(zlib.decompressobj().decompress(data[start:], MOST_INFLATED + 1))
    except zlib.error:
        # Uncompressed iTXt; its own length is what a decoder would hold.
        return len(data)
