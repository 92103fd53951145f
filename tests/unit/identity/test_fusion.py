from __future__ import annotations

import math

import pytest

from identity.faces.fusion import Fusion

FUSION = Fusion(mean=0.5, deviation=0.1, worth=0.03)


@pytest.mark.parametrize(
    ("first", "second", "fused"),
    [
        # An average stranger's second score changes nothing.
        (0.4, 0.5, 0.4),
        # Two deviations above, and one below.
        (0.4, 0.7, 0.46),
        (0.4, 0.4, 0.37),
    ],
)
def test_the_second_opinion_moves_the_first(first: float, second: float, fused: float) -> None:
    assert FUSION.fused(first, second) == pytest.approx(fused)


@pytest.mark.parametrize(("first", "second"), [(math.nan, 0.5), (0.5, math.nan)])
def test_what_is_not_a_number_stays_none(first: float, second: float) -> None:
    assert math.isnan(FUSION.fused(first, second))


@pytest.mark.parametrize(
    ("mean", "deviation", "worth"),
    [
        # Nobody varies not at all, or without end.
        (0.5, 0.0, 0.03),
        (0.5, math.inf, 0.03),
        (0.5, math.nan, 0.03),
        # Not a number, and a second opinion that counts against the likeness it found.
        (math.nan, 0.1, 0.03),
        (0.5, 0.1, math.nan),
        (0.5, 0.1, -0.1),
    ],
)
def test_a_fusion_that_makes_no_sense_is_not_made(
    mean: float, deviation: float, worth: float
) -> None:
    with pytest.raises(ValueError, match="fusion"):
        Fusion(mean=mean, deviation=deviation, worth=worth)
