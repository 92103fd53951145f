"""Simulated people pass and simulated attacks do not, through the real measuring and judging.

A handful; `python -m tests.benchmarks.identity_liveness` has many, from other seeds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from identity.faces.finding import FaceFinder
from identity.liveness.answers import clip_of
from identity.liveness.finding import LivenessDoubt, LivenessOutcome
from identity.liveness.following import measure_clip
from identity.liveness.judging import judge_liveness
from identity.liveness.light import grid_of
from identity.liveness.policy import liveness_2026
from tests.simulated.clips import ATTACKS, Screen, bona_fide
from tests.simulated.photographs import PUBLIC, public_photographs
from tests.simulated.sitter import seat

if TYPE_CHECKING:
    from identity.liveness.finding import LivenessFinding
    from identity.pixels import Pixels
    from tests.simulated.clips import Answer

SEEDS: Final = {"print": 3, "replay": 4, "cut_out": 3}
"""Of small pictures, so that it is quick."""
UNANSWERED: Final = {
    LivenessDoubt.ACTION_MISSING,
    LivenessDoubt.WRONG_ORDER,
    LivenessDoubt.ANSWERED_EARLY,
}
ISSUED: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def photographs() -> list[Pixels]:
    found = public_photographs()
    if len(found) <= len(PUBLIC):
        pytest.skip("the photographs are absent: the set-up fetches them")
    return found


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder()


def found_of(answer: Answer, finder: FaceFinder) -> LivenessFinding:
    measured = measure_clip(answer.clip.frames, answer.clip.times_ms, finder=finder)
    return judge_liveness(
        clip_of(measured.as_json()),
        answer.challenge,
        liveness_2026(),
        issued_at=ISSUED,
        received_at=ISSUED + timedelta(seconds=15),
    )


def test_a_person_who_does_what_is_asked_is_live(
    photographs: list[Pixels], finder: FaceFinder
) -> None:
    assert found_of(bona_fide(photographs, 3), finder).doubts == {}


@pytest.mark.parametrize("kind", ["print", "replay", "cut_out"])
def test_an_attack_is_refused_by_the_challenge(
    photographs: list[Pixels], finder: FaceFinder, kind: str
) -> None:
    found = found_of(ATTACKS[kind](photographs, SEEDS[kind]), finder)
    assert found.outcome is LivenessOutcome.REFUSED
    assert found.doubts.keys() & UNANSWERED


def test_a_loop_is_refused_for_what_it_does_and_for_what_it_is(
    photographs: list[Pixels], finder: FaceFinder
) -> None:
    found = found_of(ATTACKS["injected_loop"](photographs, 3), finder)
    assert found.doubts.keys() & UNANSWERED
    assert LivenessDoubt.REPEATED_FRAMES in found.doubts


def test_the_pixels_of_a_screen_show_where_a_face_has_none(
    photographs: list[Pixels], finder: FaceFinder
) -> None:
    sitter = seat(photographs[0], size=(480, 640), face_part=0.45)
    screen = Screen(gamma=1.0, pitch=3.3, strength=0.05, banding_hertz=0)
    most = liveness_2026().most_grid
    for picture, has_pixels in ((sitter.picture, False), (screen.showing(sitter.picture, 0), True)):
        grey = picture.mean(axis=2).astype(np.uint8)
        assert (grid_of(grey, finder.faces(picture)[0]) > most) is has_pixels


def test_a_clip_of_a_wall_has_nobody_in_it(finder: FaceFinder) -> None:
    walls = [np.full((240, 180, 3), 90 + i, np.uint8) for i in range(40)]
    measured = measure_clip(walls, [150 * i for i in range(40)], finder=finder)
    assert measured.against == -1
    assert {frame.faces for frame in measured.frames} == {0}
