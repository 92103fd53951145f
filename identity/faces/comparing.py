"""Child only: the face on a document against a live photograph, by both engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from identity.faces.dlib_opinion import DlibOpinion
from identity.faces.finding import FaceFinder
from identity.faces.measuring import quality_of
from identity.faces.sface import SFace
from identity.unavailable import CheckUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from identity.faces.face import Face, FaceEngine
    from identity.faces.quality import FaceQuality
    from identity.pixels import Pixels

BYSTANDER: Final = 0.4
"""A second face counts when its side is at least this part of the largest."""
STILL_SIDE: Final = 480


@dataclass(frozen=True, slots=True)
class FoundFace:
    picture: Pixels
    face: Face
    quality: FaceQuality
    others: int
    """Further faces that are no mere background."""


class Comparison:
    """Both engines with their models loaded; the second may be missing, the first may not."""

    def __init__(self, folder: Path | None = None) -> None:
        self._finder = FaceFinder(folder)
        self._sface = SFace(folder)
        self._second = _second_opinion()

    def find(self, picture: Pixels) -> FoundFace | None:
        faces = self._finder.faces(picture)
        if not faces:
            return None
        largest = faces[0]
        others = sum(face.side >= BYSTANDER * largest.side for face in faces[1:])
        quality = quality_of(picture, largest, self._sface.aligned(picture, largest))
        return FoundFace(picture, largest, quality, others)

    def likeness(self, reference: FoundFace, live: FoundFace) -> float:
        return _likeness(self._sface, reference, live)

    def second_likeness(self, reference: FoundFace, live: FoundFace) -> float | None:
        """``None`` where the second engine is not installed."""
        return None if self._second is None else _likeness(self._second, reference, live)


def _second_opinion() -> FaceEngine | None:
    try:
        return DlibOpinion()
    except CheckUnavailable:
        return None


def _likeness(engine: FaceEngine, reference: FoundFace, live: FoundFace) -> float:
    return engine.likeness(
        engine.vector(reference.picture, reference.face), engine.vector(live.picture, live.face)
    )


def still(found: FoundFace) -> Pixels:
    """The face with some room around it, for the person who looks at the verdict."""
    face, room = found.face, 0.35
    top, bottom = face.top - room * face.height, face.top + (1 + room) * face.height
    left, right = face.left - room * face.width, face.left + (1 + room) * face.width
    cut = found.picture[max(0, int(top)) : int(bottom), max(0, int(left)) : int(right)]
    scale = STILL_SIDE / max(cut.shape[:2])
    if scale < 1:
        cut = np.asarray(
            cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
    return np.ascontiguousarray(cut)
