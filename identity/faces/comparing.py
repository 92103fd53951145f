"""Child only: a reference against one or several live frames, by both engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from identity.faces.face import View
from identity.faces.finding import FaceFinder
from identity.faces.measuring import quality_of
from identity.faces.sface import SFace
from identity.faces.templates import agreement, chosen_frames, pairwise, template

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from identity.faces.face import Face, FaceEngine
    from identity.faces.quality import FaceQuality, QualityGates
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

    @property
    def view(self) -> View:
        return View(self.picture, self.face)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Scores only; the vectors they came from end here."""

    chosen: tuple[int, ...]
    """Which frames the template is made of, the best first."""
    likeness: float
    """Of the template, by the deciding engine."""
    likenesses: tuple[float, ...]
    """Of each frame by itself."""
    agreement: float | None
    second_likeness: float | None
    """Of the best frame; ``None`` where the second engine is not installed."""


class Comparison:
    """Both engines with their models loaded; the second may be missing, the first may not."""

    def __init__(self, folder: Path | None = None, *, second: FaceEngine | None = None) -> None:
        self.finder = FaceFinder(folder)
        self._sface = SFace(folder)
        self._second = second

    def find(self, picture: Pixels, *, upright: float | None = None) -> FoundFace | None:
        """``upright``: how much surer the face is than upside down, where that is known already."""
        faces = self.finder.faces(picture)
        if not faces:
            return None
        largest = faces[0]
        if upright is None:
            upright = largest.confidence - self.finder.confidence_turned(picture, largest)
        others = sum(face.side >= BYSTANDER * largest.side for face in faces[1:])
        quality = quality_of(
            picture,
            largest,
            self._sface.aligned(picture, largest),
            upright=upright,
        )
        return FoundFace(picture, largest, quality, others)

    def compare(
        self, reference: FoundFace, frames: Sequence[FoundFace], gates: QualityGates
    ) -> Compared:
        """``frames``: at least one; ``gates`` say which are good enough for the template."""
        of_reference, *of_frames = self._sface.vectors(
            [reference.view, *(frame.view for frame in frames)]
        )
        chosen = chosen_frames([frame.quality for frame in frames], pairwise(of_frames), gates)
        of_chosen = [of_frames[i] for i in chosen]
        return Compared(
            chosen=chosen,
            likeness=self._sface.likeness(of_reference, template(of_chosen)),
            likenesses=tuple(self._sface.likeness(of_reference, one) for one in of_frames),
            agreement=agreement(of_chosen),
            second_likeness=self._second_likeness(reference, frames[chosen[0]]),
        )

    def _second_likeness(self, reference: FoundFace, best: FoundFace) -> float | None:
        # Of the best frame only: two vectors of dlib cost as much as five of SFace.
        if self._second is None:
            return None
        one, other = self._second.vectors([reference.view, best.view])
        return self._second.likeness(one, other)


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
