"""Child only: where the faces are, frame after frame, at a fraction of what looking costs.

Every sixth frame is searched as a whole, so that a second face is seen; between them only
the surroundings of the face that was there, unless it has gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from identity.faces.face import Face

if TYPE_CHECKING:
    from identity.faces.finding import FaceFinder
    from identity.pixels import Pixels

WHOLE_SIDE: Final = 320
"""Longer side at which a whole frame is searched: a face that fills a third of it has 80 pixels."""
NEAR_SIDE: Final = 160
NEAR: Final = 2.2
"""Side of the surroundings, in longer sides of the face's box: a face then has about 70 pixels."""
WHOLE_EVERY: Final = 6
BYSTANDER: Final = 0.5
"""A smaller face than this part of the largest is background."""


class FaceFollower:
    """For the frames of one clip, in order."""

    def __init__(self, finder: FaceFinder) -> None:
        self._finder = finder
        self._last: Face | None = None
        self._looked = 0

    def faces(self, picture: Pixels) -> list[Face]:
        """The largest first, without those that are background, in pixels of ``picture``."""
        found: list[Face] = []
        if self._last is not None and self._looked % WHOLE_EVERY:
            found = self._near(picture, self._last)
        if not found:
            found = self._whole(picture)
        self._looked += 1
        self._last = found[0] if found else None
        return [face for face in found if face.side >= BYSTANDER * found[0].side]

    def _whole(self, picture: Pixels) -> list[Face]:
        scale = min(1.0, WHOLE_SIDE / max(picture.shape[:2]))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return [
            _placed(face, 1 / scale, (0.0, 0.0))
            for face in self._finder.faces(np.asarray(small, np.uint8))
        ]

    def _near(self, picture: Pixels, last: Face) -> list[Face]:
        half = NEAR * max(last.width, last.height) / 2
        middle_x, middle_y = last.left + last.width / 2, last.top + last.height / 2
        left, top = max(0, int(middle_x - half)), max(0, int(middle_y - half))
        cut = picture[top : int(middle_y + half), left : int(middle_x + half)]
        if not cut.size:
            return []
        scale = NEAR_SIDE / max(cut.shape[:2])
        # One size for all: the network is laid out anew for every other.
        field = np.zeros((NEAR_SIDE, NEAR_SIDE, 3), np.uint8)
        small = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        field[: small.shape[0], : small.shape[1]] = small[:NEAR_SIDE, :NEAR_SIDE]
        corner = (float(left), float(top))
        return [_placed(face, 1 / scale, corner) for face in self._finder.faces(field)]


def _placed(face: Face, by: float, corner: tuple[float, float]) -> Face:
    return Face(
        left=face.left * by + corner[0],
        top=face.top * by + corner[1],
        width=face.width * by,
        height=face.height * by,
        points=(face.points * by + np.array(corner)).astype(np.float32),
        confidence=face.confidence,
    )
