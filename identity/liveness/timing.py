"""Whether the clip was taken when it says, while the challenge was valid. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from identity.liveness.finding import LivenessDoubt

if TYPE_CHECKING:
    from datetime import datetime

    from identity.liveness.challenge import Challenge
    from identity.liveness.finding import Doubts
    from identity.liveness.measurements import ClipMeasurements
    from identity.liveness.policy import LivenessPolicy


def doubts_of_timing(
    measured: ClipMeasurements,
    challenge: Challenge,
    policy: LivenessPolicy,
    *,
    issued_at: datetime,
    received_at: datetime,
) -> Doubts:
    times = [frame.time_ms for frame in measured.frames]
    gaps = [after - before for before, after in pairwise(times)]
    passed_ms = (received_at - issued_at).total_seconds() * 1000
    doubts: Doubts = {}
    if not 0 <= passed_ms <= challenge.expires_s * 1000:
        doubts[LivenessDoubt.CHALLENGE_EXPIRED] = ()
    most = min(passed_ms, challenge.lasts_ms) + policy.most_clock_drift_ms
    ordered = all(gap > 0 for gap in gaps)
    if not (ordered and all(0 <= time <= most for time in times)):
        doubts[LivenessDoubt.TIMES_IMPLAUSIBLE] = ()
    if not _covered(times, gaps, challenge, policy):
        doubts[LivenessDoubt.TOO_FEW_FRAMES] = ()
    elif not max(gaps) - min(gaps) > policy.least_uneven_ms:
        doubts[LivenessDoubt.TIMES_TOO_EVEN] = ()
    return doubts


def _covered(
    times: list[float], gaps: list[float], challenge: Challenge, policy: LivenessPolicy
) -> bool:
    """From the first window's opening to the last colour, without a hole to hide something in."""
    return (
        len(times) >= policy.fewest_frames
        and times[0] <= challenge.steps[0].opens_ms
        and times[-1] >= challenge.lasts_ms - policy.most_gap_ms
        and all(gap <= policy.most_gap_ms for gap in gaps)
    )
