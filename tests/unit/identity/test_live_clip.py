"""One clip proves two things: somebody is there, and it is the person of the document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from identity.checking import CleanPortrait, IdCard, LiveClip, Upload
from identity.images.stills import split_stills
from identity.judging import judge
from identity.liveness.finding import LivenessOutcome
from identity.liveness.judging import judge_liveness
from identity.liveness.policy import liveness_2026
from identity.policy import unattended_2026
from identity.proofs import OtherProofs
from identity.specimens.drawing import card_back, card_front
from identity.specimens.people import OU_YANGMING
from identity.verdict import Doubt
from tests.simulated.clips import Answer, bona_fide, printed

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.checking import IdentityCheck
    from identity.liveness.finding import LivenessFinding
    from identity.pixels import Pixels
    from identity.verdict import Verdict

    Photograph = Callable[[str], bytes]

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ASKED = NOW - timedelta(seconds=20)


def picture(content: bytes) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def sent(answer: Answer) -> LiveClip:
    """Send a clip as a phone does: JPEG files one after the other."""
    coded = [cv2.imencode(".jpg", f, [cv2.IMWRITE_JPEG_QUALITY, 92])[1] for f in answer.clip.frames]
    stills = split_stills(b"".join(each.tobytes() for each in coded))
    return LiveClip(
        stills=stills,
        times_ms=tuple(float(time) for time in answer.clip.times_ms),
        received_at=NOW,
    )


@pytest.fixture
def document(photograph: Photograph) -> IdCard:
    front = card_front(OU_YANGMING, photograph("obama.jpg"))
    return IdCard(
        front=Upload(content=front, media_type="image/jpeg"),
        back=Upload(content=card_back(OU_YANGMING), media_type="image/jpeg"),
    )


@pytest.fixture
def proven(
    identity_check: IdentityCheck, document: IdCard, photograph: Photograph
) -> Callable[[Answer], tuple[Verdict, LivenessFinding]]:
    reference = CleanPortrait(
        upload=Upload(content=photograph("obama2.jpg"), media_type="image/jpeg")
    )

    def prove(answer: Answer) -> tuple[Verdict, LivenessFinding]:
        measured = identity_check.check(document, sent(answer), reference=reference).measurements
        if measured.clip is None:
            raise LookupError(f"nothing was measured: {measured.unavailable}")
        found = judge_liveness(
            measured.clip, answer.challenge, liveness_2026(), issued_at=ASKED, received_at=NOW
        )
        proofs = OtherProofs(liveness=found)
        return judge(measured, unattended_2026(), now=NOW, proofs=proofs), found

    return prove


def test_the_person_of_the_portrait_who_does_what_is_asked_is_live_and_the_same(
    proven: Callable[[Answer], tuple[Verdict, LivenessFinding]], photograph: Photograph
) -> None:
    verdict, found = proven(bona_fide([picture(photograph("obama.jpg"))], 3))
    assert found.outcome is LivenessOutcome.LIVE
    assert verdict.frames_used > 1
    # The man of the public portrait looks aside; nothing speaks against the one in the clip.
    assert verdict.doubts == {Doubt.REFERENCE_FACE_POOR}


def test_a_print_of_the_right_person_matches_and_is_refused_all_the_same(
    proven: Callable[[Answer], tuple[Verdict, LivenessFinding]], photograph: Photograph
) -> None:
    verdict, _ = proven(printed([picture(photograph("obama.jpg"))], 3))
    assert Doubt.LIVENESS_REFUSED in verdict.doubts
    assert Doubt.FACE_NO_MATCH not in verdict.doubts


def test_a_face_that_changes_half_way_is_nobody_s(
    proven: Callable[[Answer], tuple[Verdict, LivenessFinding]], photograph: Photograph
) -> None:
    begun = bona_fide([picture(photograph("obama.jpg"))], 3)
    goes_on = bona_fide([picture(photograph("biden.jpg"))], 3)
    half = len(begun.clip.frames) // 2
    height, width = begun.clip.frames[0].shape[:2]
    others = [
        np.asarray(cv2.resize(frame, (width, height)), np.uint8)
        for frame in goes_on.clip.frames[half:]
    ]
    frames = [*begun.clip.frames[:half], *others][: len(begun.clip.times_ms)]
    swapped = replace(
        begun,
        clip=replace(begun.clip, frames=frames, times_ms=begun.clip.times_ms[: len(frames)]),
    )
    verdict, _ = proven(swapped)
    assert Doubt.LIVENESS_REFUSED in verdict.doubts
