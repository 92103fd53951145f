"""What a person does when a challenge asks: late, not quite, never twice alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from identity.liveness.challenge import Action
from tests.simulated.sitter import Gesture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from identity.liveness.challenge import Challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    action: Action
    starts_ms: float
    rises_ms: float
    holds_ms: float
    falls_ms: float
    peak: float
    """Degrees, part of closing, or distances between the eyes, as `Gesture` has it."""

    def at(self, time_ms: float) -> float:
        since = time_ms - self.starts_ms
        if since < self.rises_ms:
            return self.peak * _eased(since / self.rises_ms)
        since -= self.rises_ms + self.holds_ms
        return self.peak * _eased(1 - since / self.falls_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    acts: Sequence[Act]
    sway: Sequence[tuple[float, float]] = field(default_factory=tuple)
    """Frequency (Hz) and phase of the small motions nobody can leave."""
    restless: float = 1.0

    def at(self, time_ms: float) -> Gesture:
        done = {
            action: sum(act.at(time_ms) for act in self.acts if act.action is action)
            for action in Action
        }
        sway = [np.sin(2 * np.pi * hertz * time_ms / 1000 + phase) for hertz, phase in self.sway]
        sway = [self.restless * float(value) for value in (*sway, *[0.0] * 5)[:5]]
        return Gesture(
            yaw=done[Action.TURN_LEFT] - done[Action.TURN_RIGHT] + 1.2 * sway[0],
            pitch=done[Action.NOD] + 1.0 * sway[1],
            closed=min(1.0, done[Action.BLINK]),
            mouth=done[Action.OPEN_MOUTH],
            shift=(0.05 * sway[2], 0.04 * sway[3] + 0.004 * done[Action.NOD]),
            size=1 + 0.01 * sway[4],
        )


def act(action: Action, starts_ms: float, rng: np.random.Generator) -> Act:
    """One movement with a size and a pace of its own."""
    low, high = {
        Action.TURN_LEFT: (20.0, 38.0),
        Action.TURN_RIGHT: (20.0, 38.0),
        Action.NOD: (16.0, 28.0),
        Action.BLINK: (0.95, 1.0),
        Action.OPEN_MOUTH: (0.25, 0.5),
    }[action]
    quick = action is Action.BLINK
    return Act(
        action=action,
        starts_ms=starts_ms,
        rises_ms=rng.uniform(80, 160) if quick else rng.uniform(250, 550),
        holds_ms=rng.uniform(350, 700) if quick else rng.uniform(150, 450),
        falls_ms=rng.uniform(100, 200) if quick else rng.uniform(250, 550),
        peak=rng.uniform(low, high),
    )


def answering(
    challenge: Challenge, rng: np.random.Generator, *, order: Sequence[Action] | None = None
) -> Performance:
    """Do what ``challenge`` asks, or ``order`` in its windows, and blink as everybody does."""
    asked = order or challenge.actions
    acts = [
        act(action, step.opens_ms + rng.uniform(350, 900), rng)
        for action, step in zip(asked, challenge.steps, strict=True)
    ]
    at = rng.uniform(0, 3000)
    while at < challenge.lasts_ms:
        acts.append(
            Act(
                action=Action.BLINK,
                starts_ms=at,
                rises_ms=60,
                holds_ms=40,
                falls_ms=90,
                peak=rng.uniform(0.8, 1),
            )
        )
        at += rng.uniform(2500, 6000)
    sway = [(rng.uniform(0.15, 0.7), rng.uniform(0, 2 * np.pi)) for _ in range(5)]
    return Performance(acts=acts, sway=sway, restless=rng.uniform(0.4, 1.2))


def _eased(part: float) -> float:
    return float(0.5 - 0.5 * np.cos(np.pi * np.clip(part, 0, 1)))
