"""Child only: the colour of a face and of what is behind it, and the pattern of a screen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from identity.faces.face import Face
    from identity.pixels import Pixels

INNER: Final = 0.2
"""Of the box's sides left out: hair and wall."""
AROUND: Final = 0.5
"""Box widths from the box to what counts as background: past the hair and the shoulders' rim."""
STEP: Final = 3
"""Every third row and column says the mean as well."""
LEAST_PIXELS: Final = 200
GRID_SIDE: Final = 128
COARSEST: Final = 0.15
"""Cycles per pixel from which a pattern counts; what a face itself has is coarser."""
BLOCKS: Final = 8
"""JPEG's own grid: its multiples, and what is this near to them, are not looked at."""
BESIDE: Final = 0.2


def colours_of(
    picture: Pixels, face: Face
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Mean RGB of the face's inside and of the background, left and right above the shoulders."""
    left, right = face.left + INNER * face.width, face.left + (1 - INNER) * face.width
    top, bottom = face.top + INNER * face.height, face.top + (1 - INNER) * face.height
    inside = _cut(picture, (top, bottom), (left, right))
    upper = (0.0, face.top + 0.6 * face.height)
    room = AROUND * face.width
    walls = [
        _cut(picture, upper, (0.0, face.left - room)),
        _cut(picture, upper, (face.left + face.width + room, float(picture.shape[1]))),
        _cut(picture, (0.0, face.top - room), (0.0, float(picture.shape[1]))),
    ]
    return _mean(inside.reshape(-1, 3)), _mean(np.concatenate([w.reshape(-1, 3) for w in walls]))


def _cut(picture: Pixels, rows: tuple[float, float], columns: tuple[float, float]) -> Pixels:
    top, bottom = (max(0, int(value)) for value in rows)
    left, right = (max(0, int(value)) for value in columns)
    return picture[top:bottom:STEP, left:right:STEP]


def _mean(pixels: NDArray[np.uint8]) -> tuple[float, float, float]:
    if len(pixels) < LEAST_PIXELS:
        return math.nan, math.nan, math.nan
    blue, green, red = (float(part) for part in pixels.mean(axis=0))
    return red, green, blue


def grid_of(grey: Pixels, face: Face) -> float:
    """The strongest single frequency in the middle of the face over the usual one of its ring.

    NaN where the face has fewer than 128 pixels: too few to tell a pattern from noise.
    """
    middle_x, middle_y = face.left + face.width / 2, face.top + face.height / 2
    left, top = int(middle_x - GRID_SIDE / 2), int(middle_y - GRID_SIDE / 2)
    cut = grey[max(0, top) : top + GRID_SIDE, max(0, left) : left + GRID_SIDE]
    if not (cut.shape == (GRID_SIDE, GRID_SIDE) and face.side >= GRID_SIDE):
        return math.nan
    window = np.outer(np.hanning(GRID_SIDE), np.hanning(GRID_SIDE))
    power = np.abs(np.fft.rfft2((cut - cut.mean()) * window)) ** 2
    down = np.fft.fftfreq(GRID_SIDE)[:, None]
    across = np.fft.rfftfreq(GRID_SIDE)[None, :]
    radius = np.hypot(down, across)
    off_blocks = _off_blocks(down) & _off_blocks(across)
    return max(
        float(power[ring].max() / np.median(power[ring]))
        for low in np.arange(COARSEST, 0.5, 0.05)
        if (ring := (radius >= low) & (radius < low + 0.05) & off_blocks).any()
    )


def _off_blocks(frequency: NDArray[np.floating]) -> NDArray[np.bool_]:
    off = np.abs(frequency * BLOCKS - np.round(frequency * BLOCKS))
    return np.asarray((off > BESIDE) | (np.round(frequency * BLOCKS) == 0), np.bool_)
