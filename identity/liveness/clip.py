"""What a client may send in answer to a challenge, held to limits before anything is decoded."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_FRAMES: Final = 60
"""Chosen: the longest challenge has 9.2 s, so a still every 155 ms; the child needs about 8 ms
of processor time for each (tests/benchmarks/identity_liveness.py)."""
MOST_FRAME_BYTES: Final = 400_000
"""Chosen: a JPEG of 720 by 1280 at quality 90 has about 250,000."""
MOST_CLIP_BYTES: Final = 12_000_000
LONGEST_SIDE: Final = 1280
"""Pixels to which a decoder shrinks; more shows nothing more."""


class ClipFault(StrEnum):
    NO_FRAMES = "no_frames"
    TOO_MANY_FRAMES = "too_many_frames"
    FRAME_TOO_LARGE = "frame_too_large"
    CLIP_TOO_LARGE = "clip_too_large"
    TIMES_MALFORMED = "times_malformed"


class ClipRefused(ValueError):
    """The clip is not looked at. ``str()`` is the fault; nothing of its content."""

    def __init__(self, fault: ClipFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def check_clip(sizes: Sequence[int], times_ms: Sequence[float]) -> None:
    """Raise `ClipRefused` unless stills of ``sizes`` bytes, taken at ``times_ms``, may be decoded.

    Times that go backwards are no fault of form: judging refuses them and says so.
    """
    if not sizes:
        raise ClipRefused(ClipFault.NO_FRAMES)
    if not len(sizes) <= MOST_FRAMES:
        raise ClipRefused(ClipFault.TOO_MANY_FRAMES)
    if not all(size <= MOST_FRAME_BYTES for size in sizes):
        raise ClipRefused(ClipFault.FRAME_TOO_LARGE)
    if not sum(sizes) <= MOST_CLIP_BYTES:
        raise ClipRefused(ClipFault.CLIP_TOO_LARGE)
    if not (len(times_ms) == len(sizes) and all(math.isfinite(time) for time in times_ms)):
        raise ClipRefused(ClipFault.TIMES_MALFORMED)
