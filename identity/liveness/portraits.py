"""Which stills of a clip also serve to compare the face: liveness and match on the same frames."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from identity.liveness.measurements import ClipMeasurements, FrameMeasured

MOST_PORTRAITS: Final = 7
"""Chosen: a template takes five (`faces.templates`), and two may fall short of the gates."""
EYES_OPEN: Final = 0.8
"""Likeness of an eye to how it usually is; simulated blinks: 0.1 to 0.6 (`liveness.policy`)."""
MOUTH_CLOSED: Final = 0.05
"""Dark part of the mouth: the low of a movement (`liveness.policy`)."""


def portraits_of(measured: ClipMeasurements) -> tuple[int, ...]:
    """Return indices in their order, evenly over the clip, of frames with one open face.

    Turned heads are among them: frames that differ make a better template, and the gates
    of the comparison turn away what is turned too far. Without an open face any face serves.
    """
    every = [i for i, frame in enumerate(measured.frames) if frame.faces]
    open_ones = [i for i in every if _is_open(measured.frames[i])]
    return _spread(open_ones or every)


def _is_open(frame: FrameMeasured) -> bool:
    face = frame.face
    figures = (face.right_eye, face.left_eye, face.cavity)
    return (
        all(math.isfinite(figure) for figure in figures)
        and min(face.right_eye, face.left_eye) >= EYES_OPEN
        and face.cavity <= MOUTH_CLOSED
    )


def _spread(frames: list[int]) -> tuple[int, ...]:
    if len(frames) <= MOST_PORTRAITS:
        return tuple(frames)
    step = (len(frames) - 1) / (MOST_PORTRAITS - 1)
    return tuple(frames[round(i * step)] for i in range(MOST_PORTRAITS))
