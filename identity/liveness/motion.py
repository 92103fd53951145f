"""Child only: what moved in a face since a frame of the same person, and whether it has depth.

Two views of a flat sheet differ by one homography, and of a bent sheet by that and one
quadratic along the bend: paper does not curve in two directions at once (Gauss). A head
does, and has a nose. So the optical flow between two crops of the face is explained by a
homography, a bend, and a share of the flow that a head of common shape would have; that
share, the least over four directions of the bend, is about the sine of the angle by which a
head has turned, and near nothing for paper.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from identity.pixels import Pixels

    Grid = NDArray[np.float64]

SIDE: Final = 96
SPAN: Final = 34.0
"""Distance of the eyes, and from the eyes to the mouth, in a crop of `SIDE` pixels."""
EYE_LINE: Final = 34.0
PLACES: Final = np.array(
    [
        [SIDE / 2 - SPAN / 2, EYE_LINE],
        [SIDE / 2 + SPAN / 2, EYE_LINE],
        [SIDE / 2, EYE_LINE + 0.6 * SPAN],
        [SIDE / 2 - 0.4 * SPAN, EYE_LINE + SPAN],
        [SIDE / 2 + 0.4 * SPAN, EYE_LINE + SPAN],
    ]
)
"""Where the crop puts the five points (the nose is not pinned: it is what moves)."""
PINNED: Final = (0, 1, 3, 4)

NOSE_HEIGHT: Final = 0.36
"""Of the tip over the face, in distances between the eyes: 22 of 62 mm, common proportions."""
CURVE_ACROSS: Final = 0.355
CURVE_DOWN: Final = 0.185
"""Half the curvature of an ellipsoid with half axes of 1.3, 1.8 and 1.2 eye distances."""
CHIN: Final = (slice(80, 92), slice(38, 58))
"""Rows and columns of the crop where the chin is: 0.35 to 0.7 eye distances under the mouth."""
CHIN_ROWS, CHIN_COLUMNS = np.mgrid[CHIN]

BENDS: Final = (0.0, math.pi / 4, math.pi / 2, 3 * math.pi / 4)
"""Directions in which a sheet may be bent, in radians from the line of the eyes."""

ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Crop:
    grey: Pixels
    """(SIDE, SIDE)."""
    from_picture: Grid
    """(2, 3): pixels of the picture to pixels of the crop."""

    def placed(self, points: NDArray[np.float32]) -> Grid:
        """Points of the picture (n, 2) in the crop."""
        return points.astype(np.float64) @ self.from_picture[:, :2].T + self.from_picture[:, 2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    turn: float
    """Sine of the angle, + to the person's left; 0 for whatever a sheet can do."""
    nod: float
    """+ down."""
    jaw: float
    """How far the chin has fallen against the rest of the face, in distances between the eyes."""
    affine: Grid
    """(2, 3): pixels of the first crop to pixels of the second, the face as a whole."""


UNKNOWN: Final = Motion(turn=math.nan, nod=math.nan, jaw=math.nan, affine=np.full((2, 3), math.nan))


