"""Which way text runs in a picture, and the picture turned so that it runs from left to right.

Works on what the text detector found, so that a card without a visible edge, on a table of its
own colour, is read as well. Pure, but for the warping.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from identity.documents.recognising import Quad
    from identity.pixels import Pixels

LEAST_SHAPE: Final = 2.0
"""Length by height from which a box of text has a direction; a lone glyph has none."""
MOST_DIRECTIONS: Final = 2
LEAST_PART: Final = 0.1
"""Of all length of text; what runs another way and is less is a mark on a table. Chosen."""
LEVEL_ENOUGH: Final = 0.6
"""Degrees; less is not worth another resampling. Chosen."""
MOST_KEYSTONE: Final = 4e-4
"""Change of slope per pixel; more than that comes from boxes that are no lines of one page."""
MOST_SIDE: Final = 2600


def directions_of(quads: Sequence[Quad]) -> list[float]:
    """Degrees, -45 to 135, by which lines of text are turned clockwise; the commonest first.

    The mode of all long boxes, each counting by its length, and the next mode where a good part
    runs across the first (the two pages of an open passport). Empty: nothing has a direction.
    """
    angles, weights = [], []
    for quad in quads:
        along, across = _edges(quad)
        if along[1] >= LEAST_SHAPE * across[1]:
            angles.append(along[0])
            weights.append(along[1])
    degrees, length = np.array(angles), np.array(weights)
    total = float(length.sum())
    found: list[float] = []
    while len(found) < MOST_DIRECTIONS and length.sum() > LEAST_PART * total:
        near = np.abs((degrees[:, None] - degrees[None, :] + 90) % 180 - 90) < 4  # noqa: PLR2004
        mode = degrees[int(np.argmax((near * length[None, :]).sum(axis=1)))]
        offsets = (degrees - mode + 90) % 180 - 90
        chosen = np.abs(offsets) < 8  # noqa: PLR2004 - degrees; keystone spreads lines
        angle = mode + float(np.average(offsets[chosen], weights=length[chosen]))
        found.append(float((angle + 45) % 180 - 45))
        crossing = np.abs(offsets) > 30  # noqa: PLR2004 - degrees; less is the same page, bent
        degrees, length = degrees[crossing], length[crossing]
    return found


def flattening(
    quads: Sequence[Quad], shape: tuple[int, ...], angle: float
) -> NDArray[np.float64] | None:
    """The homography that makes lines turned by ``angle`` level and parallel; ``None``: they are.

    ``shape`` is the picture's height and width. Turned, then the point where the lines meet is
    sent to infinity, then moved so that nothing has negative places.
    """
    height, width = shape[:2]
    to_middle = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1.0]])
    radians = math.radians(-angle)
    cos, sin = math.cos(radians), math.sin(radians)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]]) @ to_middle
    keystone = _keystone([moved(quad, turn) for quad in quads])
    if abs(angle) < LEVEL_ENOUGH and abs(keystone) * max(shape[:2]) < 0.03:  # noqa: PLR2004
        return None
    level = np.array([[1, 0, 0], [0, 1, 0], [keystone, 0, 1.0]]) @ turn
    corners = moved(np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32), level)
    shift = np.array([[1, 0, -corners[:, 0].min()], [0, 1, -corners[:, 1].min()], [0, 0, 1.0]])
    return np.asarray(shift @ level, np.float64)


def flattened(picture: Pixels, how: NDArray[np.float64]) -> Pixels:
    height, width = picture.shape[:2]
    corners = moved(np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32), how)
    size = (
        min(MOST_SIDE, max(1, math.ceil(corners[:, 0].max()))),
        min(MOST_SIDE, max(1, math.ceil(corners[:, 1].max()))),
    )
    flat = cv2.warpPerspective(picture, how, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, np.uint8)


def moved(quad: Quad, how: NDArray[np.float64]) -> Quad:
    points = np.c_[quad.astype(np.float64), np.ones(4)] @ how.T
    return np.asarray(points[:, :2] / points[:, 2:], np.float32)


def ordered(quad: Quad) -> Quad:
    """Clockwise from the upper left of a box whose text runs level."""
    by_x = quad[np.argsort(quad[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    left, right = left[np.argsort(left[:, 1])], right[np.argsort(right[:, 1])]
    return np.asarray([left[0], right[0], right[1], left[1]], np.float32)


def turned_over(quads: Sequence[Quad], shape: tuple[int, ...]) -> list[Quad]:
    """The same boxes after the picture was turned by half a circle."""
    size = np.array([shape[1], shape[0]], np.float32)
    return [ordered(size - quad) for quad in quads]


def _keystone(quads: Sequence[Quad]) -> float:
    """How fast lines fan out: slope against height, in quads around a middle of 0, 0."""
    heights, slopes, weights = [], [], []
    for quad in quads:
        (angle, length), (_, across) = _edges(quad)
        if length >= 3 * across and abs(angle) < 8:  # noqa: PLR2004 - degrees
            middle = quad.mean(axis=0)
            slope = math.tan(math.radians(angle))
            heights.append(float(middle[1] - slope * middle[0]))
            slopes.append(slope)
            weights.append(length)
    if len(heights) < 4 or np.ptp(heights) < 1:  # noqa: PLR2004 - too few to fit a line through
        return 0.0
    fitted, _ = np.polyfit(heights, slopes, 1, w=np.sqrt(weights))
    return float(fitted) if abs(fitted) <= MOST_KEYSTONE else 0.0


def _edges(quad: Quad) -> tuple[tuple[float, float], tuple[float, float]]:
    """Direction in degrees (-45 to 135) and length of the long edges, then of the short ones."""
    first = (quad[1] - quad[0] + quad[2] - quad[3]) / 2
    second = (quad[3] - quad[0] + quad[2] - quad[1]) / 2
    edges = []
    for edge in (first, second):
        angle = (math.degrees(math.atan2(float(edge[1]), float(edge[0]))) + 45) % 180 - 45
        edges.append((angle, float(np.linalg.norm(edge))))
    edges.sort(key=lambda each: -each[1])
    return edges[0], edges[1]
