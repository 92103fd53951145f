"""Child only: whether mouth or eyes are covered, by how little can be seen in their place.

Simple on purpose: three figures of fixed places in the aligned face. docs/identity-policy.md 3.4
says what they catch (plain masks, plain sunglasses, half of the hands) and what they do not
(anything with a pattern of its own, a bare-skin-coloured print of a mouth).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from identity.pixels import Pixels

# SFace's alignment (OpenCV's alignCrop) puts the eyes at (38, 52) and (74, 52), the tip of the
# nose at (56, 72) and the corners of the mouth at (42, 92) and (71, 92).
MOUTH: Final = (slice(84, 104), slice(42, 70))
BRIDGE: Final = (slice(50, 66), slice(52, 60))
EYES: Final = ((slice(46, 58), slice(30, 46)), (slice(46, 58), slice(66, 82)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Covering:
    mouth_detail: float
    mouth_colour: float
    eye_detail: float


def covering_of(aligned: Pixels) -> Covering:
    """``aligned``: 112 by 112, BGR. The fields mean what `FaceQuality` says of them."""
    lab = cv2.cvtColor(aligned, cv2.COLOR_BGR2LAB).astype(np.float32)
    mouth, bridge = (lab[place].reshape(-1, 3) for place in (MOUTH, BRIDGE))
    eyes = np.concatenate([lab[place].reshape(-1, 3) for place in EYES])
    return Covering(
        mouth_detail=float(mouth[:, 0].std()),
        mouth_colour=float(np.linalg.norm(_colour(mouth) - _colour(bridge))),
        eye_detail=float(eyes[:, 0].std()),
    )


def _colour(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.median(pixels[:, 1:], axis=0), np.float32)
