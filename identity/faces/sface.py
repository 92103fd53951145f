"""Child only: SFace, the engine that decides. Likeness is the cosine, -1 to 1.

Needs OpenCV 4: OpenCV 5 reads the same file into another network without complaint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from identity.faces.weights import SFACE, verified
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from identity.faces.face import Face, View
    from identity.pixels import Pixels, Vector


class SFace:
    name = "sface_2021dec_int8bq"

    def __init__(self, folder: Path | None = None) -> None:
        if not cv2.__version__.startswith("4."):
            raise CheckUnavailable(Cause.ENGINE_MISSING)
        path = verified(SFACE, folder=folder)
        try:
            self._net = cv2.FaceRecognizerSF.create(str(path), "")
        except cv2.error as error:
            raise CheckUnavailable(Cause.ENGINE_MISSING) from error

    def aligned(self, picture: Pixels, face: Face) -> Pixels:
        """112 by 112, eyes and mouth where the network expects them."""
        box = [face.left, face.top, face.width, face.height]
        row = np.array([*box, *face.points.ravel(), face.confidence], np.float32)
        return np.asarray(self._net.alignCrop(picture, row), dtype=np.uint8)

    def vectors(self, views: Sequence[View]) -> list[Vector]:
        """Unit vectors of 128 numbers."""
        return [self._vector(self.aligned(view.picture, view.face)) for view in views]

    def likeness(self, one: Vector, other: Vector) -> float:
        return float(one @ other)

    def _vector(self, aligned: Pixels) -> Vector:
        raw = np.asarray(self._net.feature(aligned), np.float32).ravel().copy()
        return np.asarray(raw / np.linalg.norm(raw), dtype=np.float32)
