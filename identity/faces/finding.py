"""Child only: YuNet finds faces and five points in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from identity.faces.face import Face
from identity.faces.weights import YUNET, verified
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from identity.pixels import Pixels

SEARCH_SIDE: Final = 640
"""YuNet is trained for faces of 10 to 300 pixels; larger pictures are searched shrunk."""
QUICK_SIDE: Final = 320
LEAST_QUICK_FACE: Final = 60
"""A quick search that finds a face of so many of its pixels is as good as the long one, at a third
of the time: docs/identity-policy.md 3.4 has what was seen at 57, 67 and 92."""
LEAST_CONFIDENCE: Final = 0.7
ROOM_SIDE: Final = 200
"""Pixels; the second look for the upside-down costs 3 ms."""


class FaceFinder:
    def __init__(self, folder: Path | None = None) -> None:
        path = verified(YUNET, folder=folder)
        try:
            self._net = cv2.FaceDetectorYN.create(str(path), "", (320, 320), LEAST_CONFIDENCE)
        except cv2.error as error:
            raise CheckUnavailable(Cause.ENGINE_MISSING) from error

    def faces(self, picture: Pixels) -> list[Face]:
        """The largest first."""
        longest = max(picture.shape[:2])
        quick = self._searched(picture, min(1.0, QUICK_SIDE / longest))
        large = bool(quick) and quick[0].side * QUICK_SIDE / longest >= LEAST_QUICK_FACE
        if large or longest <= QUICK_SIDE:
            return quick
        return self._searched(picture, min(1.0, SEARCH_SIDE / longest))

    def _searched(self, picture: Pixels, scale: float) -> list[Face]:
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        self._net.setInputSize((small.shape[1], small.shape[0]))
        # Typed by hand: the stub forgets that there are no rows where there is no face.
        answer: tuple[int, object] = self._net.detect(small)
        rows = answer[1] if isinstance(answer[1], np.ndarray) else ()
        found = [_face(np.asarray(row, np.float32), scale) for row in rows]
        return sorted(found, key=lambda face: face.side, reverse=True)

    def confidence_turned(self, picture: Pixels, face: Face) -> float:
        """How surely a face is found there with the picture upside down; 0 where none is.

        YuNet finds faces upside down and puts their eyes on top all the same. An upright one
        is surer by 0.026 or more (each of 100 press photographs, docs/identity-policy.md 3.4).
        """
        turned = np.ascontiguousarray(np.rot90(_with_room(picture, face), 2))
        return max((found.confidence for found in self._searched(turned, 1.0)), default=0.0)


def _with_room(picture: Pixels, face: Face) -> Pixels:
    """The face with as much again around it, small."""
    left, top = (max(0, int(value)) for value in (
        face.left - face.width / 2, face.top - face.height / 2,
    ))  # fmt: skip
    cut = picture[top : int(face.top + 1.5 * face.height), left : int(face.left + 1.5 * face.width)]
    scale = min(1.0, ROOM_SIDE / max(cut.shape[:2]))
    return np.asarray(
        cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )


def _face(row: np.ndarray[tuple[int, ...], np.dtype[np.float32]], scale: float) -> Face:
    left, top, width, height = (float(value) / scale for value in row[:4])
    return Face(
        left=left,
        top=top,
        width=width,
        height=height,
        points=(row[4:14].reshape(5, 2) / scale).astype(np.float32),
        confidence=float(row[14]),
    )
