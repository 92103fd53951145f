"""Child only: a clip of stills becomes `ClipMeasurements`. The one entry to measuring.

Faces are looked for once per frame; the attack models see few frames.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from identity.liveness.light import colours_of, grid_of
from identity.liveness.looking import FaceFollower
from identity.liveness.measurements import NOTHING, ClipMeasurements, FaceFigures, FrameMeasured
from identity.liveness.motion import SIDE, MotionFinder, crop_face
from identity.liveness.patches import Cutter, cavity, eye_patches, openness
from identity.liveness.pose import UNKNOWN, pose_of
from identity.liveness.repeats import copies_among, picked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from identity.faces.face import Face
    from identity.faces.finding import FaceFinder
    from identity.liveness.minifas import AttackModels
    from identity.liveness.motion import Crop, Motion
    from identity.liveness.patches import Patch
    from identity.liveness.pose import Pose
    from identity.pixels import Pixels

SCORED: Final = 3
"""Frames that the attack models see: the pair costs as much as finding a face twice."""
CALM: Final = 0.05
"""Turn and nod, up to which a frame shows eyes as they usually are."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """One frame with what later steps need of it."""

    picture: Pixels
    grey: Pixels
    faces: list[Face]
    pose: Pose

    @property
    def face(self) -> Face:
        return self.faces[0]


@dataclass(frozen=True, slots=True)
class _Followed:
    crop: Crop
    motion: Motion
    eyes: tuple[Patch, Patch]
    cavity: float


def measure_clip(
    frames: Sequence[Pixels],
    times_ms: Sequence[float],
    *,
    finder: FaceFinder,
    attack_models: AttackModels | None = None,
) -> ClipMeasurements:
    """Measure stills (BGR, upright, not mirrored) of one length with ``times_ms``."""
    follower = FaceFollower(finder)
    seen = [_see(picture, follower) for picture in frames]
    against = _against(seen)
    copies = copies_among([picked(one.grey) for one in seen])
    scored = _spread([i for i, one in enumerate(seen) if one.faces])
    followed = _follow(seen, against)
    usual = _usual_eyes(followed)
    measured = []
    for i, one in enumerate(seen):
        scores = _scores(one, attack_models) if i in scored else {}
        face, background = colours_of(one.picture, one.face) if one.faces else (NOTHING, NOTHING)
        measured.append(
            FrameMeasured(
                time_ms=float(times_ms[i]),
                faces=len(one.faces),
                face=FaceFigures(**_where(one), **_how(followed, usual, i), **scores),
                face_rgb=face,
                background_rgb=background,
                twin=copies.twin[i],
                twin_difference=copies.difference[i],
                frozen=copies.frozen[i],
            )
        )
    return ClipMeasurements(
        frames=tuple(measured), against=against, attack_models=attack_models is not None
    )


def _see(picture: Pixels, follower: FaceFollower) -> _Seen:
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    faces = follower.faces(picture)
    return _Seen(picture, grey, faces, pose_of(faces[0].points) if faces else UNKNOWN)


def _against(seen: Sequence[_Seen]) -> int:
    """The frame whose head is held as it mostly is; -1 without a face."""
    held = [(i, one.pose) for i, one in enumerate(seen) if math.isfinite(one.pose.yaw)]
    if not held:
        return -1
    yaw = float(np.median([pose.yaw for _, pose in held]))
    pitch = float(np.median([pose.pitch for _, pose in held]))
    return min(held, key=lambda one: abs(one[1].yaw - yaw) + abs(one[1].pitch - pitch))[0]


def _follow(seen: Sequence[_Seen], against: int) -> dict[int, _Followed]:
    if against < 0:
        return {}
    points = seen[against].face.points
    first = crop_face(seen[against].grey, points)
    finder, places = MotionFinder(first, points), first.placed(points)
    done = {}
    for i, one in enumerate(seen):
        if not (one.faces and math.isfinite(one.pose.yaw)):
            continue
        crop = crop_face(one.grey, one.face.points)
        motion = finder.to(crop)
        if not math.isfinite(motion.turn):
            continue
        cutter = Cutter(one.grey, crop, motion)
        done[i] = _Followed(crop, motion, eye_patches(cutter, places), cavity(cutter, places))
    return done


def _usual_eyes(followed: dict[int, _Followed]) -> tuple[Patch, Patch] | None:
    calm = [
        one.eyes
        for one in followed.values()
        if abs(one.motion.turn) <= CALM and abs(one.motion.nod) <= CALM
    ]
    if not calm:
        return None
    right, left = (
        np.asarray(np.median([eyes[side] for eyes in calm], axis=0), np.float32) for side in (0, 1)
    )
    return right, left


def _where(one: _Seen) -> dict[str, float]:
    if not one.faces:
        return {}
    face, breadth = one.face, one.picture.shape[1]
    middle = face.points.mean(axis=0) / breadth
    return {
        "centre_x": float(middle[0]),
        "centre_y": float(middle[1]),
        "side": face.side / breadth,
        "yaw": one.pose.yaw,
        "pitch": one.pose.pitch,
        "roll_degrees": one.pose.roll_degrees,
    }


def _how(
    followed: dict[int, _Followed], usual: tuple[Patch, Patch] | None, i: int
) -> dict[str, float]:
    if i not in followed:
        return {}
    now = followed[i]
    figures = {
        "turn": now.motion.turn,
        "nod": now.motion.nod,
        "jaw": now.motion.jaw,
        "cavity": now.cavity,
    }
    if i - 1 in followed:
        figures["likeness"] = _alike(followed[i - 1].crop, now.crop)
    if usual is not None:
        figures["right_eye"] = openness(now.eyes[0], usual[0])
        figures["left_eye"] = openness(now.eyes[1], usual[1])
    return figures


def _alike(before: Crop, now: Crop) -> float:
    edge = SIDE // 6
    one, other = (
        crop.grey[edge:-edge, edge:-edge].astype(np.float64).ravel() for crop in (before, now)
    )
    one, other = one - one.mean(), other - other.mean()
    norm = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / norm if norm > 0 else math.nan


def _scores(one: _Seen, models: AttackModels | None) -> dict[str, float]:
    figures = {"grid": grid_of(one.grey, one.face)}
    if models is not None:
        figures["live_score"] = models.live_score(one.picture, one.face)
    return figures


def _spread(those: list[int]) -> set[int]:
    """A few of them, evenly from first to last."""
    if not those:
        return set()
    return {those[round(i * (len(those) - 1) / (SCORED - 1))] for i in range(SCORED)}
