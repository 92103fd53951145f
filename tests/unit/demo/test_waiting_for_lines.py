"""Whoever leads the demonstration waits for a line that is away, and for nothing else."""

from __future__ import annotations

import pytest

from server.demo.api import CallRefused
from server.demo.journey.room import once_recorded


def refusal(*codes: str) -> CallRefused:
    errors = [{"code": code, "pointer": ""} for code in codes]
    return CallRefused(409, {"code": "conditions_unmet", "errors": errors})


def test_what_is_refused_for_a_line_that_is_away_is_asked_again_until_it_is_back() -> None:
    answers: list[CallRefused | str] = [refusal("line_not_recorded"), "signing"]

    def act() -> str:
        answer = answers.pop(0)
        if isinstance(answer, CallRefused):
            raise answer
        return answer

    assert once_recorded(act) == "signing"
    assert answers == []


@pytest.mark.parametrize(
    "codes",
    [(), ("record_not_confirmed",), ("line_not_recorded", "record_not_confirmed")],
    ids=["nothing is named", "something else", "the line and something else"],
)
def test_any_other_refusal_is_told_at_once(codes: tuple[str, ...]) -> None:
    asked = []

    def act() -> None:
        asked.append(codes)
        raise refusal(*codes)

    with pytest.raises(CallRefused):
        once_recorded(act)
    assert asked == [codes]
