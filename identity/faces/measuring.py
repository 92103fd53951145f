"""Child only: the figures of a face's quality, from its pixels and its five points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from identity.faces.covering import covering_of
from identity.faces.quality import FaceQuality

if TYPE_CHECKING:
    from identity.faces.face import Face
    from identity.pixels import Pixels

WHITE: Final = 250
"""Grey from which a camera has nothing left to tell; chosen."""


def quality_of(picture: Pixels, face: Face, aligned: Pixels, *, upright: float) -> FaceQuality:
    """``aligned``: 112 by 112, BGR; ``upright``: see `FaceQuality`."""
    grey = cv2.cvtColor(aligned, cv2.COLOR_BGR2GRAY)
    covering = covering_of(aligned)
    return FaceQuality(
        side_px=face.side,
        sharpness=float(cv2.Laplacian(grey, cv2.CV_64F).var()),
        turn=_turn(face),
        nod=_nod(face),
        roll_degrees=_roll(face),
        upright=upright,
        brightness=float(grey.mean()),
        blown_out=float((grey >= WHITE).mean()),
        mouth_detail=covering.mouth_detail,
        mouth_colour=covering.mouth_colour,
        eye_detail=covering.eye_detail,
        inside=_inside(picture, face),
    )


def _turn(face: Face) -> float:
    eyes = face.points[1] - face.points[0]
    span = float(np.linalg.norm(eyes))
    if not span > 0:
        return math.nan
    middle = (face.points[0] + face.points[1]) / 2
    along = float((face.points[2] - middle) @ eyes) / span
    return abs(along) / (span / 2)


def _nod(face: Face) -> float:
    eyes = (face.points[0] + face.points[1]) / 2
    down = (face.points[3] + face.points[4]) / 2 - eyes
    length = float(down @ down)
    return float((face.points[2] - eyes) @ down) / length if length > 0 else math.nan


def _roll(face: Face) -> float:
    """By the line from the eyes to the mouth, so that points found upside down are 180."""
    eyes = (face.points[0] + face.points[1]) / 2
    mouth = (face.points[3] + face.points[4]) / 2
    down = mouth - eyes
    return math.degrees(math.atan2(-float(down[0]), float(down[1])))


def _inside(picture: Pixels, face: Face) -> float:
    height, width = picture.shape[:2]
    across = min(width, face.left + face.width) - max(0.0, face.left)
    along = min(height, face.top + face.height) - max(0.0, face.top)
    return float(max(0.0, across) * max(0.0, along) / (face.width * face.height))
