"""Child only: the document's outline in a photograph, squared to the size it is read at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from identity.documents.fields import DocumentSide

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from identity.pixels import Pixels

CARD: Final = (1011, 638)
PAGE: Final = (1476, 1039)
"""Pixels at 300 dpi: ISO/IEC 7810 ID-1 (85.60 × 53.98 mm) and ID-3 (125 × 88 mm)."""
PAGES: Final = frozenset({DocumentSide.PASSPORT_PAGE, DocumentSide.VISA})
LEAST_AREA: Final = 0.12
"""Of the picture; a smaller document could not be read anyway."""
MOST_WHOLE_SIDE: Final = 1600
LEAST_WHOLE_SIDE: Final = 1200
"""Pixels; in a smaller picture the detector misses the small print of a page. Chosen."""
SHAPE_SLACK: Final = 0.22
_SEARCH_SIDE: Final = 800


def squared(picture: Pixels, side: DocumentSide) -> Pixels | None:
    """The document alone, upright or upside down, or ``None`` where no outline was found."""
    width, height = PAGE if side in PAGES else CARD
    corners = _corners(picture, width / height)
    if corners is None:
        return None
    if side is DocumentSide.AUTO:
        seen = (_length(corners, 0) + _length(corners, 2)) / (
            _length(corners, 1) + _length(corners, 3)
        )
        card = abs(seen - CARD[0] / CARD[1]) < abs(seen - PAGE[0] / PAGE[1])
        width, height = CARD if card else PAGE
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getPerspectiveTransform(corners, flat)
    return np.asarray(cv2.warpPerspective(picture, turn, (width, height)), dtype=np.uint8)


def whole(picture: Pixels) -> Pixels:
    """The whole picture, no larger and not much smaller than text is looked for in."""
    longest = max(picture.shape[:2])
    scale = min(MOST_WHOLE_SIDE / longest, max(1.0, LEAST_WHOLE_SIDE / longest))
    if scale == 1:
        return picture
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(
        cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how), dtype=np.uint8
    )


def _corners(picture: Pixels, shape: float) -> NDArray[np.float32] | None:
    scale = min(1.0, _SEARCH_SIDE / max(picture.shape[:2]))
    shrunk = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = np.asarray(shrunk, dtype=np.uint8)
    least = LEAST_AREA * small.shape[0] * small.shape[1]
    best: tuple[float, NDArray[np.float32]] | None = None
    for mask in _masks(small):
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            found = _quadrilateral(np.asarray(contour, np.int32), shape, least)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
    return None if best is None else (best[1] / scale).astype(np.float32)


def _masks(small: Pixels) -> list[Pixels]:
    """Edges, then light on dark: a card on a table shows in one of them."""
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    kernel = np.ones((5, 5), np.uint8)
    edges = [cv2.dilate(cv2.Canny(grey, low, 3 * low), kernel) for low in (20, 50)]
    _, light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    masks = [*edges, cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))]
    return [np.asarray(mask, dtype=np.uint8) for mask in masks]


def _quadrilateral(
    contour: NDArray[np.int32], shape: float, least: float
) -> tuple[float, NDArray[np.float32]] | None:
    hull = cv2.convexHull(contour)
    area = float(cv2.contourArea(hull))
    if not area >= least:
        return None
    points = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, closed=True), closed=True)
    if len(points) != 4:  # noqa: PLR2004 - corners
        return None
    corners = _long_side_first(_clockwise(points.reshape(4, 2).astype(np.float32)))
    along = _length(corners, 0) + _length(corners, 2)
    across = _length(corners, 1) + _length(corners, 3)
    if not abs(along / max(across, 1.0) / shape - 1) <= SHAPE_SLACK:
        return None
    return area, corners


def _clockwise(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """From the corner nearest the top left, clockwise as seen."""
    centre = points.mean(axis=0)
    angles = np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0])
    points = points[np.argsort(angles)]
    return np.roll(points, -int(np.argmin(points.sum(axis=1))), axis=0)


def _long_side_first(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """A card held upright in the picture is read lying down."""
    if _length(corners, 0) + _length(corners, 2) >= _length(corners, 1) + _length(corners, 3):
        return corners
    return np.roll(corners, 1, axis=0)


def _length(corners: NDArray[np.float32], i: int) -> float:
    return float(np.linalg.norm(corners[(i + 1) % 4] - corners[i]))
