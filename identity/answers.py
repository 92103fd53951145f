"""What the engine child answered, taken apart with suspicion: it may have been taken over.

Anything of the wrong shape is `CheckUnavailable`, never a default.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from identity.admitting import RawPixels
from identity.documents.fields import DocumentSide, FieldName, FieldReading, SideReading
from identity.faces.quality import FaceQuality
from identity.measurements import FaceComparison, FoundQuality
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from identity.framing import Frame, Json

LONGEST_FIELD: Final = 200
_MOST_PIXELS: Final = 40_000_000


def reading_of(answer: Frame, side: DocumentSide) -> tuple[SideReading, RawPixels]:
    head = answer.head
    try:
        read = {FieldName(name): _field(value) for name, value in mapping(head["fields"]).items()}
        width, height = int(_number(head["width"])), int(_number(head["height"]))
        (content,) = answer.blobs
    except (KeyError, ValueError, OverflowError) as error:
        raise CheckUnavailable(Cause.ANSWER_MALFORMED) from error
    sane = width > 0 and height > 0 and width * height <= _MOST_PIXELS
    if not (sane and len(content) == width * height * 3):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    reading = SideReading(side=side, fields=read, outlined=head.get("outlined") is True)
    return reading, RawPixels(width=width, height=height, content=content)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFaces:
    comparison: FaceComparison
    reference_still: bytes | None
    live_stills: tuple[bytes, ...]


def comparison_of(answer: Frame, *, frames: int) -> ComparedFaces:
    """``frames``: how many live pictures were sent."""
    head = answer.head
    try:
        used = int(_number(head["frames_used"]))
        comparison = FaceComparison(
            reference=_found(head["reference"]),
            live=_found(head["live"]),
            frames=frames,
            frames_used=used,
            likeness=_number_or_none(head["likeness"]),
            closest_likeness=_number_or_none(head["closest_likeness"]),
            agreement=_number_or_none(head["agreement"]),
            second_likeness=_number_or_none(head["second_likeness"]),
        )
        reference_still, *live_stills = answer.blobs
    except (KeyError, ValueError, OverflowError) as error:
        raise CheckUnavailable(Cause.ANSWER_MALFORMED) from error
    if not (0 <= used <= frames and len(live_stills) <= frames):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return ComparedFaces(
        comparison=comparison,
        reference_still=reference_still or None,
        live_stills=tuple(live_stills),
    )


def _field(value: Json) -> FieldReading:
    if not (isinstance(value, list) and len(value) == 2):  # noqa: PLR2004 - text, confidence
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    text, confidence = value
    if not (isinstance(text, str) and len(text) <= LONGEST_FIELD):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return FieldReading(text, _number(confidence))


def _found(value: Json) -> FoundQuality | None:
    if value is None:
        return None
    facts = mapping(value)
    figures = {field.name: _number(facts[field.name]) for field in fields(FaceQuality)}
    return FoundQuality(quality=FaceQuality(**figures), others=int(_number(facts["others"])))


def mapping(value: Json) -> dict[str, Json]:
    """Return ``value`` as an object; raises `CheckUnavailable` for anything else."""
    if not isinstance(value, dict):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return value


def _number(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return float(value)


def _number_or_none(value: Json) -> float | None:
    return None if value is None else _number(value)
