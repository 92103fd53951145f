"""Whether what was asked was done, in its window and order, and nothing else. Pure."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Final

from identity.liveness.challenge import OF_THE_FACE, OF_THE_HEAD, Action
from identity.liveness.excursions import Excursion, excursions_in
from identity.liveness.finding import LivenessDoubt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from identity.liveness.challenge import Challenge, Step
    from identity.liveness.finding import Doubts
    from identity.liveness.measurements import ClipMeasurements, FaceFigures
    from identity.liveness.policy import LivenessPolicy, Movement

MOVEMENTS: Final = (*OF_THE_HEAD, *OF_THE_FACE)

Moves = dict[Action, list[Excursion]]


def doubts_of_actions(
    measured: ClipMeasurements, challenge: Challenge, policy: LivenessPolicy
) -> Doubts:
    moves = movements_in(measured, policy)
    doubts: Doubts = {}
    done: list[Excursion] = []
    for step in challenge.steps:
        answers = [one for one in moves[step.action] if _answers(one, step, policy)]
        if answers:
            done += answers
        else:
            doubt, frames = _why_not(step, challenge, moves, policy)
            doubts[doubt] = (*doubts.get(doubt, ()), *frames)
    jawless = _jawless(measured, done, moves, policy)
    if Action.OPEN_MOUTH in challenge.actions and jawless:
        doubts[LivenessDoubt.MOUTH_WITHOUT_JAW] = jawless
    unasked = _unasked(moves, challenge, done)
    if unasked:
        doubts[LivenessDoubt.UNASKED_MOVEMENT] = unasked
    return doubts


def movements_in(measured: ClipMeasurements, policy: LivenessPolicy) -> Moves:
    """Every movement of the clip, asked for or not."""
    times = [frame.time_ms for frame in measured.frames]
    moves = {}
    for action in MOVEMENTS:
        value, movement = _SHOWN_BY[action](policy)
        values = [value(frame.face) for frame in measured.frames]
        moves[action] = excursions_in(_from_usual(values), times, movement)
    moves[Action.BLINK] = [one for one in moves[Action.BLINK] if _both_eyes(measured, one, policy)]
    return moves


def _from_usual(values: Sequence[float]) -> list[float]:
    known = [value for value in values if math.isfinite(value)]
    usual = statistics.median(known) if known else math.nan
    return [value - usual for value in values]


_SHOWN_BY: Final[
    dict[Action, Callable[[LivenessPolicy], tuple[Callable[[FaceFigures], float], Movement]]]
] = {
    Action.TURN_LEFT: lambda policy: (lambda face: face.turn, policy.turn),
    Action.TURN_RIGHT: lambda policy: (lambda face: -face.turn, policy.turn),
    Action.NOD: lambda policy: (lambda face: face.nod, policy.nod),
    Action.BLINK: lambda policy: (lambda face: _shut(face, policy), policy.blink),
    Action.OPEN_MOUTH: lambda policy: (lambda face: face.cavity, policy.mouth),
}
"""The figure whose rise over its usual value shows an action."""


def _shut(face: FaceFigures, policy: LivenessPolicy) -> float:
    """A head that is turned shows its eyes otherwise; that is no blink."""
    straight = abs(face.turn) < policy.turn.low and abs(face.nod) < policy.nod.low
    return 1 - (face.right_eye + face.left_eye) / 2 if straight else 0.0


def _both_eyes(measured: ClipMeasurements, one: Excursion, policy: LivenessPolicy) -> bool:
    faces = [measured.frames[i].face for i in one.frames]
    most_shut = max(faces, key=lambda face: 1 - max(face.right_eye, face.left_eye))
    return 1 - max(most_shut.right_eye, most_shut.left_eye) >= policy.least_other_eye


def _answers(one: Excursion, step: Step, policy: LivenessPolicy) -> bool:
    long_enough = (
        step.action is not Action.BLINK or one.ends_ms - one.begins_ms >= policy.least_closed_ms / 2
    )
    return (
        one.is_closed
        and long_enough
        and one.begins_ms >= step.opens_ms + policy.least_reaction_ms
        and one.ends_ms <= step.closes_ms + policy.most_late_ms
    )


def _why_not(
    step: Step, challenge: Challenge, moves: Moves, policy: LivenessPolicy
) -> tuple[LivenessDoubt, tuple[int, ...]]:
    """Of an action that was not done in its window, the frames where it was done instead."""
    for one in moves[step.action]:
        if any(_answers(one, _instead(step, other), policy) for other in challenge.steps):
            return LivenessDoubt.WRONG_ORDER, one.frames
        if step.action is not Action.BLINK and one.begins_ms < step.opens_ms:
            return LivenessDoubt.ANSWERED_EARLY, one.frames
    return LivenessDoubt.ACTION_MISSING, ()


def _instead(step: Step, other: Step) -> Step:
    return type(step)(action=step.action, opens_ms=other.opens_ms, closes_ms=other.closes_ms)


def _jawless(
    measured: ClipMeasurements, done: list[Excursion], moves: Moves, policy: LivenessPolicy
) -> tuple[int, ...]:
    """Frames of an opened mouth, in answer, over which the chin never fell."""
    jaws = _from_usual([frame.face.jaw for frame in measured.frames])
    for one in moves[Action.OPEN_MOUTH]:
        fallen = any(jaws[i] >= policy.least_jaw for i in one.frames)
        if one in done and not fallen:
            return one.frames
    return ()


def _unasked(moves: Moves, challenge: Challenge, done: Sequence[Excursion]) -> tuple[int, ...]:
    """Movements of the head or mouth that nobody asked for; people blink as they like.

    Far from straight, a turn is measured as a bit of a nod too: that is the same movement.
    """
    answering = {frame for one in done for frame in one.frames}
    return tuple(
        frame
        for action in MOVEMENTS
        if action is not Action.BLINK and action not in challenge.actions
        for one in moves[action]
        if action not in OF_THE_HEAD or answering.isdisjoint(one.frames)
        for frame in one.frames
    )
