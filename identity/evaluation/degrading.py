"""A good portrait made into the references that people really have. Child's pixels in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from identity.images.decoding import decode_upright, encode_clean
from identity.specimens.drawing import card_front
from identity.specimens.people import OU_YANGMING
from identity.specimens.photographing import Shot, phone_photo

if TYPE_CHECKING:
    from identity.faces.face import Face
    from identity.faces.finding import FaceFinder
    from identity.pixels import Pixels

CHIP_SIZE: Final = (102, 126)
"""Width and height of the portraits that section 2 of docs/identity-policy.md was measured with."""
CHIP_JPEG_QUALITY: Final = 60
"""Chosen: 4 to 6 kB, of the order of small chips' portraits."""
HEAD_HEIGHTS: Final = 1.6
"""Height of the cut portrait in heights of the face's box."""


class Degrading:
    def __init__(self, finder: FaceFinder) -> None:
        self._finder = finder

    def as_on_a_chip(self, picture: Pixels) -> Pixels:
        """102 by 126, JPEG; the picture itself where there is no face in it to cut to."""
        faces = self._finder.faces(picture)
        if not faces:
            return picture
        small = cv2.resize(_head(picture, faces[0]), CHIP_SIZE, interpolation=cv2.INTER_AREA)
        done, buffer = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, CHIP_JPEG_QUALITY])
        return decode_upright(buffer.tobytes(), orientation=1, longest=2000) if done else picture

    def as_on_a_photographed_card(self, picture: Pixels) -> Pixels:
        """Printed on a specimen card that a telephone photographs; raises `FontMissing`."""
        faces = self._finder.faces(picture)
        head = _head(picture, faces[0]) if faces else picture
        photo = phone_photo(card_front(OU_YANGMING, encode_clean(head)), Shot())
        return decode_upright(photo, orientation=1, longest=2000)


def _head(picture: Pixels, face: Face) -> Pixels:
    """Head and a little room at a chip's proportions; the edge is repeated where it ends."""
    height = face.height * HEAD_HEIGHTS
    width = height * CHIP_SIZE[0] / CHIP_SIZE[1]
    left, top = face.left + face.width / 2 - width / 2, face.top - face.height * 0.3
    room = int(max(height, width))
    wide = cv2.copyMakeBorder(picture, room, room, room, room, cv2.BORDER_REPLICATE)
    y, x = int(top) + room, int(left) + room
    return np.ascontiguousarray(wide[y : y + int(height), x : x + int(width)], dtype=np.uint8)
