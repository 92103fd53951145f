from __future__ import annotations

from dataclasses import replace

import pytest

from identity.policy import (
    Band,
    ProofPolicy,
    ReferenceQuality,
    before_a_ceremony_2026,
    unattended_2026,
)


@pytest.mark.parametrize("policy", [before_a_ceremony_2026(), unattended_2026()])
def test_no_band_matches_below_what_was_measured(policy: ProofPolicy) -> None:
    """0.526 is SFace at FMR 1e-3 on East Asian women; nothing may match below it."""
    assert all(band.match_from >= 0.526 for band in policy.bands.values())


def test_a_worse_reference_is_refused_later_and_never_matched_sooner() -> None:
    bands = before_a_ceremony_2026().bands
    card, chip = bands[ReferenceQuality.PHOTOGRAPHED_DOCUMENT], bands[ReferenceQuality.CHIP]
    assert card.no_match_below < chip.no_match_below
    assert card.match_from >= chip.match_from


@pytest.mark.parametrize(
    ("low", "high"), [(0.5, 0.5), (0.6, 0.5), (float("nan"), 0.5), (0.2, float("nan")), (0.2, 1.1)]
)
def test_a_band_that_makes_no_sense_is_not_made(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="band"):
        Band(no_match_below=low, match_from=high)


def test_a_policy_without_a_band_for_every_reference_is_not_made() -> None:
    policy = before_a_ceremony_2026()
    with pytest.raises(ValueError, match="every reference"):
        replace(policy, bands={})
