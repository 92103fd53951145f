"""Error rates on scores small enough to be counted by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.evaluation.rates import (
    Scores,
    Share,
    Support,
    accepted,
    at_level,
    det_curve,
    equal_error_rate,
    support,
)

SCORE = st.floats(-1, 1)


def scores(genuine: list[float], impostor: list[float]) -> Scores:
    return Scores(np.array(genuine, float), np.array(impostor, float)).ordered()


@pytest.mark.parametrize(
    ("level", "missed"),
    [
        # One stranger in four may pass: the threshold is just above the second best stranger.
        (0.25, 1),
        # None may: just above the best, 0.7, and a right person who has exactly that is missed.
        (0.24, 2),
        (1e-4, 2),
        # All may: nobody is missed.
        (1.0, 0),
    ],
)
def test_right_people_missed_at_a_level(level: float, missed: int) -> None:
    point = at_level(scores([0.4, 0.7, 0.8, 0.9], [0.1, 0.2, 0.5, 0.7]), level)
    assert point.missed == Share(part=missed, whole=4)


@given(st.lists(SCORE, min_size=1), st.lists(SCORE, min_size=1), st.floats(1e-4, 1))
def test_no_more_strangers_than_the_level_allows(
    genuine: list[float], impostor: list[float], level: float
) -> None:
    found = scores(genuine, impostor)
    point = at_level(found, level)
    assert accepted(found.impostor, point.threshold) <= level * len(impostor) + 1e-6


@given(st.lists(SCORE, min_size=1), st.lists(SCORE, min_size=1))
def test_a_curve_only_falls(genuine: list[float], impostor: list[float]) -> None:
    curve = det_curve(scores(genuine, impostor))
    assert all(a[0] <= b[0] and a[1] >= b[1] for a, b in itertools.pairwise(curve))


@pytest.mark.parametrize(
    ("genuine", "impostor", "rate"),
    [
        # Kept apart, and one of each on the wrong side.
        ([0.8, 0.9], [0.1, 0.2], 0.0),
        ([0.3, 0.8, 0.85, 0.9], [0.1, 0.15, 0.2, 0.5], 0.25),
        # Nothing to compare.
        ([], [0.1], math.nan),
        ([0.1], [], math.nan),
    ],
)
def test_equal_error_rate(genuine: list[float], impostor: list[float], rate: float) -> None:
    assert equal_error_rate(scores(genuine, impostor)) == pytest.approx(rate, nan_ok=True)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # No error in 4,500: less than 0.09 % (the rule of three says 0.067 one-sided).
        (0, 4500, 0.0, 0.000853),
        # Half of a hundred: the text-book's 0.404 to 0.596.
        (50, 100, 0.4038, 0.5962),
        # Nothing counted says nothing.
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_of_wilson(part: int, whole: int, low: float, high: float) -> None:
    assert Share(part=part, whole=whole).interval == pytest.approx((low, high), abs=1e-4)


def test_a_share_of_nothing_is_not_a_number() -> None:
    assert math.isnan(Share(part=0, whole=0).rate)


@pytest.mark.parametrize(
    ("level", "impostors", "told"),
    [
        # 278,000 pairs speak of 1 in 1,000 and nearly of 1 in 10,000.
        (1e-3, 278_000, Support.WELL),
        (1e-4, 278_000, Support.THINLY),
        # 4,500 do not speak of 1 in 10,000 at all.
        (1e-3, 4_500, Support.THINLY),
        (1e-4, 4_500, Support.NOT),
        # Exactly on the limits.
        (1e-2, 3_000, Support.WELL),
        (1e-2, 100, Support.THINLY),
    ],
)
def test_a_level_without_pairs_to_support_it_says_so(
    level: float, impostors: int, told: Support
) -> None:
    assert support(level, impostors) is told
