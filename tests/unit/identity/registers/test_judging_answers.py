"""What a register's answer means; "unavailable" is never "match"."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from identity.registers.judging import RegisterDoubt, judge_register, register_rules_2026
from identity.registers.questions import (
    Agreement,
    NetworkCredential,
    QuestionKind,
    RegisterAnswer,
    ThreeElements,
    TwoElements,
    Unavailable,
)

NOW: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
RULES: Final = register_rules_2026()
ANSWER: Final = RegisterAnswer(
    register="nia", kind=QuestionKind.TWO_ELEMENTS, agreement=Agreement.MATCH, answered_at=NOW
)
FACE: Final = replace(ANSWER, kind=QuestionKind.THREE_ELEMENTS, face_score=0.95)
D = RegisterDoubt


@pytest.mark.parametrize(
    ("answer", "doubts"),
    [
        # Name and number are those of one person.
        (ANSWER, set()),
        # So is the face.
        (FACE, set()),
        # A face exactly at the limit is still good.
        (replace(FACE, face_score=0.80), set()),
        # The register says match, and is not sure of it.
        (replace(FACE, face_score=0.79), {D.REGISTER_FACE_UNCERTAIN}),
        # A score that is no number compares nothing.
        (replace(FACE, face_score=math.nan), {D.REGISTER_UNAVAILABLE}),
        # Nor does one in per cent.
        (replace(FACE, face_score=95.0), {D.REGISTER_UNAVAILABLE}),
        # Three elements without a score were only two.
        (replace(FACE, face_score=None), {D.REGISTER_UNAVAILABLE}),
        # A credential may come without a face.
        (replace(ANSWER, kind=QuestionKind.CREDENTIAL), set()),
        # The number is somebody else's.
        (replace(ANSWER, agreement=Agreement.NO_MATCH), {D.REGISTER_DISAGREES}),
        # A high score does not make up for a wrong name.
        (replace(FACE, agreement=Agreement.NO_MATCH), {D.REGISTER_DISAGREES}),
        # Nobody has this number: a soldier, or an invention.
        (replace(ANSWER, agreement=Agreement.UNKNOWN), {D.REGISTER_DOES_NOT_KNOW}),
        # No answer came.
        (
            replace(
                ANSWER,
                agreement=Agreement.UNAVAILABLE,
                why_unavailable=Unavailable.TIMED_OUT,
            ),
            {D.REGISTER_UNAVAILABLE},
        ),
        # Nobody asked.
        (None, {D.REGISTER_UNAVAILABLE}),
        # The answer is a day old.
        (replace(ANSWER, answered_at=NOW - timedelta(hours=24)), set()),
        # It is older.
        (
            replace(ANSWER, answered_at=NOW - timedelta(hours=24, seconds=1)),
            {D.REGISTER_UNAVAILABLE},
        ),
        # It comes from the future.
        (replace(ANSWER, answered_at=NOW + timedelta(seconds=1)), {D.REGISTER_UNAVAILABLE}),
    ],
)
def test_only_a_fresh_and_certain_match_is_a_match(
    answer: RegisterAnswer | None, doubts: set[RegisterDoubt]
) -> None:
    assert judge_register(answer, RULES, now=NOW) == doubts


def test_an_act_that_asks_for_the_face_is_not_content_with_two_elements() -> None:
    rules = replace(RULES, kinds=frozenset({QuestionKind.THREE_ELEMENTS}))

    assert judge_register(ANSWER, rules, now=NOW) == {D.REGISTER_UNAVAILABLE}
    assert judge_register(FACE, rules, now=NOW) == set()


def test_no_reason_for_silence_is_ever_a_match() -> None:
    for why in Unavailable:
        answer = replace(FACE, agreement=Agreement.UNAVAILABLE, why_unavailable=why)
        assert judge_register(answer, RULES, now=NOW) == {D.REGISTER_UNAVAILABLE}


def test_questions_and_answers_show_nothing_of_the_person() -> None:
    questions = (
        TwoElements(name="欧阳明", number="530102197108041234"),
        ThreeElements(name="欧阳明", number="530102197108041234", face=b"secret"),
        NetworkCredential(token="secret", face=b"secret"),
    )
    for question in questions:
        assert not any(word in repr(question) for word in ("欧阳明", "5301", "secret"))
