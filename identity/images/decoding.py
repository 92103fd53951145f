"""Child only: bytes to upright pixels, and pixels to a copy that carries nothing else."""

from __future__ import annotations

import os

# Read by OpenCV while it is imported; a header that lies then raises instead of allocating.
os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = "40000000"

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from identity.images.refusal import ImageRefused, RefusalCode

if TYPE_CHECKING:
    from identity.pixels import Pixels

UPRIGHT: Final = {
    # EXIF orientation to (mirror left-right first, quarter turns clockwise).
    1: (False, 0), 2: (True, 0), 3: (False, 2), 4: (True, 2),
    5: (True, 3), 6: (False, 1), 7: (True, 1), 8: (False, 3),
}  # fmt: skip
QUALITY: Final = 92


def use_one_thread() -> None:
    """For children. OpenCV heeds no variable, and its threads spend a sixth more on waiting."""
    cv2.setNumThreads(1)


def decode_upright(content: bytes, *, orientation: int, longest: int) -> Pixels:
    """Decode to BGR, turn upright, and shrink so that no side is over ``longest``."""
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except cv2.error as error:
        no_room = error.code == cv2.Error.StsNoMem
        code = RefusalCode.DECODING_TOO_COSTLY if no_room else RefusalCode.DECODING_FAILED
        raise ImageRefused(code) from error
    if pixels is None:
        raise ImageRefused(RefusalCode.DECODING_FAILED)
    scale = longest / max(pixels.shape[:2])
    if scale < 1:
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    mirrored, turns = UPRIGHT[orientation]
    if mirrored:
        pixels = np.fliplr(pixels)
    return np.ascontiguousarray(np.rot90(pixels, -turns), dtype=np.uint8)


def encode_clean(pixels: Pixels) -> bytes:
    """A JPEG with no metadata whatever: no position, no profile, no thumbnail."""
    done, buffer = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ImageRefused(RefusalCode.DECODING_FAILED)
    return buffer.tobytes()
