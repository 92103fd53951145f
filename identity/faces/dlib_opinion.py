"""Child only: dlib's network, a second opinion that is weighed with the first and never alone.

It accepts 97.8 % of strangers among East Asian women at its well-known default, a
distance of 0.6 (docs/identity-policy.md 2). Its models are called directly, with the
five-point predictor: the training data of the 68-point one excludes commercial use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from identity.faces.weights import folder_of
from identity.unavailable import Cause, CheckUnavailable

try:
    import dlib
except ImportError:  # the wheel is not on every platform
    dlib = None

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from identity.faces.face import Face, View
    from identity.pixels import Vector


class DlibOpinion:
    name = "dlib_resnet_v1"

    def __init__(self, folder: Path | None = None) -> None:
        if dlib is None:
            raise CheckUnavailable(Cause.ENGINE_MISSING)
        folder = folder or folder_of("face_recognition_models")
        try:
            self._points = dlib.shape_predictor(
                str(folder / "shape_predictor_5_face_landmarks.dat")
            )
            self._net = dlib.face_recognition_model_v1(
                str(folder / "dlib_face_recognition_resnet_model_v1.dat")
            )
        except RuntimeError as error:
            raise CheckUnavailable(Cause.ENGINE_MISSING) from error

    def vectors(self, views: Sequence[View]) -> list[Vector]:
        """128 numbers each, of length about 1; one pass over each face, no jitter."""
        return [self._vector(view) for view in views]

    def _vector(self, view: View) -> Vector:
        rgb = np.ascontiguousarray(view.picture[:, :, ::-1])
        points = self._points(rgb, _dlib_box(view.face))
        return np.asarray(self._net.compute_face_descriptor(rgb, points), dtype=np.float32)

    def likeness(self, one: Vector, other: Vector) -> float:
        """One less the distance, so that dlib's default of 0.6 is a likeness of 0.4."""
        return 1.0 - float(np.linalg.norm(one - other))


def _dlib_box(face: Face) -> object:
    """YuNet's box reaches over the forehead; dlib's own detector frames brows to chin, square."""
    side = (face.width + face.height) / 2
    centre_x = face.left + face.width / 2
    centre_y = face.top + face.height * 0.55
    half = side * 0.5
    return dlib.rectangle(
        int(centre_x - half), int(centre_y - half), int(centre_x + half), int(centre_y + half)
    )
