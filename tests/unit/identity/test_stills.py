"""A clip is JPEG files one after the other; everything else is refused before it is decoded."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from identity.images.refusal import ImageRefused, RefusalCode
from identity.images.stills import split_stills
from identity.liveness.clip import MOST_FRAMES


def still(shade: int) -> bytes:
    picture = np.full((200, 240, 3), shade, np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()


STILLS = tuple(still(shade) for shade in (10, 120, 240))
CLIP = b"".join(STILLS)


def test_each_still_comes_out_as_it_went_in() -> None:
    assert split_stills(CLIP) == STILLS


@pytest.mark.parametrize(
    ("clip", "code"),
    [
        # Nothing at all.
        (b"", RefusalCode.FILE_EMPTY),
        # Another kind of file from the start.
        (b"PK\x03\x04" + CLIP, RefusalCode.TYPE_MISMATCH),
        # Something hidden between two stills.
        (STILLS[0] + b"<script>" + STILLS[1], RefusalCode.TYPE_MISMATCH),
        # Something behind the last one.
        (CLIP + b"\x00", RefusalCode.TYPE_MISMATCH),
        # The connection ended in the middle of one.
        (CLIP[:-20], RefusalCode.FILE_TRUNCATED),
        # More stills than one answer has.
        (STILLS[0] * (MOST_FRAMES + 1), RefusalCode.FILE_TOO_LARGE),
        # More bytes than one answer has.
        (b"\xff\xd8" + bytes(12_000_000), RefusalCode.FILE_TOO_LARGE),
    ],
)
def test_what_is_no_clip_is_refused(clip: bytes, code: RefusalCode) -> None:
    with pytest.raises(ImageRefused) as refused:
        split_stills(clip)
    assert refused.value.code is code
