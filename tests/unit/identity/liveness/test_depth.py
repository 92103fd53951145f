"""A head has depth and paper has none, however it is turned, tilted and bent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.faces.finding import FaceFinder
from identity.liveness.looking import FaceFollower
from identity.liveness.motion import MotionFinder, crop_face
from identity.liveness.patches import openness
from identity.liveness.policy import liveness_2026
from identity.liveness.pose import pose_of
from tests.simulated.paper import Sheet, held
from tests.simulated.photographs import PUBLIC, public_photographs
from tests.simulated.sitter import Gesture, Sitter, seat

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.liveness.motion import Motion
    from identity.pixels import Pixels

POLICY = liveness_2026()
MEAN_FACE = np.array([[0, 0], [60, 0], [28, 35], [8, 62], [52, 62]], np.float32)


@pytest.fixture(scope="module")
def sitter() -> Sitter:
    found = public_photographs()
    if len(found) <= len(PUBLIC):
        pytest.skip("the photographs are absent: the set-up fetches them")
    return seat(found[0], size=(360, 480), face_part=0.42)


@pytest.fixture(scope="module")
def motion(sitter: Sitter) -> Callable[[Pixels], Motion]:
    """From the sitter looking straight to the picture given."""
    finder = FaceFinder()

    def cropped(
        picture: Pixels,
    ) -> tuple[Pixels, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
        grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
        return grey, FaceFollower(finder).faces(picture)[0].points

    grey, points = cropped(sitter.picture)
    moved = MotionFinder(crop_face(grey, points), points)
    return lambda picture: moved.to(crop_face(*cropped(picture)))


@pytest.mark.parametrize(
    ("yaw", "pitch"),
    [
        # To the person's left, to the right, and down; less than is asked for.
        (20, 0),
        (-20, 0),
        (0, 20),
    ],
)
def test_a_head_that_turns_has_depth(
    sitter: Sitter, motion: Callable[[Pixels], Motion], yaw: float, pitch: float
) -> None:
    seen = motion(sitter.doing(Gesture(yaw=yaw, pitch=pitch)))
    if yaw:
        assert math.copysign(seen.turn, yaw) == seen.turn
        assert abs(seen.turn) >= POLICY.turn.high
    else:
        assert seen.nod >= POLICY.nod.high


@pytest.mark.parametrize("bent_along", [0.0, np.pi / 4, np.pi / 2])
@pytest.mark.parametrize("bend", [0.0, 0.5])
@pytest.mark.parametrize(("yaw", "pitch"), [(30, 0), (-30, 0), (0, 30), (25, 20)])
def test_paper_has_none(  # noqa: PLR0917 - the cross product of three lists, and two fixtures
    sitter: Sitter,
    motion: Callable[[Pixels], Motion],
    yaw: float,
    pitch: float,
    bend: float,
    bent_along: float,
) -> None:
    sheet = Sheet(contrast=0.9, bend=bend, bent_along=bent_along)
    wall = np.full_like(sitter.picture, 120)
    seen = motion(held(sheet, sitter.picture, wall=wall, by=Gesture(yaw=yaw, pitch=pitch)))
    assert abs(seen.turn) < POLICY.turn.low
    assert seen.nod < POLICY.nod.low


def test_a_mouth_that_opens_lets_the_chin_fall_and_is_no_nod(
    sitter: Sitter, motion: Callable[[Pixels], Motion]
) -> None:
    seen = motion(sitter.doing(Gesture(mouth=0.35)))
    assert seen.jaw >= POLICY.least_jaw
    assert abs(seen.nod) < POLICY.nod.low


part = st.floats(-0.6, 0.6)


@given(part, part, part, part)
def test_no_affine_map_of_a_picture_turns_its_points(
    a: float, b: float, c: float, d: float
) -> None:
    shape = np.array([[1.3 + a, b], [c, 1.3 + d]], np.float32)
    before, after = pose_of(MEAN_FACE), pose_of(MEAN_FACE @ shape.T + np.float32(7))
    assert after.yaw == pytest.approx(before.yaw, abs=1e-3)
    assert after.pitch == pytest.approx(before.pitch, abs=1e-3)


def test_points_in_one_line_are_no_face() -> None:
    line = np.array([[i, i] for i in range(5)], np.float32)
    assert math.isnan(pose_of(line).yaw)


def test_a_blank_eye_is_not_called_open() -> None:
    blank = np.zeros((20, 32), np.float32)
    assert math.isnan(openness(blank, blank))
