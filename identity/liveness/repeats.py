"""Child only: frames that are copies of others. No camera takes the same picture twice.

Pixels are picked, not averaged, so that the noise of the sensor stays in them: two pictures
of a still person differ by it, a copy does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from identity.pixels import Pixels

PICKS: Final = 64
"""Per side."""
FROZEN: Final = 0.05
"""Mean difference in grey levels below which two frames are one."""
NEIGHBOURS: Final = 2
"""Frames this near may be alike because a camera was slow."""
STILL_SHARE: Final = 20
"""Percentile of the differences of neighbours that stands for a person who keeps still."""


@dataclass(frozen=True, slots=True)
class Copies:
    twin: list[int]
    difference: list[float]
    frozen: list[bool]


def picked(grey: Pixels) -> NDArray[np.int16]:
    height, width = grey.shape[:2]
    rows = np.linspace(0, height - 1, PICKS).astype(int)
    columns = np.linspace(0, width - 1, PICKS).astype(int)
    return np.asarray(grey[np.ix_(rows, columns)], np.int16).ravel()


def _apart(picks: NDArray[np.int16]) -> NDArray[np.float64]:
    """Mean difference of every pair, (n, n)."""
    apart = np.zeros((len(picks), len(picks)))
    for i in range(len(picks)):
        apart[i, i + 1 :] = np.abs(picks[i + 1 :] - picks[i]).mean(axis=1, dtype=np.float64)
    return apart + apart.T


def copies_among(picks: Sequence[NDArray[np.int16]]) -> Copies:
    count = len(picks)
    apart = _apart(np.array(picks))
    beside = np.diag(apart, 1)
    moving = beside[beside > FROZEN]
    still = float(np.percentile(moving, STILL_SHARE)) if moving.size else FROZEN
    copies = Copies([], [], [False, *(bool(d <= FROZEN) for d in beside)][:count])
    for i in range(count):
        far = [j for j in range(count) if abs(i - j) > NEIGHBOURS]
        twin = min(far, key=list(apart[i]).__getitem__, default=-1)
        copies.twin.append(twin)
        copies.difference.append(float(apart[i, twin]) / still if far else float("nan"))
    return copies
