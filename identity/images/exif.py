"""The two things we ask of EXIF, by a reader of our own: which way is up, and does it tell where.

Exif 3.0 (CIPA DC-008) over TIFF 6.0. Only the first directory is read; a pointer to the
GPS directory is enough to know that a position is inside.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from identity.images.refusal import ImageRefused, RefusalCode

ORIENTATION_TAG, GPS_TAG = 0x0112, 0x8825
SHORT_TYPE, MOST_ENTRIES = 3, 256
_BYTE_ORDERS: Final = {b"II*\x00": "<", b"MM\x00*": ">"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExifFacts:
    orientation: int
    """1 to 8 as EXIF counts; 1 is upright."""
    tells_position: bool


NO_EXIF: Final = ExifFacts(orientation=1, tells_position=False)


def read_exif(tiff: bytes) -> ExifFacts:
    """Read the facts from ``tiff``, the part after ``Exif\\0\\0``."""
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None:
        raise ImageRefused(RefusalCode.METADATA_MALFORMED)
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        if not count <= MOST_ENTRIES:
            raise ImageRefused(RefusalCode.METADATA_MALFORMED)
        entries = [
            struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * i) for i in range(count)
        ]
    except struct.error as error:
        raise ImageRefused(RefusalCode.METADATA_MALFORMED) from error
    return _facts(entries)


def _facts(entries: list[tuple[int, ...]]) -> ExifFacts:
    orientation = next(
        (value for tag, kind, _, value in entries if (tag, kind) == (ORIENTATION_TAG, SHORT_TYPE)),
        1,
    )
    return ExifFacts(
        # Cameras that do not know write 0, which means nothing.
        orientation=orientation if 1 <= orientation <= 8 else 1,  # noqa: PLR2004 - EXIF's own range
        tells_position=any(tag == GPS_TAG for tag, *_ in entries),
    )
