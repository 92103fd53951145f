"""What a JPEG says of itself, read marker by marker without decoding a pixel (ITU-T T.81).

Only baseline and progressive Huffman coding with 8 bits and one or three components
passes: that is what cameras write. Anything after the end is refused, but for the
further pictures that a Multi-Picture file (CIPA DC-007, e.g. gain maps) announces.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from identity.images.exif import NO_EXIF, ExifFacts, read_exif
from identity.images.refusal import ImageRefused, RefusalCode

if TYPE_CHECKING:
    from collections.abc import Iterator

START, END = b"\xff\xd8", b"\xff\xd9"
SOF_KEPT: Final = frozenset({0xC0, 0xC1, 0xC2})
SOF_ALL: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SOS, EOI, COM, APP0, APP1, APP2, APP15 = 0xDA, 0xD9, 0xFE, 0xE0, 0xE1, 0xE2, 0xEF
MOST_METADATA: Final = 2 * 1024 * 1024
MOST_SCANS: Final = 40
"""libjpeg's progressive default is 10; a file of thousands of scans is an attack on time."""
MOST_PICTURES: Final = 4
MOST_SEGMENTS: Final = 2000
_NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


@dataclass(slots=True)
class JpegFacts:
    width: int = 0
    height: int = 0
    exif: ExifFacts = NO_EXIF
    announces_more: bool = False
    scans: int = 0
    metadata: list[bytes] = field(default_factory=list)
    metadata_size: int = 0
    end: int = 0


def read_jpeg(content: bytes) -> JpegFacts:
    """Return the facts of the first picture, having walked over all of them."""
    facts = _read_one(content, 0)
    end, pictures = facts.end, 1
    while end < len(content):
        rest = content[end:].lstrip(b"\x00")
        if rest and not (facts.announces_more and rest.startswith(START)):
            raise ImageRefused(RefusalCode.DATA_AFTER_END)
        pictures += 1
        if pictures > MOST_PICTURES:
            raise ImageRefused(RefusalCode.DATA_AFTER_END)
        end = _read_one(content, len(content) - len(rest)).end if rest else len(content)
    return facts


def end_of_picture(content: bytes, at: int) -> int:
    """Return where the picture that begins at ``at`` ends; raises `ImageRefused`."""
    if not content.startswith(START, at):
        raise ImageRefused(RefusalCode.TYPE_MISMATCH)
    return _read_one(content, at).end


def _read_one(content: bytes, at: int) -> JpegFacts:
    facts = JpegFacts()
    for marker, segment, end in _segments(content, at + 2):
        facts.end = end
        if marker in SOF_ALL:
            _take_frame(facts, marker, segment)
        elif APP0 <= marker <= APP15 or marker == COM:
            _take_metadata(facts, marker, segment)
        elif marker == SOS:
            facts.scans += 1
        if not facts.scans <= MOST_SCANS:
            raise ImageRefused(RefusalCode.DECODING_TOO_COSTLY)
    if not facts.width or not facts.scans:
        raise ImageRefused(RefusalCode.FILE_MALFORMED)
    return facts


def _segments(content: bytes, at: int) -> Iterator[tuple[int, bytes, int]]:
    """Yield each marker with its content and where it ends, up to and with the end marker."""
    for _ in range(MOST_SEGMENTS):
        if len(content) < at + 2:
            raise ImageRefused(RefusalCode.FILE_TRUNCATED)
        if content[at] != 0xFF:  # noqa: PLR2004 - the marker's first byte
            raise ImageRefused(RefusalCode.FILE_MALFORMED)
        marker = content[at + 1]
        if marker == EOI:
            yield marker, b"", at + 2
            return
        length = _length(content, at + 2)
        end = at + 2 + length
        yield marker, content[at + 4 : end], end
        at = _after_scan(content, end) if marker == SOS else end
    raise ImageRefused(RefusalCode.DECODING_TOO_COSTLY)


def _length(content: bytes, at: int) -> int:
    if len(content) < at + 2:
        raise ImageRefused(RefusalCode.FILE_TRUNCATED)
    (length,) = struct.unpack_from(">H", content, at)
    if length < 2:  # noqa: PLR2004 - a length counts its own two bytes
        raise ImageRefused(RefusalCode.FILE_MALFORMED)
    if len(content) < at + length:
        raise ImageRefused(RefusalCode.FILE_TRUNCATED)
    return int(length)


def _after_scan(content: bytes, at: int) -> int:
    found = _NEXT_MARKER.search(content, at)
    if found is None:
        raise ImageRefused(RefusalCode.FILE_TRUNCATED)
    return found.start()


def _take_frame(facts: JpegFacts, marker: int, segment: bytes) -> None:
    if marker not in SOF_KEPT or facts.width:
        raise ImageRefused(RefusalCode.CODING_UNUSUAL)
    if len(segment) < 6:  # noqa: PLR2004 - precision, height, width, components
        raise ImageRefused(RefusalCode.FILE_MALFORMED)
    precision, facts.height, facts.width, components = struct.unpack_from(">BHHB", segment)
    if precision != 8:  # noqa: PLR2004 - bits
        raise ImageRefused(RefusalCode.COLOUR_TOO_DEEP)
    if components not in (1, 3):
        raise ImageRefused(RefusalCode.COLOUR_CMYK)
    if not (facts.width and facts.height):
        raise ImageRefused(RefusalCode.FILE_MALFORMED)


def _take_metadata(facts: JpegFacts, marker: int, segment: bytes) -> None:
    facts.metadata.append(segment)
    facts.metadata_size += len(segment)
    if not facts.metadata_size <= MOST_METADATA:
        raise ImageRefused(RefusalCode.METADATA_TOO_LARGE)
    if marker == APP1 and segment.startswith(b"Exif\x00\x00"):
        facts.exif = read_exif(segment[6:])
    if marker == APP2 and segment.startswith(b"MPF\x00"):
        facts.announces_more = True
