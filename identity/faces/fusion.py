"""How the second opinion is weighed with the first. Pure; the figures are the policy's."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fusion:
    """``first + worth * (second - mean) / deviation``, on the scale of the deciding engine.

    ``(second - mean) / deviation`` is the second opinion in standard deviations of pairs of
    strangers, so that a pair of the usual strangers is moved by nothing on average.
    """

    mean: float
    """The second engine's likeness of strangers, on average."""
    deviation: float
    """Its standard deviation over strangers."""
    worth: float
    """What one such deviation is worth in the first engine's likeness."""

    def __post_init__(self) -> None:
        sane = math.isfinite(self.mean) and math.isfinite(self.worth) and self.worth >= 0
        if not (sane and 0 < self.deviation < math.inf):
            raise ValueError("a fusion needs finite figures and a deviation above 0")

    def fused(self, first: float, second: float) -> float:
        """NaN in either is NaN out, which no threshold lets pass."""
        return first + self.worth * (second - self.mean) / self.deviation
