"""Child only: YuNet finds faces and five points in each."""

from __future__ import annotations

from collections import OrderedDict
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
SIZES: Final = ((320, 320), (320, 240), (160, 160))
"""One net each, to begin with. Chosen: a clip is searched whole, near its face, and upside down."""


class FaceFinder:
    def __init__(self, folder: Path | None = None) -> None:
        path = verified(YUNET, folder=folder)
        try:
            nets = [
                cv2.FaceDetectorYN.create(str(path), "", size, LEAST_CONFIDENCE) for size in SIZES
            ]
        except cv2.error as error:
            raise CheckUnavailable(Cause.ENGINE_MISSING) from error
        self._nets = OrderedDict(zip(SIZES, nets, strict=True))

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
        # Typed by hand: the stub forgets that there are no rows where there is no face.
        answer: tuple[int, object] = self._net_for((small.shape[1], small.shape[0])).detect(small)
        rows = answer[1] if isinstance(answer[1], np.ndarray) else ()
        found = [_face(np.asarray(row, np.float32), scale) for row in rows]
        return sorted(found, key=lambda face: face.side, reverse=True)

    def _net_for(self, size: tuple[int, int]) -> cv2.FaceDetectorYN:
        """The net laid out for ``size``, or else the one that was longest not asked, laid out anew.

        Between two sizes in turn, one net alone spends 0.37 of its time on laying itself out.
        """
        net = self._nets.pop(size, None)
        if net is None:
            _, net = self._nets.popitem(last=False)
            net.setInputSize(size)
        self._nets[size] = net
        return net

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
