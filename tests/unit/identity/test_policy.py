from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import pytest

from identity.policy import (
    Band,
    ProofPolicy,
    ReferenceQuality,
    before_a_ceremony_2026,
    unattended_2026,
)

POLICIES = [before_a_ceremony_2026(), unattended_2026()]


@pytest.mark.parametrize("policy", POLICIES)
def test_no_band_matches_below_what_was_measured(policy: ProofPolicy) -> None:
    """0.526 is SFace at FMR 1e-3 on East Asian women; nothing may match at or below it."""
    for bands in policy.bands.values():
        assert bands.single.match_from > 0.526
        assert bands.template.match_from > 0.526


@pytest.mark.parametrize("policy", POLICIES)
def test_strangers_gain_nothing_from_sending_more_frames(policy: ProofPolicy) -> None:
    """A template lifts every score, so it must be asked for more."""
    for bands in policy.bands.values():
        assert bands.for_frames(2) == bands.for_frames(5)
        assert bands.for_frames(5).match_from > bands.for_frames(1).match_from
        assert bands.for_frames(5).fused_match_from > bands.for_frames(1).fused_match_from


def test_where_nobody_looks_more_is_asked() -> None:
    seen, unseen = POLICIES
    for quality in ReferenceQuality:
        one, other = seen.bands[quality].single, unseen.bands[quality].single
        assert other.match_from > one.match_from
        assert other.fused_match_from > one.fused_match_from


def test_a_worse_reference_is_refused_later_and_never_matched_sooner() -> None:
    bands = before_a_ceremony_2026().bands
    card = bands[ReferenceQuality.PHOTOGRAPHED_DOCUMENT].single
    chip = bands[ReferenceQuality.CHIP].single
    assert card.no_match_below < chip.no_match_below
    assert card.match_from >= chip.match_from


def test_the_derived_fusion_keeps_strangers_below_one_in_a_thousand() -> None:
    """docs/identity-policy.md 3.1 gives the model; this repeats its arithmetic."""
    policy, normal = before_a_ceremony_2026(), NormalDist()
    sface_mean, sface_deviation = 0.2015, 0.105
    worth, correlation = policy.fusion.worth, 0.5
    deviation = math.sqrt(sface_deviation**2 + worth**2 + 2 * correlation * sface_deviation * worth)
    for bands in policy.bands.values():
        reached = (bands.single.fused_match_from - sface_mean) / deviation
        assert 1 - normal.cdf(reached) < 1e-3


@pytest.mark.parametrize(
    ("low", "high", "fused"),
    [
        # Nothing between the two, or upside down.
        (0.5, 0.5, 0.6),
        (0.6, 0.5, 0.6),
        # Not a number.
        (math.nan, 0.5, 0.6),
        (0.2, math.nan, 0.6),
        (0.2, 0.5, math.nan),
        # More than a cosine can be.
        (0.2, 1.1, 1.2),
        # A second opinion that would make a match cheaper.
        (0.2, 0.5, 0.4),
    ],
)
def test_a_band_that_makes_no_sense_is_not_made(low: float, high: float, fused: float) -> None:
    with pytest.raises(ValueError, match="band"):
        Band(no_match_below=low, match_from=high, fused_match_from=fused)


@pytest.mark.parametrize("missing", ["bands", "reference_gates"])
def test_a_policy_without_a_rule_for_every_reference_is_not_made(missing: str) -> None:
    with pytest.raises(ValueError, match="every reference"):
        replace(before_a_ceremony_2026(), **{missing: {}})  # type: ignore[arg-type] # the row names the field


@pytest.mark.parametrize("limit", ["second_opinion_from", "frames_agree_from", "too_alike_from"])
def test_a_limit_that_is_not_a_number_is_no_limit(limit: str) -> None:
    with pytest.raises(ValueError, match="limits"):
        replace(before_a_ceremony_2026(), **{limit: math.nan})  # type: ignore[arg-type] # likewise