def crop_face(grey: Pixels, points: NDArray[np.float32]) -> Crop:
    """Eyes and corners of the mouth are brought to `PLACES` by an affine map, least squares."""
    pinned = list(PINNED)
    rows = np.column_stack([points[pinned].astype(np.float64), np.ones(len(pinned))])
    matrix = np.linalg.lstsq(rows, PLACES[pinned], rcond=None)[0].T
    cut = cv2.warpAffine(
        grey, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return Crop(np.asarray(cut, np.uint8), np.asarray(matrix, np.float64))


class MotionFinder:
    """Bound to the frame that all others are held against."""

    def __init__(self, first: Crop, points: NDArray[np.float32]) -> None:
        self._first = first
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._rows, self._columns, self._designs = _designs(first.placed(points)[2])

    def to(self, other: Crop) -> Motion:
        still = np.zeros((SIDE, SIDE, 2), np.float32)
        flow = np.asarray(self._flow.calc(self._first.grey, other.grey, still), np.float64)
        seen = flow[self._rows, self._columns] / SPAN
        if not np.isfinite(seen).all():
            return UNKNOWN
        fits = [design.fitted(seen.T.ravel()) for design in self._designs]
        return Motion(
            turn=_least([float(fit[-2]) for fit in fits]),
            nod=_least([float(fit[-1]) for fit in fits]),
            jaw=_jaw(flow, affine := _affine(fits[0])),
            affine=affine,
        )


def _least(shares: list[float]) -> float:
    """The smallest share where all point the same way, else none."""
    least = min(shares, key=abs)
    return least if all(share * least > 0 for share in shares) else 0.0


class _Design:
    """The equations of one bend, (2 n, 12), with what can be solved of them beforehand."""

    def __init__(self, equations: Grid) -> None:
        self._equations = equations
        self._unweighed = np.linalg.solve(equations.T @ equations, equations.T)

    def fitted(self, seen: Grid) -> Grid:
        """Least squares, three times, with less weight for points that follow something else."""
        fit = self._unweighed @ seen
        for _ in range(ROUNDS - 1):
            off = np.hypot(*np.split(seen - self._equations @ fit, 2))
            weight = 1 / (1 + (off / max(1.5 * _median(off), 1e-3)) ** 2)
            weighed = self._equations * np.concatenate([weight, weight])[:, None] ** 2
            fit = np.linalg.solve(weighed.T @ self._equations, weighed.T @ seen)
        return np.asarray(fit, np.float64)


def _median(values: Grid) -> float:
    """Of finite values: `numpy.median` spends more on its care for others than on sorting."""
    half = len(values) // 2
    low, high = np.partition(values, (half - 1, half))[half - 1 : half + 1]
    return float(high if len(values) % 2 else (low + high) / 2)


def _designs(nose: Grid) -> tuple[NDArray[np.int64], NDArray[np.int64], list[_Design]]:
    rows, columns = np.mgrid[10 : SIDE - 4 : 4, 10 : SIDE - 8 : 4]
    x, y = _centred(columns, rows)
    oval = (x / 0.95) ** 2 + (y / 1.1) ** 2 < 1
    x, y = x[oval], y[oval]
    nose_x, nose_y = _centred(nose[0], nose[1])
    bump = NOSE_HEIGHT * np.exp(-(((x - nose_x) / 0.22) ** 2) - ((y - nose_y) / 0.34) ** 2)
    head = bump - CURVE_ACROSS * x * x - CURVE_DOWN * y * y
    bends = [(x * math.cos(way) + y * math.sin(way)) ** 2 for way in BENDS]
    return (
        rows[oval],
        columns[oval],
        [_Design(_equations(x, y, bend=bend, head=head)) for bend in bends],
    )


def _centred(column: Grid, row: Grid) -> tuple[Grid, Grid]:
    return (column - SIDE / 2) / SPAN, (row - EYE_LINE) / SPAN - 0.5


def _equations(x: Grid, y: Grid, *, bend: Grid, head: Grid) -> Grid:
    """Two equations per point: six of the affine map, two of the vanishing line, bend, head."""
    one, nil = np.ones_like(x), np.zeros_like(x)
    along = [one, x, y, nil, nil, nil, x * x, x * y, bend, nil, head, nil]
    down = [nil, nil, nil, one, x, y, x * y, y * y, nil, bend, nil, head]
    return np.vstack([np.column_stack(along), np.column_stack(down)])


def _affine(fit: Grid) -> Grid:
    """From the centred unit of the eyes' distance back to pixels of the crop."""
    moved = np.array([[1 + fit[1], fit[2]], [fit[4], 1 + fit[5]]])
    centre = np.array([SIDE / 2, EYE_LINE + SPAN / 2])
    shift = SPAN * np.array([fit[0], fit[3]]) + centre - moved @ centre
    return np.column_stack([moved, shift])


def _jaw(flow: Grid, affine: Grid) -> float:
    down = flow[CHIN][..., 1]
    as_a_whole = affine[1, 0] * CHIN_COLUMNS + affine[1, 1] * CHIN_ROWS + affine[1, 2] - CHIN_ROWS
    return _median((down - as_a_whole).ravel()) / SPAN
