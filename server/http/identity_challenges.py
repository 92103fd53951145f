"""Challenges to answer live: what to do before the camera, what the chip signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from identity.chips.chip_authentication import ask_chip, ephemeral_value
from identity.chips.refusal import ChipRefused
from identity.chips.security_infos import read_security_infos
from identity.liveness.challenge import EXPIRES_S
from server.access.errors import TooManyCodes
from server.access.terms import CODE_TERMS
from server.cases.errors import ChipCannotBeAsked
from server.cases.identity_challenges import (
    CHIP_ANSWERS_WITHIN,
    CODE_ANSWERS_WITHIN,
    AnsweredBy,
    ChallengeId,
    chip_seed,
    issue_identity_challenge,
)
from server.cases.ids import PartyId
from server.cases.jobs import Job
from server.http.call import Binding
from server.http.case_at_hand import case_held, made
from server.http.shown.liveness import challenge_as_seen
from server.http.shown.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.identity_challenges import IdentityChallenge
    from server.http.call import Answer, Call

LARGEST_KEY_ID: Final = 2**31 - 1
"""Chosen; chips number their keys from 0 on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenges:
    new_nonce: Callable[[], bytes]

    def issue(self, call: Call) -> Answer:
        case = case_held(call)
        answered_by = AnsweredBy(call.body["by"])
        party = PartyId(call.path["party_id"])
        if answered_by is AnsweredBy.CODE:
            _demand_few_codes(call, party)
        challenge = issue_identity_challenge(
            case,
            party,
            call.actor,
            challenge_id=ChallengeId(call.new_id()),
            nonce=self.new_nonce(),
            answered_by=answered_by,
            at=call.now,
        )
        call.tx.identity_challenges.add(challenge)
        call.tx.cases.save(case)
        if answered_by is AnsweredBy.CODE:
            call.tx.jobs.defer(
                Job.SEND_IDENTITY_CODE,
                office=case.office,
                case=case.id,
                challenge=challenge.id,
            )
        return made(case, _shown(challenge, call))


def _demand_few_codes(call: Call, party: PartyId) -> None:
    """Refuse the message too many; raises `TooManyCodes`."""
    for within, most in CODE_TERMS.limits:
        if not call.tx.identity_challenges.codes_since(party, call.now - within) < most:
            raise TooManyCodes(retry_after_s=int(within.total_seconds()))


def _shown(challenge: IdentityChallenge, call: Call) -> dict[str, Any]:
    if challenge.answered_by is AnsweredBy.CAMERA:
        return _camera(challenge, call.language)
    if challenge.answered_by is AnsweredBy.CHIP:
        return _chip(challenge, call.body.get("dg14"))
    return {
        "id": challenge.id,
        "issued_at": rfc3339(challenge.issued_at),
        "expires_s": int(CODE_ANSWERS_WITHIN.total_seconds()),
    }


def _chip(challenge: IdentityChallenge, dg14: str | None) -> dict[str, Any]:
    shown = {
        "id": challenge.id,
        "issued_at": rfc3339(challenge.issued_at),
        "expires_s": int(CHIP_ANSWERS_WITHIN.total_seconds()),
        "chip_challenge": challenge.for_the_chip.hex(),
    }
    if dg14 is None:
        return shown
    return shown | {"chip_authentication": _question(challenge, bytes.fromhex(dg14))}


def _question(challenge: IdentityChallenge, dg14: bytes) -> dict[str, Any]:
    """Return what to relay to the chip. Whose DG14 it is, is judged with the whole chip."""
    try:
        infos = read_security_infos(dg14)
        private_value = ephemeral_value(infos, chip_seed(challenge.nonce, dg14))
        asked = ask_chip(infos, private_value=private_value)
    except ChipRefused as refused:
        raise ChipCannotBeAsked from refused
    if not 0 <= (asked.key_id or 0) <= LARGEST_KEY_ID:
        raise ChipCannotBeAsked
    return {
        "key_id": asked.key_id,
        "public_point": asked.public_point.hex(),
        "command": asked.command.hex(),
    }


def _camera(challenge: IdentityChallenge, language: str) -> dict[str, Any]:
    return {
        "id": challenge.id,
        "issued_at": rfc3339(challenge.issued_at),
        "expires_s": EXPIRES_S,
        **challenge_as_seen(challenge.nonce, language),
    }


def bindings(*, new_nonce: Callable[[], bytes]) -> list[Binding]:
    challenges = Challenges(new_nonce=new_nonce)
    return [Binding(operation_id="issue_identity_challenge", handler=challenges.issue)]
