"""A liveness challenge as the page shows it, step by step, in the person's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from identity.liveness.challenge import issue_challenge
from identity.liveness.instructions import HOLD_STILL, INSTRUCTIONS, WARNING
from server.http.languages import CHINESE

if TYPE_CHECKING:
    Texts = tuple[str, str]


def challenge_as_seen(nonce: bytes, language: str) -> dict[str, Any]:
    asked = issue_challenge(nonce)

    def says(texts: Texts) -> str:
        chinese, english = texts
        return chinese if language == CHINESE else english

    return {
        "lasts_ms": asked.lasts_ms,
        "steps": [
            {
                "action": step.action,
                "says": says(INSTRUCTIONS[step.action]),
                "opens_ms": step.opens_ms,
                "closes_ms": step.closes_ms,
            }
            for step in asked.steps
        ],
        "flashes": [
            {"colour": flash.colour, "starts_ms": flash.starts_ms, "ends_ms": flash.ends_ms}
            for flash in asked.flashes
        ],
        "while_flashing": says(HOLD_STILL),
        "warning": says(WARNING),
    }
