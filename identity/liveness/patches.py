"""Child only: how open eyes and mouth are, against the person's own in the frame held against.

No permissively licensed model of 68 points or of a mesh comes in a wheel that we install
(dlib's excludes commercial use), so openness is read from pixels. Every patch is cut where
the whole face's motion says that the same skin is now; what then still differs is the eye
or the mouth itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from identity.liveness.motion import SPAN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from identity.liveness.motion import Crop, Grid, Motion
    from identity.pixels import Pixels

    Patch = NDArray[np.float32]

EYE: Final = (32, 20)
EYE_BREADTH: Final = 0.60
"""Of the patch, in distances between the eyes."""
MOUTH: Final = (40, 36)
MOUTH_BREADTH: Final = 0.80
MOUTH_DROP: Final = 0.16
"""The cavity opens downward from the line between the corners."""
CHEEKS: Final = (30, 10)
CHEEKS_BREADTH: Final = 1.0

SLACK: Final = 1
"""Pixels of an eye's patch by which the alignment may be off."""
SHADE: Final = 5.0
"""Deviation of the blur that is taken out, in pixels of a patch: shadows, not lids."""
DARK: Final = 0.45
"""Part of the cheeks' brightness below which a pixel is cavity. Chosen by looking; the person's
own median over the clip takes out beards and shadows."""


class Cutter:
    """Cuts patches of one frame at places given in the crop that all frames are held against."""

    def __init__(self, grey: Pixels, crop: Crop, motion: Motion) -> None:
        to_picture = np.linalg.inv(_square(crop.from_picture))
        self._grey = grey
        self._map = to_picture @ _square(motion.affine)

    def cut(self, centre: Grid, size: tuple[int, int], breadth: float) -> Patch:
        scale = breadth * SPAN / size[0]
        corner = [centre[0] - scale * (size[0] - 1) / 2, centre[1] - scale * (size[1] - 1) / 2]
        placed = np.array([[scale, 0, corner[0]], [0, scale, corner[1]], [0, 0, 1]])
        patch = cv2.warpAffine(
            self._grey, (self._map @ placed)[:2], size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        return np.asarray(patch, np.float32)


def eye_patches(cutter: Cutter, places: Grid) -> tuple[Patch, Patch]:
    """Right and left, without the shade that lies over them."""
    right, left = (_unshaded(cutter.cut(place, EYE, EYE_BREADTH)) for place in places[:2])
    return right, left


def openness(eye: Patch, usual: Patch) -> float:
    """Likeness to the eye as it usually is, -1 to 1; a closed eye is below 0.8. NaN if blank."""
    inner = usual[SLACK:-SLACK, SLACK:-SLACK]
    if not (float(inner.std()) > 0 and float(eye.std()) > 0):
        return math.nan
    return float(cv2.matchTemplate(eye, inner, cv2.TM_CCOEFF_NORMED).max())


def cavity(cutter: Cutter, places: Grid) -> float:
    """Part of the mouth's patch that is far darker than the cheeks, 0 to 1. NaN in the dark."""
    mouth = places[3:].mean(axis=0)
    cheeks = cutter.cut((places[:2].mean(axis=0) + mouth) / 2, CHEEKS, CHEEKS_BREADTH)
    skin = float(np.median(cheeks))
    if not skin > 0:
        return math.nan
    below = mouth + np.array([0.0, MOUTH_DROP * SPAN])
    return float((cutter.cut(below, MOUTH, MOUTH_BREADTH) < DARK * skin).mean())


def _unshaded(patch: Patch) -> Patch:
    return np.asarray(patch - cv2.GaussianBlur(patch, (0, 0), SHADE), np.float32)


def _square(affine: Grid) -> Grid:
    return np.vstack([affine, [0.0, 0.0, 1.0]])
