"""What a person is asked to answer live, so that nothing recorded before can be the answer.

One nonce serves both ways: movements and colours before a camera are expanded from it,
and so is what the chip of a document signs. It is answered once.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

from server.cases.errors import ChallengeSpent, ConditionsUnmet, NotYourAction
from server.cases.guards import Unmet
from server.cases.ids import CaseId, OfficeId, PartyId
from server.cases.intake import may_use_face, require_part, require_time_to_identify

if TYPE_CHECKING:
    from server.cases.actor import Actor
    from server.cases.case import Case

ChallengeId = NewType("ChallengeId", str)

NONCE_BYTES: Final = 32
CODE_ANSWERS_WITHIN: Final = timedelta(minutes=5)
"""Chosen, as long as a code to sign in with lives."""
CODE_DIGITS: Final = 6


class AnsweredBy(StrEnum):
    CAMERA = "camera"  # The person moves before it.
    CHIP = "chip"  # The chip of the document proves that it is no copy.
    CODE = "code"  # The person reads what was sent to the registered contact.


CHIP_CHALLENGE_BYTES: Final = 8
"""RND.IFD (ICAO 9303-11)."""
CHIP_ANSWERS_WITHIN: Final = timedelta(minutes=15)
"""Chosen, as for a live photograph: reading takes seconds, sending the files a little longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChallenge:
    id: ChallengeId
    office: OfficeId
    case: CaseId
    party: PartyId
    nonce: bytes
    issued_at: datetime
    answered_by: AnsweredBy

    @property
    def for_the_chip(self) -> bytes:
        """What the chip signs in active authentication; tells nothing about the nonce."""
        return chip_challenge(self.nonce)

    def answered_by_the_chip(self, at: datetime) -> None:
        """Refuse an answer of a chip that was here once; raises `ChallengeSpent`."""
        if not timedelta(0) <= at - self.issued_at <= CHIP_ANSWERS_WITHIN:
            raise ChallengeSpent

    def answered_by_the_holder(self, at: datetime) -> None:
        """Refuse a code that was not sent or has run out; raises `ChallengeSpent`."""
        in_time = timedelta(0) <= at - self.issued_at <= CODE_ANSWERS_WITHIN
        if self.answered_by is not AnsweredBy.CODE or not in_time:
            raise ChallengeSpent


def code_of(nonce: bytes) -> str:
    """Return the digits that are sent. One answer a code: guessing costs a message each time."""
    digest = hmac.digest(nonce, b"code to the registered contact 1", hashlib.sha256)
    return f"{int.from_bytes(digest, 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def chip_seed(nonce: bytes, dg14: bytes) -> bytes:
    """Return what our ephemeral key of chip authentication is made of; never shown.

    Another DG14 makes another key: nobody can have one key used on two curves.
    """
    told = b"chip authentication 1" + hashlib.sha256(dg14).digest()
    return hmac.digest(nonce, told, hashlib.sha256)


def chip_challenge(nonce: bytes) -> bytes:
    digest = hmac.digest(nonce, b"active authentication 1", hashlib.sha256)
    return digest[:CHIP_CHALLENGE_BYTES]


def issue_identity_challenge(
    case: Case,
    party_id: PartyId,
    actor: Actor,
    *,
    challenge_id: ChallengeId,
    nonce: bytes,
    answered_by: AnsweredBy,
    at: datetime,
) -> IdentityChallenge:
    """Return a fresh challenge; before a camera only with consent to face data (D-28).

    Nobody has a code sent for another: it goes to the contact of the party's own login.
    """
    require_part(case, actor, "issue_identity_challenge")
    party = case.party(party_id)
    require_time_to_identify(case, party, actor)
    if answered_by is AnsweredBy.CODE and party.account != actor.account:
        raise NotYourAction("issue_identity_challenge")
    if answered_by is AnsweredBy.CAMERA and not may_use_face(case, party.id):
        raise ConditionsUnmet(
            (Unmet("consent_missing_face_online", "人脸识别技术应用安全管理办法", party.id),)
        )
    case.note(
        "identity_challenged", actor, at, party=party.id, challenge=challenge_id, by=answered_by
    )
    return IdentityChallenge(
        id=challenge_id,
        office=case.office,
        case=case.id,
        party=party.id,
        nonce=nonce,
        issued_at=at,
        answered_by=answered_by,
    )
