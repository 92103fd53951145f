"""The gate for portraits from a chip: as for uploads, and JPEG 2000, which chips use and no camera.

The bytes are signed by a state where the chip verified, and a stranger's where it did not; they
are treated alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.images.gate import JPEG, ExaminedImage, examine, refuse_by_size
from identity.images.jpeg2000 import BOX_SIGNATURE, CODESTREAM_START, read_jpeg2000
from identity.images.refusal import ImageRefused, RefusalCode

if TYPE_CHECKING:
    from identity.images.jpeg2000 import Jpeg2000Facts

JPEG_2000: Final = "image/jp2"
MOST_BYTES: Final = 1024 * 1024
"""Chosen: ICAO 9303-10 advises 15 to 20 kB, and whole chips hold less than this."""
MOST_PIXELS: Final = 4_000_000
LEAST_SIDE: Final = 60
"""Chosen: below it there is no face to compare; 102 by 126 have been met."""


def examine_chip_portrait(content: bytes) -> ExaminedImage:
    """Return what may be decoded, or raise `ImageRefused` with the first reason found."""
    refuse_by_size(len(content), most=MOST_BYTES)
    if content.startswith((BOX_SIGNATURE, CODESTREAM_START)):
        return _examined(content, read_jpeg2000(content))
    examined = examine(content, claimed=JPEG, least_side=LEAST_SIDE)
    _refuse_by_pixels(examined.width, examined.height)
    return examined


def _examined(content: bytes, facts: Jpeg2000Facts) -> ExaminedImage:
    _refuse_by_pixels(facts.width, facts.height)
    return ExaminedImage(
        content=content,
        media_type=JPEG_2000,
        width=facts.width,
        height=facts.height,
        orientation=1,
        tells_position=False,
    )


def _refuse_by_pixels(width: int, height: int) -> None:
    if not width * height <= MOST_PIXELS:
        raise ImageRefused(RefusalCode.PIXELS_TOO_MANY)
    if not min(width, height) >= LEAST_SIDE:
        raise ImageRefused(RefusalCode.PIXELS_TOO_FEW)
