"""A face found in a picture, and the port that engines for comparing faces stand behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from identity.pixels import Pixels, Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    left: float
    top: float
    width: float
    height: float
    points: NDArray[np.float32]
    """Five: right eye, left eye, nose tip, right and left corner of the mouth, as seen."""
    confidence: float

    @property
    def side(self) -> float:
        return min(self.width, self.height)


@dataclass(frozen=True, slots=True)
class View:
    """One face in one picture: what an engine makes a vector of."""

    picture: Pixels
    face: Face


class FaceEngine(Protocol):
    """Turns faces into vectors and two vectors into a likeness; higher is more alike."""

    name: str

    def vectors(self, views: Sequence[View]) -> list[Vector]:
        """One vector per view, in their order."""
        ...

    def likeness(self, one: Vector, other: Vector) -> float: ...
