"""From the figures of a clip to what is found of it. No I/O, no clock: everything is passed in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from identity.liveness.actions import doubts_of_actions
from identity.liveness.finding import NOT_MEASURED, LivenessDoubt, LivenessFinding
from identity.liveness.flashing import doubts_of_flash
from identity.liveness.presence import doubts_of_presence
from identity.liveness.timing import doubts_of_timing

if TYPE_CHECKING:
    from datetime import datetime

    from identity.liveness.challenge import Challenge
    from identity.liveness.finding import Doubts
    from identity.liveness.measurements import ClipMeasurements, FrameMeasured
    from identity.liveness.policy import LivenessPolicy

MOST_BLIND: Final = 0.2
"""Part of the frames, chosen: an action lasts longer than one blind frame in five hides."""


def judge_liveness(
    measured: ClipMeasurements,
    challenge: Challenge,
    policy: LivenessPolicy,
    *,
    issued_at: datetime,
    received_at: datetime,
) -> LivenessFinding:
    """Return every doubt at once, each with the frames that show it.

    ``issued_at`` is when the challenge left us and ``received_at`` when the last frame came,
    both by our clock. That a nonce is answered once is for the caller to see to.
    """
    timing = doubts_of_timing(
        measured, challenge, policy, issued_at=issued_at, received_at=received_at
    )
    presence = doubts_of_presence(measured, policy)
    doubts: Doubts = {**timing, **presence}
    agreement = math.nan
    if LivenessDoubt.FACE_MISSING not in doubts:
        flash, response = doubts_of_flash(measured, challenge, policy)
        agreement = response.agreement
        doubts |= flash | _of_figures(measured)
        if _is_seen(measured, doubts):
            doubts |= doubts_of_actions(measured, challenge, policy)
    score = _live_score(measured)
    doubts |= _of_score(measured, score, policy)
    return LivenessFinding(
        doubts=doubts,
        not_measured=_not_measured(measured),
        live_score=score,
        flash_agreement=agreement if math.isfinite(agreement) else None,
        policy_citation=policy.citation,
    )


def _is_seen(measured: ClipMeasurements, doubts: Doubts) -> bool:
    """What could not be seen was not left undone: a person looks instead."""
    blind = len(doubts.get(LivenessDoubt.MEASUREMENT_INVALID, ()))
    return LivenessDoubt.TOO_FEW_FRAMES not in doubts and blind <= MOST_BLIND * len(measured.frames)


def _of_figures(measured: ClipMeasurements) -> Doubts:
    """A face whose eyes, mouth or depth could not be measured has not been seen to do nothing."""
    frames = measured.frames
    blind = tuple(
        i
        for i, frame in enumerate(frames)
        if frame.faces and not _is_measured(frame, follows=i > 0 and frames[i - 1].faces > 0)
    )
    return {LivenessDoubt.MEASUREMENT_INVALID: blind} if blind else {}


def _is_measured(frame: FrameMeasured, *, follows: bool) -> bool:
    face = frame.face
    figures = [face.yaw, face.turn, face.nod, face.right_eye, face.left_eye, face.cavity, face.jaw]
    return all(math.isfinite(figure) for figure in (*figures, face.likeness if follows else 0.0))


def _not_measured(measured: ClipMeasurements) -> tuple[str, ...]:
    models = () if measured.attack_models else ("attack_score",)
    # A face of few pixels has no room for a pattern.
    seen = any(math.isfinite(frame.face.grid) for frame in measured.frames)
    return (*NOT_MEASURED, *models, *(() if seen else ("screen_pattern",)))


def _live_score(measured: ClipMeasurements) -> float | None:
    scores = [frame.face.live_score for frame in measured.frames]
    known = [score for score in scores if math.isfinite(score)]
    return sum(known) / len(known) if measured.attack_models and known else None


def _of_score(measured: ClipMeasurements, score: float | None, policy: LivenessPolicy) -> Doubts:
    if score is None:
        asked_for = measured.attack_models or policy.requires_attack_models
        return {LivenessDoubt.ATTACK_SCORE_MISSING: ()} if asked_for else {}
    if score >= policy.least_live_score:
        return {}
    scored = (i for i, f in enumerate(measured.frames) if math.isfinite(f.face.live_score))
    return {LivenessDoubt.SCORED_AS_ATTACK: tuple(scored)}
