"""What was measured of a person and their document; nothing is judged here.

Every value may be missing or not a number: `judging` makes a doubt of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from identity.documents.fields import SideReading
    from identity.faces.quality import FaceQuality
    from identity.liveness.measurements import ClipMeasurements
    from identity.policy import ReferenceQuality
    from identity.unavailable import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundQuality:
    quality: FaceQuality
    others: int
    """Further faces in the same picture that are no mere background."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceComparison:
    reference: FoundQuality | None
    """``None``: no face on the document."""
    live: FoundQuality | None
    """Of the best frame; ``others`` is the most that any frame had."""
    frames: int
    """How many were given."""
    frames_used: int
    """How many the template is made of; 0 when a face is missing."""
    likeness: float | None
    """Of the template, by the deciding engine; ``None`` when a face is missing."""
    closest_likeness: float | None
    """The greatest that any single frame has to the reference."""
    agreement: float | None
    """The least likeness of a frame in the template to the others in it; ``None`` for one."""
    second_likeness: float | None
    """Of the best frame, by the second opinion; ``None`` when it is not installed or a face
    is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    front: SideReading
    """The side with the portrait: of a card, or the passport's page."""
    back: SideReading | None
    reference_quality: ReferenceQuality
    face: FaceComparison | None
    """``None``: no face was compared; by choice (no-face route) or because it could not be."""
    unavailable: frozenset[Cause]
    """Why parts could not be measured; empty when all were."""
    clip: ClipMeasurements | None
    """Of the stills of an answer to a challenge; ``None``: none was sent, or it could not be
    measured, which `unavailable` says."""
    no_face_route: bool
    """The person chose another way than the comparison of faces."""
    live_received_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The measurements, and the stills a person looks at; no vector is ever kept."""

    measurements: Measurements
    reference_still: bytes | None
    live_still: bytes | None
    """Of the best frame."""
    live_stills: tuple[bytes, ...]
    """Of every frame that the template is made of, the best first."""
