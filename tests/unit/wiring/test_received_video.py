"""Faces in video as it was received: encoded, stored, decoded in a process of its own."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from identity.checking import CleanPortrait, IdCard, IdentityCheck, LiveClip, Upload
from identity.liveness.finding import LivenessOutcome
from identity.liveness.judging import judge_liveness
from identity.liveness.policy import liveness_2026
from identity.policy import before_a_ceremony_2026
from identity.specimens.drawing import card_front
from identity.specimens.people import OU_YANGMING
from identity.worker import LimitedWorker
from server.cases.recognising import Seen
from server.demo.video import segments
from server.tasks.looking import (
    APART_IN_A_CHALLENGE_MS,
    APART_MS,
    LONGEST_CHALLENGE_MS,
    STILLS_COMPARED,
    STILLS_OF_A_CHALLENGE,
    Piece,
    Wanted,
)
from server.wiring.looking import Comparing, decoded_stills
from tests.simulated.clips import bona_fide
from tests.simulated.photographs import public_photographs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from identity.pixels import Pixels
    from server.tasks.looking import Still
    from tests.simulated.clips import Answer

SPECIMENS = Path(__file__).parents[3] / "build" / "specimens"
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
NEWEST = Wanted(from_ms=0, until_ms=60_000, apart_ms=APART_MS, most=STILLS_COMPARED, newest=True)


def photograph(name: str) -> bytes:
    return (SPECIMENS / name).read_bytes()


@pytest.fixture(scope="module")
def check() -> Iterator[IdentityCheck]:
    made = IdentityCheck(decoder=LimitedWorker("decoder"), engine=LimitedWorker("engine"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def compare(check: IdentityCheck) -> Comparing:
    return Comparing(check, before_a_ceremony_2026())


def stills_of(name: str) -> list[bytes]:
    """Return what is decoded of a segment in which this photograph moves gently."""
    segment = segments(photograph(name), count=2, caption="party")[1]
    return [still.jpeg for still in decoded_stills([Piece(0, segment)], NEWEST)]


def test_the_same_person_is_seen_in_received_video_and_another_is_not(compare: Comparing) -> None:
    reference = photograph("obama.jpg")
    assert compare(reference, False, stills_of("obama2.jpg")).seen is Seen.SAME
    assert compare(reference, False, stills_of("biden.jpg")).seen is Seen.OTHER


def test_half_a_face_is_nobody_else_s(compare: Comparing) -> None:
    leaving = segments(photograph("obama2.jpg"), count=1, caption="party")
    stills = [still.jpeg for still in decoded_stills([Piece(0, leaving[0])], NEWEST)]
    assert compare(photograph("obama.jpg"), False, stills).seen is Seen.UNSURE


def test_a_picture_that_nobody_can_compare_with_leaves_it_to_a_person(compare: Comparing) -> None:
    found = compare(b"\x89PNG no picture", True, stills_of("obama2.jpg"))
    assert (found.seen, found.likeness) == (Seen.NOTHING, None)


def test_stills_are_as_far_apart_and_as_many_as_was_asked() -> None:
    pieces = [
        Piece(start, each)
        for start, each in zip(
            (0, 2000), segments(photograph("obama2.jpg"), count=2, caption="a"), strict=True
        )
    ]
    first = decoded_stills(pieces, Wanted(from_ms=500, until_ms=3000, apart_ms=400, most=4))
    assert [still.at_ms for still in first] == [500, 900, 1300, 1700]
    newest = decoded_stills(pieces, NEWEST)
    assert [still.at_ms for still in newest] == [2000, 2400, 2800, 3200, 3600]


@pytest.mark.parametrize("content", [b"", b"no video at all", b"\x1aE\xdf\xa3 cut short"])
def test_what_cannot_be_decoded_has_no_stills(content: bytes) -> None:
    assert list(decoded_stills([Piece(0, content)], NEWEST)) == []


def test_a_segment_that_broke_off_gives_what_it_has() -> None:
    (whole,) = segments(photograph("obama2.jpg"), count=1, caption="a")
    assert decoded_stills([Piece(0, whole[: len(whole) // 2]), Piece(2000, whole)], NEWEST)


def webm(frames: Sequence[Pixels], times_ms: Sequence[int]) -> bytes:
    """Encode as a browser's camera does: VP8, as it comes."""
    out = io.BytesIO()
    height, width = (size - size % 2 for size in frames[0].shape[:2])
    with av.open(out, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=15)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = 2_000_000
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.options = {"deadline": "realtime", "cpu-used": "4"}
        for frame, at in zip(frames, times_ms, strict=True):
            picture = np.ascontiguousarray(frame[:height, :width])
            made = av.VideoFrame.from_ndarray(picture, format="bgr24")
            made.pts, made.time_base = int(at), Fraction(1, 1000)
            container.mux(stream.encode(made))
        container.mux(stream.encode(None))
    return out.getvalue()


def received(answer: Answer) -> Sequence[Still]:
    piece = Piece(5000, webm(answer.clip.frames, answer.clip.times_ms))
    wanted = Wanted(
        from_ms=5000,
        until_ms=5000 + LONGEST_CHALLENGE_MS,
        apart_ms=APART_IN_A_CHALLENGE_MS,
        most=STILLS_OF_A_CHALLENGE,
    )
    return decoded_stills([piece], wanted)


def test_a_challenge_is_judged_by_the_video_that_came_in(check: IdentityCheck) -> None:
    answer = bona_fide(public_photographs()[:1], 3)
    stills = received(answer)
    clip = LiveClip(
        stills=tuple(still.jpeg for still in stills),
        times_ms=tuple(float(still.at_ms - 5000) for still in stills),
        received_at=NOW,
    )
    front = card_front(OU_YANGMING, photograph("obama.jpg"))
    card = IdCard(front=Upload(content=front, media_type="image/jpeg"), back=None)
    portrait = CleanPortrait(
        upload=Upload(content=photograph("obama2.jpg"), media_type="image/jpeg")
    )
    measured = check.check(card, clip, reference=portrait).measurements
    assert measured.clip is not None
    found = judge_liveness(
        measured.clip,
        answer.challenge,
        liveness_2026(),
        issued_at=NOW - timedelta(seconds=20),
        received_at=NOW,
    )
    assert found.outcome is LivenessOutcome.LIVE
