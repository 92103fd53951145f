"""What a chip's portrait says of itself, before any decoder sees it: JPEG or JPEG 2000.

JPEG 2000: ISO/IEC 15444-1 annex A (codestream) and annex I (the boxes of JP2).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.images.jpeg import read_jpeg
from identity.images.refusal import ImageRefused

MOST_PIXELS: Final = 4_000_000
"""Chosen; the specimen passport has 449 x 598, a fifteenth of it."""
LEAST_SIDE: Final = 80
"""Pixels; chosen: face engines ask for 80 to 100 (section 4 of docs/identity-policy.md)."""
MOST_BOXES: Final = 32
MOST_COMPONENTS: Final = 3

_JPEG: Final = b"\xff\xd8\xff"
_JP2: Final = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_CODESTREAM: Final = b"\xff\x4f\xff\x51"
_CODESTREAM_END: Final = b"\xff\xd9"
_BOX: Final = struct.Struct(">I4s")
_SIZE: Final = struct.Struct(">4xHHIIIIIIIIH")
"""After the two first markers: length, capabilities, four pairs (grid, origin, tile, its
origin) and the number of components."""


class PictureFormat(StrEnum):
    JPEG = "image/jpeg"
    JPEG_2000 = "image/jp2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    content: bytes = field(repr=False)
    format: PictureFormat
    width: int
    height: int


def read_portrait(content: bytes) -> Portrait:
    """Return the picture with what it says of itself; raises `ChipRefused`."""
    if content.startswith(_JPEG):
        form, (width, height) = PictureFormat.JPEG, _size_of_jpeg(content)
    elif content.startswith((_JP2, _CODESTREAM)):
        form, (width, height) = PictureFormat.JPEG_2000, _size_of_jpeg_2000(content)
    else:
        raise ChipRefused(ChipFault.PORTRAIT_UNREADABLE, ChipFile.DG2)
    if not width * height <= MOST_PIXELS:
        raise ChipRefused(ChipFault.PORTRAIT_TOO_LARGE, ChipFile.DG2)
    if not min(width, height) >= LEAST_SIDE:
        raise ChipRefused(ChipFault.PORTRAIT_UNREADABLE, ChipFile.DG2)
    return Portrait(content=content, format=form, width=width, height=height)


def _size_of_jpeg(content: bytes) -> tuple[int, int]:
    try:
        facts = read_jpeg(content)
    except ImageRefused as error:
        raise ChipRefused(ChipFault.PORTRAIT_UNREADABLE, ChipFile.DG2) from error
    return facts.width, facts.height


def _size_of_jpeg_2000(content: bytes) -> tuple[int, int]:
    codestream = _codestream(content) if content.startswith(_JP2) else content
    sane = codestream.startswith(_CODESTREAM) and codestream.endswith(_CODESTREAM_END)
    if not (sane and len(codestream) > _SIZE.size):
        raise ChipRefused(ChipFault.PORTRAIT_UNREADABLE, ChipFile.DG2)
    _, _, right, bottom, left, top, tile_width, tile_height, _, _, components = _SIZE.unpack_from(
        codestream
    )
    width, height = right - left, bottom - top
    # Tiles are an attacker's way to many small allocations; a portrait needs few.
    whole = tile_width * 8 >= width and tile_height * 8 >= height
    if not (width > 0 and height > 0 and whole and 1 <= components <= MOST_COMPONENTS):
        raise ChipRefused(ChipFault.PORTRAIT_UNREADABLE, ChipFile.DG2)
    return width, height


def _codestream(content: bytes) -> bytes:
    """Return the content of the one codestream box, which is the last."""
    position = 0
    for _ in range(MOST_BOXES):
        if len(content) < position + _BOX.size:
            break
        length, kind = _BOX.unpack_from(content, position)
        # A length of 0 means: to the end of the file.
        end = position + length if length else len(content)
        if not position + _BOX.size <= end <= len(content):
            break
        if kind == b"jp2c":
            return content[position + _BOX.size : end] if end == len(content) else b""
        position = end
    raise ChipRefused(ChipFault.PORTRAIT_UNREADABLE, ChipFile.DG2)
