"""What the child measured of a clip, taken apart with suspicion: it may have been taken over."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING

from identity.liveness.clip import MOST_FRAMES
from identity.liveness.measurements import ClipMeasurements, FaceFigures, FrameMeasured
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.framing import Json


def clip_of(head: Mapping[str, Json]) -> ClipMeasurements:
    """Inverse of `ClipMeasurements.as_json`; raises `CheckUnavailable` for any other shape."""
    try:
        frames, against, models = head["frames"], head["against"], head["attack_models"]
    except KeyError as error:
        raise CheckUnavailable(Cause.ANSWER_MALFORMED) from error
    if not (isinstance(frames, list) and len(frames) <= MOST_FRAMES and isinstance(models, bool)):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    clip = ClipMeasurements(
        frames=tuple(_frame(frame) for frame in frames),
        against=_whole(against),
        attack_models=models,
    )
    if not (-1 <= clip.against < len(frames) and all(f.twin < len(frames) for f in clip.frames)):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return clip


def _frame(value: Json) -> FrameMeasured:
    given = _exactly(value, FrameMeasured)
    frozen = given["frozen"]
    if not isinstance(frozen, bool):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    face = _exactly(given["face"], FaceFigures)
    return FrameMeasured(
        time_ms=_figure(given["time_ms"]),
        faces=_whole(given["faces"]),
        face=FaceFigures(**{name: _figure(figure) for name, figure in face.items()}),
        face_rgb=_colours(given["face_rgb"]),
        background_rgb=_colours(given["background_rgb"]),
        twin=_whole(given["twin"]),
        twin_difference=_figure(given["twin_difference"]),
        frozen=frozen,
    )


def _exactly(value: Json, shape: type[FrameMeasured | FaceFigures]) -> dict[str, Json]:
    if not (isinstance(value, dict) and value.keys() == {field.name for field in fields(shape)}):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return value


def _colours(value: Json) -> tuple[float, float, float]:
    if not (isinstance(value, list) and len(value) == 3):  # noqa: PLR2004 - red, green, blue
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    red, green, blue = (_figure(part) for part in value)
    return red, green, blue


def _figure(value: Json) -> float:
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return float(value)


def _whole(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return value
