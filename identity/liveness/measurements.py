"""What was measured of a clip of stills; nothing is judged here.

A figure that could not be taken is NaN. No picture and no vector is in it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from identity.framing import Json


Colours: TypeAlias = tuple[float, float, float]

NOTHING: Final[Colours] = (math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceFigures:
    """Of the largest face in one frame."""

    centre_x: float = math.nan
    """In breadths of the frame, as are `centre_y` and `side`."""
    centre_y: float = math.nan
    side: float = math.nan
    likeness: float = math.nan
    """Correlation of the face with that of the frame before, -1 to 1: a cut shows here."""
    yaw: float = math.nan
    """By the five points alone (`pose`): a bent print moves it too."""
    pitch: float = math.nan
    roll_degrees: float = math.nan
    turn: float = math.nan
    """By depth (`motion`): about the sine of the angle, + to the person's left."""
    nod: float = math.nan
    """The same, + down."""
    right_eye: float = math.nan
    """Likeness to how it usually is, 1 open."""
    left_eye: float = math.nan
    cavity: float = math.nan
    """Dark part of the mouth, 0 to 1."""
    jaw: float = math.nan
    """How far the chin has fallen against the rest of the face, in distances between the eyes."""
    live_score: float = math.nan
    """MiniFASNet, 0 to 1; NaN where it was not asked."""
    grid: float = math.nan
    """Strongest regular pattern in the face over its surroundings: pixels of a screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameMeasured:
    time_ms: float
    """On the client's clock, from the start of the challenge."""
    faces: int
    """Those that are no mere background."""
    face: FaceFigures
    face_rgb: Colours
    """Mean, 0 to 255, of the face's inside."""
    background_rgb: Colours
    twin: int
    """The frame, not a neighbour, that is most like this one; -1 for none."""
    twin_difference: float
    """To the twin, over what neighbours differ by when little moves: well below 1 for a copy."""
    frozen: bool
    """The same picture as the frame before, to the bit or nearly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipMeasurements:
    frames: tuple[FrameMeasured, ...]
    against: int
    """The frame that all motion is measured against; -1 where no face was found."""
    attack_models: bool
    """Whether the MiniFASNet pair was there to be asked."""

    def as_json(self) -> dict[str, Json]:
        """NaN becomes null; `answers.clip_of` reads it back."""
        return {
            "frames": [
                {name: _plain(value) for name, value in asdict(frame).items()}
                for frame in self.frames
            ],
            "against": self.against,
            "attack_models": self.attack_models,
        }


def _plain(value: float | Colours | dict[str, float]) -> Json:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return value if math.isfinite(value) else None
