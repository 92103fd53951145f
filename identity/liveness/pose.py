"""Child only: how a head is held, from five points; flat pictures have no way to fake it.

The nose tip stands out from the plane of the eyes and the mouth. Its place is given in the
frame that the two eyes and the middle of the mouth span. Whatever is done to a flat picture
from far away (moved, turned, tilted, shrunk) is an affine map, and such a map does not
change that place; a head that turns does. It is the simplest invariant there is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_AREA: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    yaw: float
    """The nose along the line of the eyes, in distances between them; + is to the person's left."""
    pitch: float
    """The nose on the way from the eyes (0) to the mouth (1); more is down."""
    roll_degrees: float
    breadth: float
    """Distance of the eyes over distance of eyes and mouth: what a turn shortens."""


UNKNOWN: Final = Pose(yaw=math.nan, pitch=math.nan, roll_degrees=math.nan, breadth=math.nan)


def pose_of(points: NDArray[np.float32]) -> Pose:
    """From YuNet's five points (5, 2) in a frame that is not mirrored; NaN if they are one line."""
    right_eye, left_eye, nose = points[:3].astype(np.float64)
    middle = (right_eye + left_eye) / 2
    across, down = left_eye - right_eye, points[3:].mean(axis=0) - middle
    area = float(across[0] * down[1] - across[1] * down[0])
    if not abs(area) > LEAST_AREA:
        return UNKNOWN
    to_nose = nose - middle
    return Pose(
        yaw=float(to_nose[0] * down[1] - to_nose[1] * down[0]) / area,
        pitch=float(across[0] * to_nose[1] - across[1] * to_nose[0]) / area,
        roll_degrees=math.degrees(math.atan2(-float(down[0]), float(down[1]))),
        breadth=float(np.linalg.norm(across) / np.linalg.norm(down)),
    )
