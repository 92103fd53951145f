"""Child only: traces of copying and patching in the pixels, as hints for a person.

Each measure asks for the innocent case and negates it, so one that is not a number is a hint.
The limits lie outside what our own photographed specimens reach (tests/benchmarks/
identity_documents.py prints how often each hint falls on innocent ones, and on altered ones);
nobody has measured real forgeries.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from identity.documents.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from identity.documents.lines import TextLine
    from identity.pixels import Pixels

LEAST_CHROMA: Final = 2.0
"""95th percentile of the distance from the commonest hue in Lab, paper taken for white; a grey copy
under warm light has a tint, but one only. Seen: 0.0 on each of 10 grey copies, 3.2 and more on 20
coloured specimens in three qualities."""
MOST_PEAK: Final = 8.5
"""Height of a lone peak of the spectrum over its ring's median, in its median deviations. Seen: 3.9
to 7.0 on 26 specimens that no screen showed, 5.0 to 12.3 on 8 from a simulated one, 6 of which lie
above the limit: a blurred photograph of a screen passes."""
PATCH_RATIO: Final = 3.5
"""Noise around one line against the median of all lines, either way. Seen: 1.1 to 2.6 on 18 whole
specimens; 4.0 to 4.2 on 4 patched scans, 1.2 to 3.4 on 4 patched photographs: scans only."""
MOST_SIGN_SPREAD: Final = 0.45
"""Deviation of one figure's height from the number's median, as a part of it. Seen: 0.00 to 0.09 on
whole specimens of good quality, 0.43 once on a poor one. Forged numbers were not simulated."""
_COPY: Final = re.compile(r"复印|仅供.{0,20}|再次复|限用于|他用无效|COPY")
_SPECTRUM_SIDE: Final = 512
_LOWEST: Final = 0.2
"""Cycles per pixel; below lie the card's own lines and letters."""


def seen_in(
    picture: Pixels, flat: Pixels, lines: Sequence[TextLine], number: TextLine | None
) -> set[Hint]:
    """Hints of one side; ``picture`` as it came, ``flat`` as it was read, lines in ``flat``."""
    hints = set()
    if not chroma(flat) >= LEAST_CHROMA:
        hints.add(Hint.NO_COLOUR)
    if not grid_peak(picture) <= MOST_PEAK:
        hints.add(Hint.SCREEN)
    if any(_COPY.search(line.plain.upper()) for line in lines):
        hints.add(Hint.COPY_STAMP)
    ratio = noise_ratio(flat, lines)
    if not ratio <= PATCH_RATIO:
        hints.add(Hint.PATCH)
    if number is not None and not sign_spread(flat, number) <= MOST_SIGN_SPREAD:
        hints.add(Hint.UNEVEN_WRITING)
    return hints


def chroma(picture: Pixels) -> float:
    """How many hues there are: 0 in a grey picture, whatever the light's colour."""
    small = cv2.resize(picture, (320, 200), interpolation=cv2.INTER_AREA)
    # The paper is taken for white, so that the lamp's colour is in no part of the picture.
    paper = np.maximum(np.percentile(small, 75, axis=(0, 1)), 1.0)
    white = np.clip(small * (float(paper.max()) / paper), 0, 255).astype(np.uint8)
    lab = cv2.cvtColor(white, cv2.COLOR_BGR2LAB).astype(np.float64)
    away = lab[:, :, 1:] - np.median(lab[:, :, 1:], axis=(0, 1))
    return float(np.percentile(np.hypot(away[:, :, 0], away[:, :, 1]), 95))


def grid_peak(picture: Pixels) -> float:
    """The highest lone peak of the middle's spectrum above `_LOWEST`, against its ring."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float64)
    side = min(_SPECTRUM_SIDE, *grey.shape)
    top, left = (grey.shape[0] - side) // 2, (grey.shape[1] - side) // 2
    cut = grey[top : top + side, left : left + side]
    window = np.hanning(side)
    flat = (cut - cut.mean()) * window[:, None] * window[None, :]
    power = np.log1p(np.abs(np.fft.fftshift(np.fft.fft2(flat))))
    return _above_ring(power, side)


def _above_ring(power: NDArray[np.float64], side: int) -> float:
    y, x = np.indices(power.shape) - side // 2
    ring = np.hypot(x, y).astype(int)
    lowest, highest = int(_LOWEST * side), side // 2 - 2
    best = 0.0
    # The axes carry the edges of the picture's blocks (JPEG) and are left out.
    usable = (np.abs(x) > 2) & (np.abs(y) > 2)  # noqa: PLR2004 - bins
    for start in range(lowest, highest, 8):
        values = power[usable & (ring >= start) & (ring < start + 8)]
        if values.size:
            middle = float(np.median(values))
            spread = float(np.median(np.abs(values - middle))) + 1e-6
            best = max(best, (float(values.max()) - middle) / spread)
    return best


def noise_ratio(picture: Pixels, lines: Sequence[TextLine]) -> float:
    """The most unlike noise of any line's ground against the median of all; 1 is alike."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    rough = np.abs(grey - cv2.medianBlur(grey.astype(np.uint8), 3).astype(np.float32))
    levels = [_ground_noise(grey, rough, line) for line in lines]
    known = [level for level in levels if level is not None]
    if len(known) < 4:  # noqa: PLR2004 - too few to know what is usual
        return 1.0
    usual = float(np.median(known)) + 0.15
    return max(max((level + 0.15) / usual, usual / (level + 0.15)) for level in known)


def _ground_noise(
    grey: NDArray[np.float32], rough: NDArray[np.float32], line: TextLine
) -> float | None:
    """Mean roughness of the ground around a line's signs, where nothing is written."""
    rows = slice(max(0, int(line.top)), int(line.bottom))
    columns = slice(max(0, int(line.left)), int(line.right))
    cut = grey[rows, columns]
    if min(cut.shape, default=0) < 8:  # noqa: PLR2004 - pixels
        return None
    light = cut > np.percentile(cut, 60)
    return float(rough[rows, columns][light].mean())


def sign_spread(picture: Pixels, number: TextLine) -> float:
    """The largest deviation of a figure's height from the median, as a part of it."""
    cut = picture[
        max(0, int(number.top)) : int(number.bottom), max(0, int(number.left)) : int(number.right)
    ]
    if min(cut.shape[:2], default=0) < 12:  # noqa: PLR2004 - pixels; nothing can be told
        return 0.0
    grey = cv2.cvtColor(cut, cv2.COLOR_BGR2GRAY)
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    height = cut.shape[0]
    figures = [
        float(h)
        for _, top, w, h, _ in stats[1:]
        if h > 0.35 * height and w < height and top > 0 and top + h < height
    ]
    if len(figures) < 12:  # noqa: PLR2004 - figures run together: nothing can be told
        return 0.0
    middle = float(np.median(figures))
    return max(abs(each - middle) / middle for each in figures)
