"""Challenges to answer live: what to do before the camera, what the chip signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from identity.liveness.challenge import issue_challenge
from identity.liveness.instructions import HOLD_STILL, INSTRUCTIONS, WARNING
from server.cases.identity_challenges import ChallengeId, issue_identity_challenge
from server.cases.ids import PartyId
from server.http.call import Binding
from server.http.case_at_hand import case_held, made
from server.http.languages import CHINESE
from server.http.shown.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.identity_challenges import IdentityChallenge
    from server.http.call import Answer, Call

Texts = tuple[str, str]
BEFORE_A_CAMERA: Final = "camera"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenges:
    new_nonce: Callable[[], bytes]

    def issue(self, call: Call) -> Answer:
        case = case_held(call)
        before_a_camera = call.body["by"] == BEFORE_A_CAMERA
        challenge = issue_identity_challenge(
            case,
            PartyId(call.path["party_id"]),
            call.actor,
            challenge_id=ChallengeId(call.new_id()),
            nonce=self.new_nonce(),
            before_a_camera=before_a_camera,
            at=call.now,
        )
        call.tx.identity_challenges.add(challenge)
        call.tx.cases.save(case)
        shown = _camera(challenge, call.language) if before_a_camera else _chip(challenge)
        return made(case, shown)


def _chip(challenge: IdentityChallenge) -> dict[str, Any]:
    return {
        "id": challenge.id,
        "issued_at": rfc3339(challenge.issued_at),
        "chip_challenge": challenge.for_the_chip.hex(),
    }


def _camera(challenge: IdentityChallenge, language: str) -> dict[str, Any]:
    asked = issue_challenge(challenge.nonce)

    def says(texts: Texts) -> str:
        chinese, english = texts
        return chinese if language == CHINESE else english

    return {
        "id": challenge.id,
        "issued_at": rfc3339(challenge.issued_at),
        "expires_s": asked.expires_s,
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


def bindings(*, new_nonce: Callable[[], bytes]) -> list[Binding]:
    challenges = Challenges(new_nonce=new_nonce)
    return [Binding(operation_id="issue_identity_challenge", handler=challenges.issue)]
