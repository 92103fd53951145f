"""A figure that rises and comes back: the shape of every movement that is asked for. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from identity.liveness.policy import Movement


@dataclass(frozen=True, slots=True, kw_only=True)
class Excursion:
    frames: tuple[int, ...]
    """All in which the figure was up."""
    begins_ms: float
    """Of the first frame in which it was up."""
    ends_ms: float
    """Of the last."""
    is_closed: bool
    """It was down before and is down again."""


def excursions_in(
    values: Sequence[float], times_ms: Sequence[float], movement: Movement
) -> list[Excursion]:
    """Those of ``values`` that reach ``movement.high``; frames with NaN are left out."""
    found: list[Excursion] = []
    up: list[int] = []
    was_down = False
    for i, value in enumerate(values):
        if math.isnan(value):
            continue
        if value >= movement.low:
            up.append(i)
            continue
        if up:
            found += _reaching(up, values, times_ms, movement, closed=was_down)
        up, was_down = [], True
    if up:
        found += _reaching(up, values, times_ms, movement, closed=False)
    return found


def _reaching(
    up: list[int],
    values: Sequence[float],
    times_ms: Sequence[float],
    movement: Movement,
    *,
    closed: bool,
) -> list[Excursion]:
    if not max(values[i] for i in up) >= movement.high:
        return []
    return [
        Excursion(
            frames=tuple(up),
            begins_ms=times_ms[up[0]],
            ends_ms=times_ms[up[-1]],
            is_closed=closed,
        )
    ]
