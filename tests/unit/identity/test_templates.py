"""Which frames make a template, and what it is. Vectors are small enough to be seen through."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from identity.faces.templates import (
    MOST_IN_TEMPLATE,
    agreement,
    chosen_frames,
    pairwise,
    template,
)
from identity.policy import LIVE_GATES
from tests.unit.identity.qualities import GOOD


def at(*degrees: float) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """Unit vectors in a plane; the cosine of two is that of the angle between them."""
    return [
        np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))], np.float32)
        for angle in degrees
    ]


def test_a_template_lies_in_the_middle_and_has_length_one() -> None:
    middle = template(at(0, 40))
    assert middle == pytest.approx(at(20)[0], abs=1e-6)
    assert float(np.linalg.norm(middle)) == pytest.approx(1)


def test_opposite_vectors_have_no_template() -> None:
    assert not np.isfinite(template([np.array([1, 0], np.float32), np.array([-1, 0], np.float32)]))[
        0
    ]


def test_a_broken_vector_breaks_the_template_and_is_no_pass() -> None:
    assert np.isnan(template([np.full(2, np.nan, np.float32), *at(0)])).all()


def test_of_the_good_frames_the_unlike_ones_are_taken() -> None:
    """The fourth is the second again, the third a little apart: neither adds what the last does."""
    frames = at(0, 30, 20, 30.5, 60)
    qualities = [replace(GOOD, turn=0.0), GOOD, GOOD, GOOD, GOOD]
    chosen = chosen_frames(qualities, pairwise(frames), LIVE_GATES)
    assert chosen[:3] == (0, 4, 1)
    assert 3 not in chosen


def test_a_video_of_one_frozen_frame_is_one_photograph() -> None:
    assert chosen_frames([GOOD] * 5, pairwise(at(0, 0, 0, 0, 0)), LIVE_GATES) == (0,)


def test_a_poor_frame_is_not_joined_to_good_ones() -> None:
    qualities = [replace(GOOD, sharpness=1), GOOD, replace(GOOD, turn=0.9)]
    assert chosen_frames(qualities, pairwise(at(0, 30, 60)), LIVE_GATES) == (1,)


def test_where_all_are_poor_the_least_poor_stands_alone() -> None:
    worse = replace(GOOD, sharpness=1, brightness=10)
    assert chosen_frames([worse, replace(GOOD, sharpness=1)], pairwise(at(0, 30)), LIVE_GATES) == (
        1,
    )


def test_no_frame_makes_no_template() -> None:
    assert chosen_frames([], np.zeros((0, 0), np.float32), LIVE_GATES) == ()


def test_a_template_has_no_more_than_was_measured() -> None:
    angles = [12.0 * i for i in range(8)]
    chosen = chosen_frames([GOOD] * 8, pairwise(at(*angles)), LIVE_GATES)
    assert len(chosen) == MOST_IN_TEMPLATE


def test_one_frame_of_somebody_else_is_noticed() -> None:
    same, stranger = at(0, 10, 20), at(85)
    assert (agreement(same) or 0) > math.cos(math.radians(20))
    assert (agreement([*same, *stranger]) or 1) == pytest.approx(
        math.cos(math.radians(75)), abs=0.01
    )


def test_one_frame_has_nobody_to_agree_with() -> None:
    assert agreement(at(0)) is None
