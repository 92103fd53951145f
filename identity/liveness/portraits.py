"""Which stills of a clip also serve to compare the face: liveness and match on the same frames."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from identity.liveness.measurements import ClipMeasurements, FrameMeasured

_T = TypeVar("_T")

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
    return tuple(spread(open_ones or every, MOST_PORTRAITS))


def spread(these: Sequence[_T], most: int) -> list[_T]:
    """Return at most ``most`` (2 or more), evenly, the first and the last among them."""
    if len(these) <= most:
        return list(these)
    step = (len(these) - 1) / (most - 1)
    return [these[round(i * step)] for i in range(most)]


def _is_open(frame: FrameMeasured) -> bool:
    face = frame.face
    figures = (face.right_eye, face.left_eye, face.cavity)
    return (
        all(math.isfinite(figure) for figure in figures)
        and min(face.right_eye, face.left_eye) >= EYES_OPEN
        and face.cavity <= MOUTH_CLOSED
    )
