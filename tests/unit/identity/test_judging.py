from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.documents.fields import DocumentSide, FieldName
from identity.faces.quality import Shortcoming
from identity.judging import Claim, judge
from identity.measurements import FaceComparison, FoundQuality, Measurements
from identity.policy import (
    DLIB_DISAGREES,
    FRAMES_AGREE,
    FUSED_MATCH,
    SFACE_MATCH,
    TOO_ALIKE,
    ReferenceQuality,
    before_a_ceremony_2026,
    unattended_2026,
)
from identity.unavailable import Cause
from identity.verdict import Consequence, Doubt, Outcome
from tests.unit.identity import documents as doc
from tests.unit.identity.qualities import GOOD

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
POLICY = before_a_ceremony_2026()
FOUND = FoundQuality(quality=GOOD, others=0)
FACE = FaceComparison(
    reference=FOUND,
    live=FOUND,
    frames=1,
    frames_used=1,
    likeness=0.7,
    closest_likeness=0.7,
    agreement=None,
    second_likeness=0.65,
)
TEMPLATE = {"frames": 5, "frames_used": 5, "agreement": 0.7}
RIGHT = Measurements(
    front=doc.front(),
    back=doc.back(),
    reference_quality=ReferenceQuality.PHOTOGRAPHED_DOCUMENT,
    face=FACE,
    unavailable=frozenset(),
    clip=None,
    no_face_route=False,
    live_received_at=NOW - timedelta(seconds=30),
)


def with_face(**changed: object) -> Measurements:
    return replace(RIGHT, face=replace(FACE, **changed))  # type: ignore[arg-type] # the table's values


def live(others: int = 0, **changed: float) -> FoundQuality:
    return FoundQuality(quality=replace(GOOD, **changed), others=others)


