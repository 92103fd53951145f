"""Figures survive the pipe, and nothing of another shape comes through it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from identity.liveness.answers import clip_of
from identity.unavailable import Cause, CheckUnavailable
from tests.unit.identity.liveness.figures import TURN_THEN_BLINK, good_clip, judged

if TYPE_CHECKING:
    from collections.abc import Callable

CLIP = good_clip(TURN_THEN_BLINK)


def sent() -> dict[str, Any]:
    """As it comes out of the pipe: through JSON, which knows no NaN."""
    told: dict[str, Any] = json.loads(json.dumps(CLIP.as_json(), allow_nan=False))
    return told


def test_figures_come_back_as_they_were() -> None:
    back = clip_of(sent())
    assert judged(back, TURN_THEN_BLINK) == judged(CLIP, TURN_THEN_BLINK)
    assert math.isnan(back.frames[0].face.live_score)
    known = [replace(frame, face=replace(frame.face, live_score=0)) for frame in
             back.frames]  # fmt: skip
    assert known == [
        replace(frame, face=replace(frame.face, live_score=0)) for frame in CLIP.frames
    ]


@pytest.mark.parametrize(
    "harm",
    [
        # No frames at all.
        lambda told: told.pop("frames"),
        # Something that is no list.
        lambda told: told.update(frames={}),
        # More frames than were sent.
        lambda told: told.update(frames=told["frames"] * 2),
        # A frame that is none.
        lambda told: told["frames"].append(7),
        # A figure too few, and one too many.
        lambda told: told["frames"][0].pop("faces"),
        lambda told: told["frames"][0].update(more=1),
        lambda told: told["frames"][0]["face"].pop("turn"),
        # A figure that is a word, and one that is a truth value.
        lambda told: told["frames"][0]["face"].update(turn="0.3"),
        lambda told: told["frames"][0]["face"].update(turn=True),
        # A count that is a fraction.
        lambda told: told["frames"][0].update(faces=1.5),
        # A colour with two parts.
        lambda told: told["frames"][0].update(face_rgb=[1, 2]),
        # A truth value that is a number.
        lambda told: told["frames"][0].update(frozen=0),
        lambda told: told.update(attack_models=1),
        # A frame held against that is not there, and a twin that is not.
        lambda told: told.update(against=60),
        lambda told: told["frames"][0].update(twin=60),
    ],
)
def test_another_shape_is_no_measurement(harm: Callable[[dict[str, Any]], object]) -> None:
    told = sent()
    harm(told)
    with pytest.raises(CheckUnavailable) as refused:
        clip_of(told)
    assert refused.value.cause is Cause.ANSWER_MALFORMED
