"""Identify somebody in the room: set a challenge, take in what was seen, or decide as notary.

The machine never has the last word against a person and never the only one: who shows no
face to it, or of whom it is unsure, is identified by the notary who leads, with a reason
(人脸识别技术应用安全管理办法; 公证法 Art. 28(1)). Whom it takes for somebody else is looked at
again first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.cases.errors import ConditionsUnmet, NotYourAction
from server.cases.guards import Unmet
from server.cases.intake import may_use_face
from server.cases.leading import require_lead_in_the_room
from server.cases.recognising import (
    REFUSALS_BRING_A_PERSON,
    SOURCE,
    How,
    Lapse,
    Seen,
    is_same_since,
    looks_at,
    recognition_of,
)
from server.ceremony.course import Told, last_told
from server.ceremony.errors import CeremonyRefused
from server.ceremony.seats import MUST_BE_IDENTIFIED
from server.ceremony.sharing import company_of
from server.ceremony.status import Step

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony, Facts, Participant
    from server.ceremony.chain import Link

BY_THE_PLATFORM: Final = "system"


class Ground(StrEnum):
    """What the notary's word rests on."""

    DOCUMENT_COMPARED = "document_compared"  # The original was held to the camera and compared.
    KNOWN_PERSONALLY = "known_personally"
    PICTURES_COMPARED = "pictures_compared"  # The stills of an unsure look with the document.
    WITNESS_CONFIRMS = "witness_confirms"  # A mission's officer or a witness who is identified.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a job found in the received video of one participant."""

    participant: str
    seen: Seen
    first_segment: int | None
    last_segment: int | None
    until_ms: int
    """On the clock of the ceremony: when the newest still was taken."""

    doubts: tuple[str, ...] = ()
    likeness_permille: int | None = None
    """Of the face to the document's, a thousandfold; no feature of it is kept (D-28..31)."""

    policy: str
    challenge: str | None = None
    """Hash of the link that set it, where the video answers one."""


def set_challenge(
    case: Case, ceremony: Ceremony, account: str, actor: Actor, *, nonce: bytes, at: datetime
) -> Link:
    """Have a participant show a live face; needs the consent to face data."""
    participant = _to_identify(case, ceremony, account, actor)
    _require_face(case, participant)
    require_alone(ceremony, participant)
    return ceremony.add_event(
        Told.CHALLENGE_SET,
        at,
        by=actor.account,
        facts={"participant": account, "nonce": nonce.hex()},
    )


def require_look(
    case: Case, ceremony: Ceremony, account: str, actor: Actor, *, challenge: str | None
) -> None:
    """Raise unless the received video of this participant may be looked at now."""
    participant = _to_identify(case, ceremony, account, actor)
    _require_face(case, participant)
    require_alone(ceremony, participant)
    if challenge is None:
        return
    newest = last_told(ceremony, Told.CHALLENGE_SET, participant=account)
    if newest is None or newest.hash != challenge:
        raise ConditionsUnmet((Unmet("challenge_is_another", SOURCE, participant.party),))
    if last_told(ceremony, Told.FACE_LOOKED, challenge=challenge) is not None:
        raise ConditionsUnmet((Unmet("challenge_answered", SOURCE, participant.party),))


def take_sight(ceremony: Ceremony, sight: Sight, *, at: datetime) -> None:
    """Put on record what was seen; a live face that answered its challenge identifies.

    It identifies whoever was there when the challenge was set, not who came in since; then the
    look stays on record and the notary sets another challenge.
    The same challenge is never taken twice, and a result for a room that is over is dropped.
    """
    if not ceremony.status.records:
        return
    if sight.challenge and last_told(ceremony, Told.FACE_LOOKED, challenge=sight.challenge):
        return
    facts: Facts = {
        "participant": sight.participant,
        "seen": sight.seen,
        "first_segment": sight.first_segment,
        "last_segment": sight.last_segment,
        "until_ms": sight.until_ms,
        "doubts": " ".join(sight.doubts) or None,
        "likeness_permille": sight.likeness_permille,
        "policy": sight.policy,
        "challenge": sight.challenge,
    }
    look = ceremony.note(Told.FACE_LOOKED, at, by=BY_THE_PLATFORM, facts=facts)
    if sight.seen is Seen.SAME and _answers(ceremony, sight):
        known: Facts = {"participant": sight.participant, "how": How.FACE, "look": look.hash}
        ceremony.note(Told.IDENTIFIED, at, by=BY_THE_PLATFORM, facts=known)


def _answers(ceremony: Ceremony, sight: Sight) -> bool:
    """Say whether it is the newest challenge's, of whoever was there alone since that was set."""
    asked = last_told(ceremony, Told.CHALLENGE_SET, participant=sight.participant)
    if asked is None or asked.hash != sight.challenge:
        return False
    company = company_of(ceremony.links, sight.participant)
    is_alone = not company.is_shared and company.since < asked.index
    return is_alone and is_same_since(ceremony, sight.participant, asked)


def identify_as_notary(
    case: Case,
    ceremony: Ceremony,
    account: str,
    actor: Actor,
    *,
    ground: Ground,
    reason: str,
    at: datetime,
) -> Link:
    """Put the notary's word on record that this is the person; ``reason`` stays in the case."""
    participant = _to_identify(case, ceremony, account, actor)
    stands = recognition_of(ceremony, account, case.rules.ceremony)
    others = [each for each in looks_at(ceremony, account) if each.body["seen"] == Seen.OTHER]
    newest = looks_at(ceremony, account)[-1:]
    is_other = stands.lapse is Lapse.OTHER_FACE or newest == others[-1:] != []
    if is_other and stands.link is None and len(others) < REFUSALS_BRING_A_PERSON:
        raise ConditionsUnmet((Unmet("face_of_somebody_else", SOURCE, participant.party),))
    facts: Facts = {
        "participant": account,
        "how": How.NOTARY,
        "ground": ground,
        "against": str(newest[0].hash) if newest else None,
    }
    link = ceremony.add_event(Told.IDENTIFIED, at, by=actor.account, facts=facts)
    case.note(
        "participant_identified",
        actor,
        at,
        ceremony=ceremony.id,
        party=participant.party,
        ground=ground,
        reason=reason,
    )
    return link


def _to_identify(case: Case, ceremony: Ceremony, account: str, actor: Actor) -> Participant:
    require_lead_in_the_room(case, ceremony, actor, "identify_participant")
    participant = ceremony.seat_of(account)
    if participant.seat not in MUST_BE_IDENTIFIED:
        raise NotYourAction("identify_participant")
    if not ceremony.status.hears:
        raise CeremonyRefused(ceremony.status, Step.CONFIRM_IDENTITIES)
    return participant


def require_alone(ceremony: Ceremony, participant: Participant) -> None:
    """Raise where several people are before one camera: who is who, the notary says.

    A machine that compares one face might take the one for the other.
    """
    if company_of(ceremony.links, participant.account).is_shared:
        raise ConditionsUnmet((Unmet("device_is_shared", SOURCE, participant.party),))


def _require_face(case: Case, participant: Participant) -> None:
    parties = [party for party in case.parties if party.id == participant.party]
    if not any(may_use_face(case, party.id) for party in parties):
        raise ConditionsUnmet(
            (
                Unmet(
                    "consent_missing_face_online",
                    "人脸识别技术应用安全管理办法",
                    participant.party,
                ),
            )
        )
