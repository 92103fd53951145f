"""Error rates from scores of right people and of strangers. Pure.

FMR and FNMR as ISO/IEC 19795-1 defines them: the share of strangers accepted, of right people
missed, at a threshold; a score equal to the threshold is accepted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVELS: Final = (1e-2, 1e-3, 1e-4)
Z_95: Final = 1.959964
"""Both-sided 95 % of the normal distribution."""
RULE_OF_30: Final = 30
"""Doddington: 30 errors are needed to be 90 % sure of a rate to within 30 %."""
DET_POINTS: Final = 60


class Support(StrEnum):
    """Whether there are enough pairs of strangers to speak of a level at all."""

    WELL = "well"
    """30 of them are expected above the threshold."""
    THINLY = "thinly"
    """At least one is."""
    NOT = "not"
    """Not even one: the threshold lies above every stranger, wherever the level may be."""


@dataclass(frozen=True, slots=True)
class Scores:
    genuine: NDArray[np.float64]
    impostor: NDArray[np.float64]

    def ordered(self) -> Scores:
        """Sorted, as the functions of this module need them."""
        return Scores(np.sort(self.genuine), np.sort(self.impostor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """``part`` of ``whole`` with the 95 % interval after Wilson.

    The interval takes pairs for independent. They share people, so the true one is wider.
    """

    part: int
    whole: int

    @property
    def rate(self) -> float:
        return self.part / self.whole if self.whole else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        if not self.whole:
            return 0.0, 1.0
        n, p, z = self.whole, self.rate, Z_95
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    level: float
    threshold: float
    missed: Share
    support: Support


def accepted(ordered: NDArray[np.float64], threshold: float) -> int:
    return int(len(ordered) - np.searchsorted(ordered, threshold, side="left"))


def at_level(scores: Scores, level: float) -> OperatingPoint:
    """The lowest threshold at which no more than ``level`` of strangers are accepted.

    ``scores`` are ordered.
    """
    impostor = scores.impostor
    allowed = math.floor(level * len(impostor) + 1e-9)
    if allowed >= len(impostor):
        threshold = -math.inf
    else:
        threshold = math.nextafter(float(impostor[len(impostor) - 1 - allowed]), math.inf)
    missed = len(scores.genuine) - accepted(scores.genuine, threshold)
    return OperatingPoint(
        level=level,
        threshold=threshold,
        missed=Share(part=missed, whole=len(scores.genuine)),
        support=support(level, len(impostor)),
    )


def support(level: float, impostors: int) -> Support:
    expected = level * impostors + 1e-9
    if expected >= RULE_OF_30:
        return Support.WELL
    return Support.THINLY if expected >= 1 else Support.NOT


def equal_error_rate(scores: Scores) -> float:
    """Half the sum of both rates where they are closest; NaN without pairs of either kind."""
    genuine, impostor = scores.genuine, scores.impostor
    if not (len(genuine) and len(impostor)):
        return math.nan
    thresholds = np.unique(np.concatenate([genuine, impostor]))
    fnmr = np.searchsorted(genuine, thresholds, side="left") / len(genuine)
    fmr = 1 - np.searchsorted(impostor, thresholds, side="left") / len(impostor)
    nearest = int(np.argmin(np.abs(fnmr - fmr)))
    return float((fnmr[nearest] + fmr[nearest]) / 2)


def det_curve(scores: Scores) -> list[tuple[float, float]]:
    """FMR and FNMR at thresholds spread evenly over the levels that the pairs can tell."""
    least = 1 / max(1, len(scores.impostor))
    levels = np.geomspace(least, 1.0, DET_POINTS)
    points = [at_level(scores, float(level)) for level in levels]
    return [
        (accepted(scores.impostor, point.threshold) / max(1, len(scores.impostor)),
         point.missed.rate)
        for point in points
    ]  # fmt: skip
