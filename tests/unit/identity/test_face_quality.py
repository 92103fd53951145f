"""The gates one by one, and the figures that need no photograph to be told."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from identity.faces.face import Face
from identity.faces.measuring import quality_of
from identity.faces.quality import FaceQuality, Shortcoming
from identity.policy import LIVE_GATES
from tests.unit.identity.qualities import GOOD

ALIGNED = np.full((112, 112, 3), 120, np.uint8)
PICTURE = np.full((400, 400, 3), 120, np.uint8)


def face(*, nose: tuple[float, float] = (200, 205), mouth: float = 240, eyes: float = 160) -> Face:
    """Eyes level, 80 apart, mouth below; only what the row is about is moved."""
    points = [(160, eyes), (240, eyes), nose, (170, mouth), (230, mouth)]
    return Face(
        left=130, top=110, width=140, height=180,
        points=np.array(points, np.float32), confidence=0.9,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("spoilt", "shortcomings"),
    [
        (GOOD, set()),
        # Each figure just over its gate.
        (replace(GOOD, side_px=99.9), {Shortcoming.TOO_SMALL}),
        (replace(GOOD, sharpness=39.9), {Shortcoming.BLURRED}),
        (replace(GOOD, turn=0.51), {Shortcoming.TURNED_AWAY}),
        (replace(GOOD, nod=0.37), {Shortcoming.NODDED}),
        (replace(GOOD, nod=0.73), {Shortcoming.NODDED}),
        (replace(GOOD, roll_degrees=-15.1), {Shortcoming.TILTED}),
        (replace(GOOD, upright=-0.01), {Shortcoming.UPSIDE_DOWN}),
        (replace(GOOD, brightness=44), {Shortcoming.TOO_DARK}),
        (replace(GOOD, brightness=216), {Shortcoming.TOO_BRIGHT}),
        # A face in half sunlight: right on average, burnt out in part.
        (replace(GOOD, blown_out=0.3), {Shortcoming.TOO_BRIGHT}),
        (replace(GOOD, mouth_detail=11), {Shortcoming.COVERED}),
        (replace(GOOD, mouth_colour=23), {Shortcoming.COVERED}),
        (replace(GOOD, eye_detail=14), {Shortcoming.COVERED}),
        (replace(GOOD, inside=0.94), {Shortcoming.CUT_OFF}),
        # Two at once are both told.
        (replace(GOOD, nod=0.9, inside=0.1), {Shortcoming.NODDED, Shortcoming.CUT_OFF}),
    ],
)
def test_each_gate(spoilt: FaceQuality, shortcomings: set[Shortcoming]) -> None:
    assert LIVE_GATES.shortcomings(spoilt) == shortcomings


@pytest.mark.parametrize("name", [field.name for field in fields(FaceQuality)])
def test_a_figure_that_is_not_a_number_falls_short(name: str) -> None:
    assert LIVE_GATES.shortcomings(replace(GOOD, **{name: math.nan}))


@pytest.mark.parametrize(
    ("nose", "shortcoming"),
    [
        # Looking up brings the nose to the eyes, looking down to the mouth ...
        ((200, 185), Shortcoming.NODDED),
        ((200, 228), Shortcoming.NODDED),
        # ... and turning to one eye or the other.
        ((225, 205), Shortcoming.TURNED_AWAY),
        ((175, 205), Shortcoming.TURNED_AWAY),
    ],
)
def test_where_the_nose_is_tells_where_the_person_looks(
    nose: tuple[float, float], shortcoming: Shortcoming
) -> None:
    straight = quality_of(PICTURE, face(), ALIGNED, upright=0.1)
    measured = quality_of(PICTURE, face(nose=nose), ALIGNED, upright=0.1)
    assert shortcoming not in LIVE_GATES.shortcomings(straight)
    assert shortcoming in LIVE_GATES.shortcomings(measured)


def test_points_on_top_of_one_another_are_no_pose() -> None:
    nowhere = replace(face(), points=np.full((5, 2), 200, np.float32))
    measured = quality_of(PICTURE, nowhere, ALIGNED, upright=0.1)
    assert math.isnan(measured.turn)
    assert math.isnan(measured.nod)
    assert {Shortcoming.TURNED_AWAY, Shortcoming.NODDED} <= LIVE_GATES.shortcomings(measured)


def test_a_face_without_any_detail_is_covered() -> None:
    measured = quality_of(PICTURE, face(), ALIGNED, upright=0.1)
    assert (measured.mouth_detail, measured.eye_detail) == (0, 0)
    assert Shortcoming.COVERED in LIVE_GATES.shortcomings(measured)


def test_white_beyond_detail_is_counted_by_its_share() -> None:
    half_burnt = ALIGNED.copy()
    half_burnt[:, 56:] = 255
    assert quality_of(PICTURE, face(), half_burnt, upright=0.1).blown_out == pytest.approx(0.5)
