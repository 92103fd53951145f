"""Whether the face took on the colours of the screen, in the order that was asked for. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.liveness.finding import LivenessDoubt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from identity.liveness.challenge import Challenge
    from identity.liveness.finding import Doubts
    from identity.liveness.measurements import ClipMeasurements, Colours
    from identity.liveness.policy import LivenessPolicy

    Series = list[list[float]]

LAGS_MS: Final = range(0, 301, 25)
"""Between what the client meant to show and what its camera saw: drawing, screen, shutter."""
SETTLING_MS: Final = 25
"""At either end of a colour, left out: two lags that are tried are so far apart, and a still
may have the old colour above and the new one below."""
FEWEST: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    agreement: float
    """Correlation with the asked colours at the best lag."""
    strength: float
    """Change of the log of the colour for a full colour."""
    frames: tuple[int, ...]


NONE: Final = Response(agreement=math.nan, strength=math.nan, frames=())


def doubts_of_flash(
    measured: ClipMeasurements, challenge: Challenge, policy: LivenessPolicy
) -> tuple[Doubts, Response]:
    """The doubts, and how the face responded."""
    face = _response([frame.face_rgb for frame in measured.frames], measured, challenge)
    behind = _response([frame.background_rgb for frame in measured.frames], measured, challenge)
    seen = _variation(measured, face.frames) >= policy.least_flash
    if seen and face.agreement < policy.flash_contradicts_below:
        return {LivenessDoubt.FLASH_WRONG_ORDER: face.frames}, face
    agrees = face.agreement >= policy.flash_agrees_from and face.strength >= policy.least_flash
    if not agrees:
        return {LivenessDoubt.FLASH_NOT_SEEN: face.frames}, face
    # Without a wall in the picture there is nothing to compare with.
    if behind.strength > policy.most_background * face.strength:
        return {LivenessDoubt.FLASH_ON_BACKGROUND: face.frames}, face
    return {}, face


def _response(
    colours: Sequence[Colours], measured: ClipMeasurements, challenge: Challenge
) -> Response:
    best = NONE
    for lag in LAGS_MS:
        asked, seen, frames = [], [], []
        for i, colour in enumerate(colours):
            shown = _shown(challenge, measured.frames[i].time_ms - lag)
            if shown is not None and all(part > 0 for part in colour):
                asked.append(_hue([float(part) for part in shown]))
                seen.append(_hue([math.log(part) for part in colour]))
                frames.append(i)
        if len(frames) < FEWEST:
            continue
        agreement, strength = _fit(_centred(asked), _centred(seen))
        if not agreement <= best.agreement:
            best = Response(agreement=agreement, strength=strength, frames=tuple(frames))
    return best


def _shown(challenge: Challenge, time_ms: float) -> tuple[int, int, int] | None:
    for flash in challenge.flashes:
        if flash.starts_ms + SETTLING_MS <= time_ms < flash.ends_ms - SETTLING_MS:
            return flash.colour.rgb
    return None


def _hue(colour: list[float]) -> list[float]:
    """Without the brightness, which a hand or a cloud changes too."""
    mean = sum(colour) / 3
    return [part - mean for part in colour]


def _centred(series: Series) -> Series:
    means = [sum(column) / len(series) for column in zip(*series, strict=True)]
    return [[part - mean for part, mean in zip(row, means, strict=True)] for row in series]


def _fit(asked: Series, seen: Series) -> tuple[float, float]:
    both = sum(a * s for one, other in zip(asked, seen, strict=True)
               for a, s in zip(one, other, strict=True))  # fmt: skip
    of_asked, of_seen = (sum(part**2 for row in series for part in row) for series in (asked, seen))
    if not (of_asked > 0 and of_seen > 0):
        return math.nan, math.nan
    return both / math.sqrt(of_asked * of_seen), both / of_asked


def _variation(measured: ClipMeasurements, frames: Sequence[int]) -> float:
    """How much the face's colour changes at all while the screen flashes."""
    seen = [_hue([math.log(part) for part in measured.frames[i].face_rgb]) for i in frames]
    if not seen:
        return math.nan
    return math.sqrt(sum(part**2 for row in _centred(seen) for part in row) / len(seen))
