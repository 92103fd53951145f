"""A picture on a sheet that a hand turns, tilts and bends before a wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from identity.pixels import Pixels
    from tests.simulated.sitter import Gesture

FAR: Final = 2.4
"""From the camera, in breadths of the sheet."""
MARGIN: Final = 0.92
"""Of the sheet, with its picture, in the frame."""
COARSE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    contrast: float
    bend: float
    """Curvature: breadth of the sheet over the radius of the bend."""
    bent_along: float
    """Radians from the horizontal."""


def held(sheet: Sheet, picture: Pixels, *, wall: Pixels, by: Gesture) -> Pixels:
    """``picture`` on ``sheet``, rotated and shifted as ``by`` says; it cannot do the rest."""
    height, width = picture.shape[:2]
    ys, xs = np.mgrid[0:height:COARSE, 0:width:COARSE].astype(np.float64)
    from_x, from_y = xs.copy(), ys.copy()
    for _ in range(12):
        at_x, at_y = _where(sheet, from_x, from_y, by=by, size=(width, height))
        from_x -= 0.8 * (at_x - xs)
        from_y -= 0.8 * (at_y - ys)
    grow = np.array([[1 / COARSE, 0, 0], [0, 1 / COARSE, 0]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    fine_x, fine_y = (
        np.asarray(
            cv2.warpAffine(field.astype(np.float32), grow, (width, height), flags=flags,
                           borderMode=cv2.BORDER_REPLICATE),
            np.float32,
        )
        for field in (from_x, from_y)
    )  # fmt: skip
    ink = np.asarray(128 + sheet.contrast * (picture.astype(np.float32) - 128), np.float32)
    border = int(0.03 * width)
    ink[:border], ink[-border:], ink[:, :border], ink[:, -border:] = 235, 235, 235, 235
    inside = np.ones((height, width), np.float32)
    shown = cv2.remap(ink, fine_x, fine_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    where = cv2.remap(inside, fine_x, fine_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    part = np.asarray(where, np.float32)[..., None]
    return np.asarray(np.clip(shown * part + wall * (1 - part), 0, 255), np.uint8)


def _where(
    sheet: Sheet,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    by: Gesture,
    size: tuple[int, int],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where points of the picture are seen."""
    width, height = size
    across, along = MARGIN * (x / width - 0.5), MARGIN * (y - height / 2) / width
    along_bend = across * np.cos(sheet.bent_along) + along * np.sin(sheet.bent_along)
    depth = -sheet.bend * 2 * along_bend**2
    yaw, pitch = np.radians(by.yaw), np.radians(by.pitch)
    turned = across * np.cos(yaw) + depth * np.sin(yaw)
    depth = depth * np.cos(yaw) - across * np.sin(yaw)
    tilted = along * np.cos(pitch) + depth * np.sin(pitch)
    depth = depth * np.cos(pitch) - along * np.sin(pitch)
    view = FAR / (FAR - depth) * by.size
    return (
        width * (0.5 + view * turned + 0.16 * by.shift[0]),
        height / 2 + width * (view * tilted + 0.16 * by.shift[1]),
    )
