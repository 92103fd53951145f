"""Whether one face with depth was there all the time, and was filmed rather than put in. Pure."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise
from typing import TYPE_CHECKING

from identity.liveness.finding import LivenessDoubt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from identity.liveness.finding import Doubts
    from identity.liveness.measurements import ClipMeasurements, FrameMeasured
    from identity.liveness.policy import LivenessPolicy


def doubts_of_presence(measured: ClipMeasurements, policy: LivenessPolicy) -> Doubts:
    frames = measured.frames
    shown = [i for i, frame in enumerate(frames) if frame.faces]
    if not shown:
        return {LivenessDoubt.FACE_MISSING: ()}
    several = tuple(i for i, frame in enumerate(frames) if frame.faces > 1)
    grid = tuple(i for i in shown if frames[i].face.grid > policy.most_grid)
    found = {
        LivenessDoubt.SEVERAL_FACES: several
        if len(several) > policy.most_faces_extra_frames
        else (),
        LivenessDoubt.FACE_INTERRUPTED: _interrupted(frames, shown, policy),
        LivenessDoubt.FACE_JUMPS: _jumps(frames, shown, policy),
        LivenessDoubt.MOVES_LIKE_PAPER: _like_paper(frames, policy),
        LivenessDoubt.REPEATED_FRAMES: _repeated(frames, policy),
        LivenessDoubt.FROZEN_FRAMES: _frozen(frames, policy),
        LivenessDoubt.SCREEN_PATTERN: grid,
    }
    return {doubt: those for doubt, those in found.items() if those}


def _interrupted(
    frames: Sequence[FrameMeasured], shown: list[int], policy: LivenessPolicy
) -> tuple[int, ...]:
    edges = [0, *shown, len(frames) - 1]
    for before, after in pairwise(edges):
        away = frames[after].time_ms - frames[before].time_ms
        # Without a frame between them nothing was lost: that is a gap in the clip.
        if after - before > 1 and not away <= policy.most_faceless_ms:
            return (before, after)
    return ()


def _jumps(
    frames: Sequence[FrameMeasured], shown: list[int], policy: LivenessPolicy
) -> tuple[int, ...]:
    found: list[int] = []
    for before, after in pairwise(shown):
        if after - before == 1 and not _goes_on(frames[before], frames[after], policy):
            found += [before, after]
    return tuple(dict.fromkeys(found))


def _goes_on(before: FrameMeasured, after: FrameMeasured, policy: LivenessPolicy) -> bool:
    one, other = before.face, after.face
    size = min(one.side, other.side)
    moved = math.hypot(other.centre_x - one.centre_x, other.centre_y - one.centre_y)
    return (
        moved <= policy.most_jump * size
        and max(one.side, other.side) <= policy.most_growth * size
        # A face that could not be aligned has no likeness; its place still speaks.
        and not other.likeness < policy.least_likeness
    )


def _like_paper(frames: Sequence[FrameMeasured], policy: LivenessPolicy) -> tuple[int, ...]:
    """Frames whose points have turned as by a head, and whose face has not."""
    yaws = [frame.face.yaw for frame in frames if math.isfinite(frame.face.yaw)]
    usual = statistics.median(yaws) if yaws else math.nan
    flat = tuple(
        i
        for i, frame in enumerate(frames)
        if abs(frame.face.yaw - usual) >= policy.least_paper_yaw
        and abs(frame.face.turn) <= policy.most_paper_turn
    )
    return flat if len(flat) >= policy.least_paper_frames else ()


def _repeated(frames: Sequence[FrameMeasured], policy: LivenessPolicy) -> tuple[int, ...]:
    """The first run of frames that are copies of another run, in its order."""
    run: list[int] = []
    for i, frame in enumerate(frames):
        is_copy = frame.twin >= 0 and frame.twin_difference < policy.copy_difference
        follows = not run or frame.twin - frames[run[-1]].twin == 1
        if is_copy and follows:
            run.append(i)
        else:
            run = [i] if is_copy else []
        if len(run) >= policy.copies_in_a_row:
            return tuple(run)
    return ()


def _frozen(frames: Sequence[FrameMeasured], policy: LivenessPolicy) -> tuple[int, ...]:
    frozen = tuple(i for i, frame in enumerate(frames) if frame.frozen)
    return frozen if len(frozen) > policy.most_frozen else ()