@pytest.mark.parametrize(
    ("measured", "doubts"),
    [
        # Everything right is proven.
        (RIGHT, set()),
        # Exactly on the limit is still a match, when the second opinion carries it.
        (with_face(likeness=SFACE_MATCH, second_likeness=0.68), set()),
        # A likely face of which the second opinion thinks no more than of a stranger.
        (with_face(likeness=0.59, second_likeness=0.528), {Doubt.FACE_UNCERTAIN}),
        # The second opinion lifts nobody over the first one's own limit.
        (with_face(likeness=0.52, second_likeness=1.0), {Doubt.FACE_UNCERTAIN}),
        # Five unlike frames as one: more is asked of their score ...
        (with_face(**TEMPLATE), set()),
        (with_face(**TEMPLATE, likeness=0.56, second_likeness=0.8), {Doubt.FACE_UNCERTAIN}),
        (with_face(likeness=0.56, second_likeness=0.8), set()),
        (with_face(**TEMPLATE, likeness=0.60, second_likeness=0.56), {Doubt.FACE_UNCERTAIN}),
        # ... and that they show one person, by a figure.
        (with_face(**{**TEMPLATE, "agreement": 0.36}), {Doubt.FRAMES_DISAGREE}),
        (with_face(**{**TEMPLATE, "agreement": math.nan}), {Doubt.MEASUREMENT_INVALID}),
        (with_face(**{**TEMPLATE, "agreement": None}), {Doubt.MEASUREMENT_INVALID}),
        # Faces were found and yet no frame was used: the engine contradicts itself.
        (with_face(frames_used=0), {Doubt.MEASUREMENT_INVALID}),
        (with_face(frames_used=0, agreement=0.9), {Doubt.MEASUREMENT_INVALID}),
        (with_face(**{**TEMPLATE, "frames": 4}), {Doubt.MEASUREMENT_INVALID}),
        # One frame of several is a copy of the portrait.
        (with_face(**TEMPLATE, closest_likeness=0.95), {Doubt.LIVE_TOO_ALIKE}),
        (with_face(**TEMPLATE, closest_likeness=math.nan), {Doubt.MEASUREMENT_INVALID}),
        # A hair below it a person decides.
        (
            with_face(likeness=math.nextafter(SFACE_MATCH, 0), second_likeness=0.68),
            {Doubt.FACE_UNCERTAIN},
        ),
        # Far below it is another person.
        (with_face(likeness=0.12), {Doubt.FACE_NO_MATCH}),
        # A copy of the portrait is no live photograph.
        (with_face(likeness=TOO_ALIKE, closest_likeness=TOO_ALIKE), {Doubt.LIVE_TOO_ALIKE}),
        # A broken engine that reports "not a number" proves nobody, in either opinion.
        (with_face(likeness=math.nan), {Doubt.MEASUREMENT_INVALID}),
        (with_face(likeness=math.inf), {Doubt.MEASUREMENT_INVALID}),
        (with_face(likeness=None), {Doubt.MEASUREMENT_INVALID}),
        (
            with_face(second_likeness=math.nan),
            {Doubt.MEASUREMENT_INVALID, Doubt.FACE_UNCERTAIN},
        ),
        # The second opinion can withhold a match ...
        (with_face(likeness=0.8, second_likeness=0.39), {Doubt.SECOND_OPINION_DISAGREES}),
        # ... and its absence is not its consent ...
        (with_face(second_likeness=None), {Doubt.SECOND_OPINION_MISSING}),
        # ... but its consent makes no match.
        (with_face(likeness=0.12, second_likeness=0.99), {Doubt.FACE_NO_MATCH}),
        # Nobody in the picture, and more than one.
        (with_face(live=None, likeness=None), {Doubt.LIVE_FACE_MISSING}),
        (with_face(live=live(others=1)), {Doubt.SEVERAL_FACES}),
        # No portrait on the document.
        (with_face(reference=None, likeness=None), {Doubt.REFERENCE_FACE_MISSING}),
        # A portrait too small to be compared.
        (with_face(reference=live(side_px=20)), {Doubt.REFERENCE_FACE_POOR}),
        # Each way in which a live face can be poor.
        (with_face(live=live(side_px=60)), {Doubt.LIVE_FACE_POOR}),
        (with_face(live=live(roll_degrees=180)), {Doubt.LIVE_FACE_POOR}),
        (with_face(live=live(sharpness=math.nan)), {Doubt.LIVE_FACE_POOR}),
        # No comparison at all is not a match.
        (replace(RIGHT, face=None), {Doubt.FACE_NOT_COMPARED}),
        # Chosen or not; only the age of a photograph that is not there does not count.
        (
            replace(RIGHT, face=None, no_face_route=True, live_received_at=None),
            {Doubt.FACE_NOT_COMPARED},
        ),
        # An engine that could not run.
        (
            replace(RIGHT, face=None, unavailable=frozenset({Cause.TOO_SLOW})),
            {Doubt.FACE_NOT_COMPARED, Doubt.CHECK_UNAVAILABLE},
        ),
        # A photograph from this morning, and one from the future.
        (
            replace(RIGHT, live_received_at=NOW - timedelta(hours=3)),
            {Doubt.LIVE_PHOTO_STALE},
        ),
        (replace(RIGHT, live_received_at=NOW + timedelta(seconds=1)), {Doubt.LIVE_PHOTO_STALE}),
        (replace(RIGHT, live_received_at=None), {Doubt.LIVE_PHOTO_STALE}),
        # A card that ended yesterday, in China's time.
        (
            replace(
                RIGHT,
                front=doc.front({FieldName.NUMBER: "510105198211203419",
                                 FieldName.BIRTH: "1982-11-20"}),
                back=doc.back("2006-02-28", "2016-02-28"),
            ),
            {Doubt.DOCUMENT_EXPIRED},
        ),
        # A card that begins tomorrow.
        (replace(RIGHT, back=doc.back("2026-03-02")), {Doubt.DOCUMENT_NOT_YET_VALID}),
        # A picture of something else.
        (
            replace(RIGHT, front=doc.nothing(DocumentSide.ID_CARD_FRONT)),
            {Doubt.DOCUMENT_NOT_RECOGNISED, Doubt.FIELDS_UNREADABLE},
        ),
        # The same, when it was the reader that failed: a person, not a refusal.
        (
            replace(
                RIGHT,
                front=doc.nothing(DocumentSide.ID_CARD_FRONT),
                unavailable=frozenset({Cause.DIED}),
            ),
            {Doubt.FIELDS_UNREADABLE, Doubt.CHECK_UNAVAILABLE},
        ),
    ],
)  # fmt: skip
def test_verdict(measured: Measurements, doubts: set[Doubt]) -> None:
    verdict = judge(measured, POLICY, now=NOW)
    assert verdict.doubts == doubts
    assert verdict.is_proven == (doubts == set())


