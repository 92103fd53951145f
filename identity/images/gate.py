"""The gate for images: decides on bytes alone, in the caller's process, in milliseconds.

Refused here means that no decoder saw the file. What passes is still decoded only in
`identity.worker`'s child, since a header can lie about what follows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.images.jpeg import START, read_jpeg
from identity.images.png import SIGNATURE, read_png
from identity.images.refusal import ImageRefused, RefusalCode

if TYPE_CHECKING:
    from identity.images.exif import ExifFacts

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
"""Telephones have larger modes, off by default; 40 Mpx decode to 120 MB."""
JPEG_BLOCK: Final = 64
"""Pixels; no JPEG spends less than a bit on them, so fewer bits than that are missing some."""
LEAST_SIDE: Final = 160
"""Below it neither a card's text (32 px a line) nor a face (80 px) can be read."""

JPEG, PNG = "image/jpeg", "image/png"
_REFUSED_BY_MAGIC: Final = (
    # ISO base media with an HEIF or AVIF brand.
    (re.compile(rb"....ftyp(hei|hev|mif1|msf1|avif|avis)", re.DOTALL), RefusalCode.TYPE_HEIC),
    (re.compile(rb"GIF8[79]a"), RefusalCode.TYPE_ANIMATED),
    (re.compile(rb"\s*(<\?xml|<!DOCTYPE|<svg|<!--)", re.IGNORECASE), RefusalCode.TYPE_SVG),
)
_OTHER_LANGUAGES: Final = re.compile(
    rb"<script|<\?php|<svg|<html|<!doctype|javascript:|%PDF-\d|PK\x03\x04|PK\x05\x06|MZ\x90\x00|\x7fELF",
    re.IGNORECASE,
)
_PDF_HEADER: Final = re.compile(rb"%PDF-\d")
_PDF_READERS_LOOK_IN: Final = 1024
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_READERS_LOOK_IN: Final = 65_557


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedImage:
    """An image that may be handed to the decoder."""

    content: bytes
    media_type: str
    width: int
    height: int
    orientation: int
    """As EXIF counts, as stored; the decoder applies it before anything else."""
    tells_position: bool
    """The original says where it was taken; derived copies never do."""


def refuse_by_size(size: int, *, most: int = MOST_BYTES) -> None:
    """Ask this of the announced size before reading a byte."""
    if size == 0:
        raise ImageRefused(RefusalCode.FILE_EMPTY)
    if not 0 < size <= most:
        raise ImageRefused(RefusalCode.FILE_TOO_LARGE)


def examine(content: bytes, *, claimed: str, least_side: int = LEAST_SIDE) -> ExaminedImage:
    """Return what may be decoded, or raise `ImageRefused` with the first reason found."""
    refuse_by_size(len(content))
    media_type = _media_type(content)
    if claimed != media_type:
        raise ImageRefused(RefusalCode.TYPE_MISMATCH)
    facts = read_jpeg(content) if media_type == JPEG else read_png(content)
    if not facts.width * facts.height <= MOST_PIXELS:
        raise ImageRefused(RefusalCode.PIXELS_TOO_MANY)
    if not min(facts.width, facts.height) >= least_side:
        raise ImageRefused(RefusalCode.PIXELS_TOO_FEW)
    if media_type == JPEG and len(content) * 8 < facts.width * facts.height // JPEG_BLOCK:
        raise ImageRefused(RefusalCode.FILE_TRUNCATED)
    _refuse_second_file(content, facts.metadata)
    return _examined(content, media_type, (facts.width, facts.height), facts.exif)


def _examined(
    content: bytes, media_type: str, size: tuple[int, int], exif: ExifFacts
) -> ExaminedImage:
    return ExaminedImage(
        content=content,
        media_type=media_type,
        width=size[0],
        height=size[1],
        orientation=exif.orientation,
        tells_position=exif.tells_position,
    )


def _media_type(content: bytes) -> str:
    if content.startswith(START + b"\xff"):
        return JPEG
    if content.startswith(SIGNATURE):
        return PNG
    for pattern, code in _REFUSED_BY_MAGIC:
        if pattern.match(content):
            raise ImageRefused(code)
    raise ImageRefused(RefusalCode.TYPE_UNSUPPORTED)


def _refuse_second_file(content: bytes, metadata: list[bytes]) -> None:
    """Refuse what another program would take for a file of its own kind."""
    if _PDF_HEADER.search(content, 0, _PDF_READERS_LOOK_IN):
        raise ImageRefused(RefusalCode.SECOND_FILE_INSIDE)
    if any(_OTHER_LANGUAGES.search(part) for part in metadata):
        raise ImageRefused(RefusalCode.SECOND_FILE_INSIDE)
    at = content.rfind(_ZIP_END, max(0, len(content) - _ZIP_READERS_LOOK_IN))
    if at >= 0 and at + 22 + int.from_bytes(content[at + 20 : at + 22], "little") == len(content):
        raise ImageRefused(RefusalCode.SECOND_FILE_INSIDE)
