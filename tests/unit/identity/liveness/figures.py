"""The figures of a clip that answers its challenge well, for tests to spoil one at a time."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from identity.liveness.challenge import Action, issue_challenge
from identity.liveness.judging import judge_liveness
from identity.liveness.measurements import ClipMeasurements, FaceFigures, FrameMeasured
from identity.liveness.policy import LivenessPolicy, liveness_2026

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from identity.liveness.challenge import Challenge
    from identity.liveness.finding import LivenessFinding

ISSUED: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
RECEIVED: Final = ISSUED + timedelta(seconds=12)
POLICY: Final = liveness_2026()


def challenge_of(*actions: Action) -> Challenge:
    """The first that asks for ``actions`` in this order."""
    return next(
        challenge
        for i in range(1000)
        if (challenge := issue_challenge(i.to_bytes(16, "big"))).actions == actions
    )


TURN_THEN_BLINK: Final = challenge_of(Action.TURN_LEFT, Action.BLINK)
MOUTH_THEN_NOD: Final = challenge_of(Action.OPEN_MOUTH, Action.NOD)

DONE: Final[dict[Action, dict[str, float]]] = {
    Action.TURN_LEFT: {"turn": 0.3, "yaw": 0.25},
    Action.TURN_RIGHT: {"turn": -0.3, "yaw": -0.25},
    Action.NOD: {"nod": 0.2},
    Action.BLINK: {"right_eye": 0.3, "left_eye": 0.2},
    Action.OPEN_MOUTH: {"cavity": 0.3, "jaw": 0.12},
}


def good_clip(challenge: Challenge) -> ClipMeasurements:
    """A still every 150 ms, and a little; what is asked for is done from 600 ms on for 600 ms."""
    frames = []
    for i in range(60):
        time = 150 * i + 7 * (i % 3)
        if time > challenge.lasts_ms:
            break
        figures: dict[str, float] = {}
        for step in challenge.steps:
            if 600 <= time - step.opens_ms <= 1200:
                figures |= DONE[step.action]
        frames.append(frame_at(time, challenge, figures))
    return ClipMeasurements(frames=tuple(frames), against=0, attack_models=False)


def frame_at(time: float, challenge: Challenge, figures: dict[str, float]) -> FrameMeasured:
    still = {
        "centre_x": 0.5,
        "centre_y": 0.6,
        "side": 0.4,
        "likeness": 0.9,
        "yaw": 0.0,
        "pitch": 0.5,
        "roll_degrees": 0.0,
        "turn": 0.0,
        "nod": 0.0,
        "right_eye": 0.98,
        "left_eye": 0.98,
        "cavity": 0.02,
        "jaw": 0.0,
        "grid": 20.0,
    }
    shown = [f.colour.rgb for f in challenge.flashes if f.starts_ms <= time < f.ends_ms]
    red, green, blue = shown[0] if shown else (0, 0, 0)
    return FrameMeasured(
        time_ms=time,
        faces=1,
        face=FaceFigures(**still | figures),
        face_rgb=(120 * (1 + 0.1 * red), 100 * (1 + 0.1 * green), 90 * (1 + 0.1 * blue)),
        background_rgb=(80 + red, 80 + green, 80 + blue),
        twin=0,
        twin_difference=1.2,
        frozen=False,
    )


def spoilt(clip: ClipMeasurements, those: Iterable[int], **figures: float) -> ClipMeasurements:
    """Other figures of the face in some frames."""
    chosen = set(those)
    return changed(
        clip,
        lambda i, frame: (
            replace(frame, face=replace(frame.face, **figures)) if i in chosen else frame
        ),
    )


def changed(
    clip: ClipMeasurements, change: Callable[[int, FrameMeasured], FrameMeasured]
) -> ClipMeasurements:
    frames = tuple(change(i, frame) for i, frame in enumerate(clip.frames))
    return replace(clip, frames=frames)


def judged(
    clip: ClipMeasurements, challenge: Challenge, policy: LivenessPolicy = POLICY
) -> LivenessFinding:
    return judge_liveness(clip, challenge, policy, issued_at=ISSUED, received_at=RECEIVED)


NAN: Final = math.nan
