"""Which stills of a clip are compared with the portrait."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

from identity.liveness.measurements import ClipMeasurements, FaceFigures, FrameMeasured
from identity.liveness.portraits import MOST_PORTRAITS, portraits_of

OPEN = FaceFigures(right_eye=0.95, left_eye=0.95, cavity=0.01)


def clip(*faces: FaceFigures | None) -> ClipMeasurements:
    frames = tuple(
        FrameMeasured(
            time_ms=150.0 * i,
            faces=0 if face is None else 1,
            face=face or FaceFigures(),
            face_rgb=(0, 0, 0),
            background_rgb=(0, 0, 0),
            twin=-1,
            twin_difference=math.nan,
            frozen=False,
        )
        for i, face in enumerate(faces)
    )
    return ClipMeasurements(frames=frames, against=0, attack_models=False)


def test_open_faces_are_taken_evenly_over_the_whole_clip() -> None:
    chosen = portraits_of(clip(*[OPEN] * 61))
    assert len(chosen) == MOST_PORTRAITS
    assert (chosen[0], chosen[-1]) == (0, 60)
    gaps = {later - earlier for earlier, later in itertools.pairwise(chosen)}
    assert gaps == {10}


def test_a_blink_an_open_mouth_and_nobody_are_left_out() -> None:
    blink = replace(OPEN, left_eye=0.2)
    yawn = replace(OPEN, cavity=0.3)
    unknown = FaceFigures()
    assert portraits_of(clip(blink, OPEN, yawn, None, unknown, OPEN)) == (1, 5)


def test_without_an_open_face_any_face_serves_and_without_a_face_none() -> None:
    assert portraits_of(clip(FaceFigures(), None, FaceFigures())) == (0, 2)
    assert portraits_of(clip(None, None)) == ()
