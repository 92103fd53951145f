"""Stills of a clip as a phone sends them: JPEG files one after the other, and nothing between.

No archive and no video container: what a JPEG is, the gate reads anyway.
"""

from __future__ import annotations

from identity.images.gate import refuse_by_size
from identity.images.jpeg import end_of_picture
from identity.images.refusal import ImageRefused, RefusalCode
from identity.liveness.clip import MOST_CLIP_BYTES, MOST_FRAMES


def split_stills(content: bytes) -> tuple[bytes, ...]:
    """Return each still's bytes; raises `ImageRefused`. Nothing is decoded."""
    refuse_by_size(len(content), most=MOST_CLIP_BYTES)
    stills: list[bytes] = []
    at = 0
    while at < len(content):
        if not len(stills) < MOST_FRAMES:
            raise ImageRefused(RefusalCode.FILE_TOO_LARGE)
        end = end_of_picture(content, at)
        stills.append(content[at:end])
        at = end
    return tuple(stills)
