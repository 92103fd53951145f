"""Nobody is left with a code: every doubt, shortcoming and hint has its sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from identity.documents.hints import Hint
from identity.faces.quality import Shortcoming
from identity.images.refusal import RefusalCode
from identity.verdict import Doubt
from server.cases.identifying import NOT_CARRIED_OUT
from server.cases.identity_checks import CheckOutcome
from server.http.languages import CHINESE, ENGLISH
from server.http.shown.identity_advice import HINTS, TEXTS, advice_of, hints_of


def outcome(
    *doubts: str, shortcomings: tuple[str, ...] = (), hints: tuple[str, ...] = ()
) -> CheckOutcome:
    return CheckOutcome(
        doubts=doubts,
        shortcomings=shortcomings,
        hints=hints,
        face_score=None,
        policy_citation="p",
        name=None,
        id_number=None,
        valid_until=None,
        finished_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def test_every_code_of_a_check_has_a_sentence() -> None:
    codes = {*Doubt, *Shortcoming, *(f"image_{code}" for code in RefusalCode), NOT_CARRIED_OUT}
    assert codes <= TEXTS.keys()
    assert set(Hint) == HINTS.keys()


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (CHINESE, ["照片中没有找到人脸。请正对镜头，请重新拍照。", "请靠近镜头。"]),
        (
            ENGLISH,
            [
                "No face was found. Look into the camera. Please take the photograph again.",
                "Come nearer to the camera.",
            ],
        ),
    ],
)
def test_what_to_do_is_said_in_the_persons_language(language: str, says: list[str]) -> None:
    found = outcome(Doubt.LIVE_FACE_MISSING, shortcomings=(Shortcoming.TOO_SMALL,))
    assert advice_of(found, language) == says


def test_hints_are_for_whoever_decides_and_a_strange_word_says_nothing() -> None:
    found = outcome(hints=(Hint.SCREEN, "of a later release"))
    assert hints_of(found, ENGLISH) == ["looks photographed from a screen"]
