"""Each thing that speaks against a clip, one at a time, on the figures of a good one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from identity.liveness.challenge import Action
from identity.liveness.finding import LivenessDoubt, LivenessOutcome
from identity.liveness.judging import judge_liveness
from identity.liveness.policy import Movement
from identity.verdict import Consequence
from tests.unit.identity.liveness.figures import (
    ISSUED,
    MOUTH_THEN_NOD,
    NAN,
    POLICY,
    RECEIVED,
    TURN_THEN_BLINK,
    challenge_of,
    changed,
    good_clip,
    judged,
    spoilt,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.liveness.measurements import ClipMeasurements, FrameMeasured

D = LivenessDoubt
GOOD = good_clip(TURN_THEN_BLINK)
GAPING = good_clip(MOUTH_THEN_NOD)


def up_in(clip: ClipMeasurements, figure: str) -> list[int]:
    return [i for i, f in enumerate(clip.frames) if abs(getattr(f.face, figure)) > 0.09]


TURNED = up_in(GOOD, "turn")
SHUT = [i for i, frame in enumerate(GOOD.frames) if frame.face.right_eye < 0.5]
OPENED = up_in(GAPING, "cavity")
FLASHED = [
    i
    for i, frame in enumerate(GOOD.frames)
    if frame.time_ms >= TURN_THEN_BLINK.flashes[0].starts_ms
]


def each(change: Callable[[FrameMeasured], FrameMeasured]) -> ClipMeasurements:
    return changed(GOOD, lambda _, frame: change(frame))


def only(those: list[int], change: Callable[[FrameMeasured], FrameMeasured]) -> ClipMeasurements:
    return changed(GOOD, lambda i, frame: change(frame) if i in those else frame)


@pytest.mark.parametrize(
    "actions",
    [
        (head, face)[::way]
        for head in (Action.TURN_LEFT, Action.TURN_RIGHT, Action.NOD)
        for face in (Action.BLINK, Action.OPEN_MOUTH)
        for way in (1, -1)
    ],
    ids="-".join,
)
def test_whoever_does_what_is_asked_is_live(actions: tuple[Action, Action]) -> None:
    challenge = challenge_of(*actions)
    found = judged(good_clip(challenge), challenge)
    assert found.doubts == {}
    assert found.outcome is LivenessOutcome.LIVE
    assert found.not_measured == ("speech", "depth_by_sensor", "attack_score")
    assert found.flash_agreement is not None
    assert found.flash_agreement > 0.9


@pytest.mark.parametrize(
    ("clip", "doubt"),
    [
        # The head was not turned.
        (spoilt(GOOD, TURNED, turn=0.0, yaw=0.0), D.ACTION_MISSING),
        # It was turned too little,
        (spoilt(GOOD, TURNED, turn=0.1), D.ACTION_MISSING),
        # and to the other side.
        (spoilt(GOOD, TURNED, turn=-0.3), D.ACTION_MISSING),
        # It was turned and never came back.
        (spoilt(GOOD, range(TURNED[0], 60), turn=0.3, yaw=0.2), D.ACTION_MISSING),
        # It had been turned before the window opened,
        (spoilt(GOOD, range(2, TURNED[0]), turn=0.3), D.ANSWERED_EARLY),
        # and from the first frame on.
        (spoilt(GOOD, range(TURNED[0]), turn=0.3), D.ANSWERED_EARLY),
        # One eye only: a wink.
        (spoilt(GOOD, SHUT, right_eye=0.98, left_eye=0.1), D.ACTION_MISSING),
        # A blink as everybody blinks, in one frame.
        (spoilt(GOOD, SHUT[1:], right_eye=0.98, left_eye=0.98), D.ACTION_MISSING),
        # The eyes of a head that is turned look otherwise; that is no blink.
        (spoilt(GOOD, SHUT, nod=0.08), D.ACTION_MISSING),
        # The points turn like a head's and the face has no depth: paper.
        (spoilt(GOOD, TURNED, turn=0.02), D.MOVES_LIKE_PAPER),
        # The mouth opens too, which nobody asked for.
        (spoilt(GOOD, TURNED, cavity=0.3, jaw=0.1), D.UNASKED_MOVEMENT),
        # Another face steps in,
        (spoilt(GOOD, [20], likeness=-0.2), D.FACE_JUMPS),
        # is elsewhere in the next frame,
        (spoilt(GOOD, [20], centre_x=0.9), D.FACE_JUMPS),
        # has another size,
        (spoilt(GOOD, [20], side=0.7), D.FACE_JUMPS),
        # or has no place that could be told.
        (spoilt(GOOD, [20], side=NAN), D.FACE_JUMPS),
        # A second person looks on.
        (only([9, 10, 11], lambda f: replace(f, faces=2)), D.SEVERAL_FACES),
        # Nobody is there for a while,
        (only([20, 21, 22, 23, 24], lambda f: replace(f, faces=0)), D.FACE_INTERRUPTED),
        # at the beginning,
        (only([0, 1, 2, 3, 4, 5], lambda f: replace(f, faces=0)), D.FACE_INTERRUPTED),
        # or ever.
        (each(lambda f: replace(f, faces=0)), D.FACE_MISSING),
        # The regular pattern of a screen.
        (spoilt(GOOD, [3], grid=900.0), D.SCREEN_PATTERN),
        # The camera delivers the same picture again and again.
        (only([5, 6, 7, 8], lambda f: replace(f, frozen=True)), D.FROZEN_FRAMES),
        # By day the screen lights nothing.
        (each(lambda f: replace(f, face_rgb=(120, 100, 90))), D.FLASH_NOT_SEEN),
        # The colour of the face could not be told.
        (each(lambda f: replace(f, face_rgb=(NAN, NAN, NAN))), D.FLASH_NOT_SEEN),
        # The wall is lit like the face: both are one sheet or screen.
        (each(lambda f: replace(f, background_rgb=f.face_rgb)), D.FLASH_ON_BACKGROUND),
        # The face takes on the opposite colours, those of another challenge.
        (
            each(lambda f: replace(f, face_rgb=(9000 / f.face_rgb[0], 9000 / f.face_rgb[1],
                                                9000 / f.face_rgb[2]))),
            D.FLASH_WRONG_ORDER,
        ),
        # An eye that could not be measured.
        (spoilt(GOOD, [30], left_eye=NAN), D.MEASUREMENT_INVALID),
        # Frames after a hole in which anything may have been done.
        (replace(GOOD, frames=GOOD.frames[:20] + GOOD.frames[25:]), D.TOO_FEW_FRAMES),
        # The end is missing.
        (replace(GOOD, frames=GOOD.frames[:40]), D.TOO_FEW_FRAMES),
        # Fewer than anything can be told from.
        (replace(GOOD, frames=GOOD.frames[::3]), D.TOO_FEW_FRAMES),
        # A clock that knows no jitter.
        (
            changed(GOOD, lambda i, f: replace(f, time_ms=150.0 * i)),
            D.TIMES_TOO_EVEN,
        ),
        # A clock that goes backwards,
        (only([20], lambda f: replace(f, time_ms=f.time_ms - 400)), D.TIMES_IMPLAUSIBLE),
        # frames from before the challenge,
        (only([0], lambda f: replace(f, time_ms=-50)), D.TIMES_IMPLAUSIBLE),
        # and times that are none.
        (only([0], lambda f: replace(f, time_ms=NAN)), D.TIMES_IMPLAUSIBLE),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(clip: ClipMeasurements, doubt: LivenessDoubt) -> None:
    found = judged(clip, TURN_THEN_BLINK)
    assert doubt in found.doubts
    assert found.outcome is not LivenessOutcome.LIVE
    if doubt.consequence is Consequence.REFUSES:
        assert found.outcome is LivenessOutcome.REFUSED


def test_a_mouth_that_opens_in_paper_moves_no_chin() -> None:
    clip = spoilt(GAPING, OPENED, jaw=0.01)
    found = judged(clip, MOUTH_THEN_NOD)
    assert found.doubts == {D.MOUTH_WITHOUT_JAW: tuple(OPENED)}
    assert found.outcome is LivenessOutcome.REFUSED


def test_a_turn_that_looks_like_a_bit_of_a_nod_is_one_movement() -> None:
    assert judged(spoilt(GOOD, TURNED, nod=0.15), TURN_THEN_BLINK).doubts == {}


def test_the_right_actions_in_the_wrong_order_are_refused() -> None:
    first, second = TURN_THEN_BLINK.steps
    swapped = (replace(first, action=second.action), replace(second, action=first.action))
    backwards = replace(TURN_THEN_BLINK, steps=swapped)
    found = judged(good_clip(backwards), TURN_THEN_BLINK)
    assert D.WRONG_ORDER in found.doubts
    assert found.outcome is LivenessOutcome.REFUSED


def copied(first: int, count: int, twin: Callable[[int], int]) -> ClipMeasurements:
    return changed(
        GOOD,
        lambda i, frame: (
            replace(frame, twin=twin(i), twin_difference=0.2)
            if first <= i < first + count
            else frame
        ),
    )


def test_frames_that_come_again_in_their_order_are_a_loop() -> None:
    found = judged(copied(30, 6, lambda i: i - 20), TURN_THEN_BLINK)
    assert found.doubts == {D.REPEATED_FRAMES: (30, 31, 32, 33)}
    assert found.outcome is LivenessOutcome.REFUSED


@pytest.mark.parametrize(
    "clip",
    [
        # Three in a row may come by chance.
        copied(30, 3, lambda i: i - 20),
        # So may many of which each is like another one, in no order.
        copied(30, 9, lambda i: 2 * (i % 5)),
        # Nothing was there to be like.
        copied(30, 9, lambda _: -1),
    ],
)
def test_single_frames_that_look_alike_are_no_loop(clip: ClipMeasurements) -> None:
    assert judged(clip, TURN_THEN_BLINK).doubts == {}


@pytest.mark.parametrize("passed_s", [-1, 121])
def test_an_answer_outside_the_time_of_its_challenge_is_refused(passed_s: int) -> None:
    found = judge_liveness(
        GOOD,
        TURN_THEN_BLINK,
        POLICY,
        issued_at=ISSUED,
        received_at=ISSUED + timedelta(seconds=passed_s),
    )
    assert D.CHALLENGE_EXPIRED in found.doubts


def test_nobody_films_nine_seconds_in_three() -> None:
    found = judge_liveness(
        GOOD,
        TURN_THEN_BLINK,
        POLICY,
        issued_at=ISSUED,
        received_at=ISSUED + timedelta(seconds=3),
    )
    assert found.doubts == {D.TIMES_IMPLAUSIBLE: ()}


def test_what_could_not_be_seen_is_for_a_person_and_no_refusal() -> None:
    """Every figure of the face is missing in every frame but for its place."""
    clip = spoilt(GOOD, range(60), turn=NAN, nod=NAN, right_eye=NAN, left_eye=NAN, cavity=NAN)
    found = judged(clip, TURN_THEN_BLINK)
    assert set(found.doubts) == {D.MEASUREMENT_INVALID}
    assert found.outcome is LivenessOutcome.PERSON_DECIDES


@pytest.mark.parametrize(
    "figure",
    [
        "centre_x", "centre_y", "side", "likeness", "yaw",
        "turn", "nod", "right_eye", "left_eye", "cavity", "jaw",
    ],
)  # fmt: skip
def test_no_figure_may_be_missing_in_a_live_clip(figure: str) -> None:
    clip = spoilt(GOOD, range(60), **{figure: NAN})
    assert judged(clip, TURN_THEN_BLINK).outcome is not LivenessOutcome.LIVE


def test_a_face_too_small_for_a_pattern_is_said_not_to_have_been_looked_at_for_one() -> None:
    found = judged(spoilt(GOOD, range(60), grid=NAN), TURN_THEN_BLINK)
    assert found.outcome is LivenessOutcome.LIVE
    assert "screen_pattern" in found.not_measured


def test_a_clip_of_nothing_is_not_live() -> None:
    found = judged(replace(GOOD, frames=()), TURN_THEN_BLINK)
    assert found.outcome is LivenessOutcome.REFUSED
    assert found.flash_agreement is None


@pytest.mark.parametrize(
    ("scores", "models", "required", "doubts"),
    [
        # The pair calls it live.
        ([0.9, 0.8, 0.9], True, True, set()),
        # It calls it an attack.
        ([0.1, 0.2, 0.9], True, False, {D.SCORED_AS_ATTACK}),
        # It was there and said nothing.
        ([], True, False, {D.ATTACK_SCORE_MISSING}),
        # It was not there, and need not be,
        ([], False, False, set()),
        # or has to be.
        ([], False, True, {D.ATTACK_SCORE_MISSING}),
    ],
)
def test_the_score_of_the_attack_models_asks_a_person_at_most(
    scores: list[float], models: bool, required: bool, doubts: set[LivenessDoubt]
) -> None:
    clip = replace(GOOD, attack_models=models)
    for i, score in enumerate(scores):
        clip = spoilt(clip, [i], live_score=score)
    found = judged(clip, TURN_THEN_BLINK, replace(POLICY, requires_attack_models=required))
    assert set(found.doubts) == doubts
    assert ("attack_score" in found.not_measured) is not models
    assert found.live_score == (pytest.approx(sum(scores) / len(scores)) if scores else None)


def test_evidence_is_each_frame_once_and_the_record_has_all_doubts() -> None:
    clip = spoilt(spoilt(GOOD, [3, 20], grid=900.0), [20], likeness=-0.2)
    found = judged(clip, TURN_THEN_BLINK)
    assert found.evidence == (3, 19, 20)
    record = found.as_record()
    assert record["outcome"] == "refused"
    assert record["doubts"] == {"face_jumps": [19, 20], "screen_pattern": [3, 20]}
    assert record["policy"] == POLICY.citation


def test_received_on_time_is_part_of_the_good_case() -> None:
    assert ISSUED < RECEIVED < ISSUED + timedelta(seconds=TURN_THEN_BLINK.expires_s)


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.1), (0.0, 0.1), (NAN, 0.1)])
def test_a_movement_needs_limits_that_make_sense(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="low < high"):
        Movement(low=low, high=high)


def test_no_wall_in_the_picture_is_nothing_to_compare_with() -> None:
    clip = each(lambda f: replace(f, background_rgb=(NAN, NAN, NAN)))
    assert judged(clip, TURN_THEN_BLINK).outcome is LivenessOutcome.LIVE