def test_all_doubts_are_reported_together() -> None:
    worst = replace(
        with_face(likeness=0.1, second_likeness=None, live=live(others=2, side_px=10)),
        back=None,
    )
    assert judge(worst, unattended_2026(), now=NOW).doubts == {
        Doubt.BACK_MISSING,
        Doubt.FACE_NO_MATCH,
        Doubt.SECOND_OPINION_MISSING,
        Doubt.SEVERAL_FACES,
        Doubt.LIVE_FACE_POOR,
        Doubt.LIVENESS_NOT_MEASURED,
    }


def test_where_nobody_sees_the_person_live_the_machine_alone_proves_nobody() -> None:
    verdict = judge(RIGHT, unattended_2026(), now=NOW)
    assert verdict.doubts == {Doubt.LIVENESS_NOT_MEASURED}
    assert verdict.outcome is Outcome.PERSON_DECIDES


def test_one_refusing_doubt_refuses_whatever_else_is_unsure() -> None:
    measured = replace(with_face(likeness=0.4), back=None)
    assert judge(measured, POLICY, now=NOW).outcome is Outcome.REFUSED


def test_a_document_ends_with_its_day_in_china() -> None:
    ends_today = replace(
        RIGHT,
        front=doc.front({FieldName.NUMBER: "510105198211203419", FieldName.BIRTH: "1982-11-20"}),
        back=doc.back("2006-03-01", "2016-03-01"),
    )
    last_minute = datetime(2016, 3, 1, 15, 59, tzinfo=UTC)
    fresh = replace(ends_today, live_received_at=last_minute)
    assert judge(fresh, POLICY, now=last_minute).is_proven
    midnight = last_minute + timedelta(minutes=1)
    assert judge(fresh, POLICY, now=midnight).doubts == {Doubt.DOCUMENT_EXPIRED}


@pytest.mark.parametrize(
    ("claim", "doubts"),
    [
        # Spacing, width and case are no difference.
        (Claim(name="欧阳 明", number="５30102197108041212"), set()),
        # Another name on the form than on the card.
        (Claim(name="欧阳明月", number=None), {Doubt.NOT_THE_CLAIMED_PERSON}),
        (Claim(name=None, number="510105198211203419"), {Doubt.NOT_THE_CLAIMED_PERSON}),
    ],
)
def test_the_document_is_that_of_the_person_who_applied(claim: Claim, doubts: set[Doubt]) -> None:
    assert judge(RIGHT, POLICY, now=NOW, claim=claim).doubts == doubts


def test_a_poor_photograph_tells_what_to_do() -> None:
    verdict = judge(with_face(live=live(brightness=10, turn=0.9)), POLICY, now=NOW)
    assert verdict.live_shortcomings == {Shortcoming.TOO_DARK, Shortcoming.TURNED_AWAY}


def test_a_record_names_the_policy_and_holds_no_personal_value() -> None:
    record = judge(RIGHT, POLICY, now=NOW).as_record()
    assert record["policy"] == POLICY.citation
    assert doc.HOLDER.number not in str(record)
    assert doc.HOLDER.name not in str(record)


def test_every_doubt_has_a_consequence() -> None:
    assert {doubt.consequence for doubt in Doubt} == set(Consequence)


FIGURE = st.floats(allow_nan=True) | st.floats(-1, 1) | st.none()


@given(
    st.tuples(FIGURE, FIGURE, FIGURE, FIGURE), st.integers(0, 5), st.sampled_from(ReferenceQuality)
)
def test_nobody_is_proven_whom_any_figure_speaks_against(
    figures: tuple[float | None, ...], used: int, quality: ReferenceQuality
) -> None:
    likeness, closest, second, agreement = figures
    measured = replace(
        with_face(
            likeness=likeness,
            closest_likeness=closest,
            second_likeness=second,
            agreement=agreement,
            frames=5,
            frames_used=used,
        ),
        reference_quality=quality,
    )
    verdict = judge(measured, POLICY, now=NOW)
    if verdict.is_proven:
        assert likeness is not None
        assert second is not None
        assert closest is not None
        assert likeness >= SFACE_MATCH
        assert verdict.fused_score is not None
        assert verdict.fused_score >= FUSED_MATCH
        assert second >= DLIB_DISAGREES
        assert closest < TOO_ALIKE
        assert used >= 1
        assert used == 1 or (agreement or 0) >= FRAMES_AGREE
