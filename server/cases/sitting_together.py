"""Several people at one device: a couple before one tablet, a witness beside the party.

公证程序规则 Art. 28, 53: each is a person of their own all the same. A companion signs in with the
own account, agreed to being recorded, and is identified, informed, asked and shown everything
like whoever has a device alone; only camera, microphone and line are the carrier's. Both say
so: the carrier offers the device, the companion comes in at it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from server.cases.consents import Purpose
from server.cases.errors import ConditionsUnmet, NotYourAction
from server.cases.guards import Unmet
from server.cases.status import CaseStatus as S
from server.ceremony.ceremony import Seat
from server.ceremony.course import is_in, last_told, moment
from server.ceremony.errors import CeremonyRefused, PutOut
from server.ceremony.lines import is_carried
from server.ceremony.seats import Right, may
from server.ceremony.sharing import JOINED, LEFT, OFFERED, Lines
from server.ceremony.status import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony, Participant
    from server.ceremony.chain import Link
    from server.ceremony.rooms import MediaRoom

OFFER_LASTS: Final = timedelta(minutes=2)
SOURCE: Final = "P-28, P-53"


def offer_device(
    case: Case,
    ceremony: Ceremony,
    companion: str,
    actor: Actor,
    *,
    session: str,
    at: datetime,
) -> Link:
    """Put on record that somebody who sits beside the caller may come in at the caller's device.

    ``session``: the caller's sign-in, which has to be the one that the caller is in the room by.
    """
    carrier = ceremony.seat_of(actor.account)
    _require_open(case, ceremony)
    beside = ceremony.participant(companion)
    missing = (
        *_unsuited(carrier, beside),
        *_carrier_away(ceremony, carrier),
        *_another_device(ceremony, carrier, session),
    )
    if missing:
        raise ConditionsUnmet(missing)
    facts: dict[str, str | int | None] = {"companion": companion, "session": session}
    return ceremony.note(OFFERED, at, by=actor.account, facts=facts)


def join_at_device(
    case: Case,
    ceremony: Ceremony,
    actor: Actor,
    *,
    device_of: str,
    session: str,
    room: MediaRoom | None,
    at: datetime,
) -> None:
    """Let a participant in at the device of another, who offered it a moment ago.

    ``room``: the room's row, where a media worker carries the ceremony. Raises `PutOut`, or
    `ConditionsUnmet` with everything that is missing.
    """
    beside = ceremony.seat_of(actor.account)
    _require_open(case, ceremony)
    carrier = ceremony.participant(device_of)
    if ceremony.put_out_now & {beside.account, carrier.account}:
        raise PutOut
    missing = (
        *_unsuited(carrier, beside),
        *_carrier_away(ceremony, carrier),
        *_not_offered(ceremony, carrier, beside, at=at),
        *_unrecorded(ceremony, carrier, room, at=at),
        *not_agreed(case, ceremony, beside),
    )
    if missing:
        raise ConditionsUnmet(missing)
    ceremony.join(actor.account, at, session=session, device_of=carrier.account)


def leave_device(case: Case, ceremony: Ceremony, actor: Actor, *, at: datetime) -> Link:
    """Put on record that a companion went; until that person is back nothing is signed."""
    ceremony.seat_of(actor.account)
    if Lines(ceremony.links).carrier_of(actor.account) is None:
        raise NotYourAction("leave_device")
    _require_open(case, ceremony)
    return ceremony.note(LEFT, at, by=actor.account, facts={})


def without_a_line(ceremony: Ceremony) -> frozenset[str]:
    """Return who came in at a device that does not carry them any more."""
    lines = Lines(ceremony.links)
    seated = (each.account for each in ceremony.participants)
    return frozenset(account for account in seated if lines.of(account) is None)


def _require_open(case: Case, ceremony: Ceremony) -> None:
    case.require_editable("ceremony", S.INTERVIEW_SET)
    if ceremony.status.is_final:
        raise CeremonyRefused(ceremony.status, Step.ADMIT)


def _unsuited(carrier: Participant, beside: Participant) -> Iterator[Unmet]:
    """The notary leads at an own device (P-5); whoever is only looking on has no line to share."""
    both_are_seen = may(carrier.seat, Right.SPEAK) and may(beside.seat, Right.SPEAK)
    if carrier == beside or beside.seat is Seat.NOTARY or not both_are_seen:
        yield Unmet("own_device_needed", "P-5, P-28", beside.party)


def _carrier_away(ceremony: Ceremony, carrier: Participant) -> Iterator[Unmet]:
    at_own_device = Lines(ceremony.links).of(carrier.account) == carrier.account
    is_here = carrier.joined_at is not None and is_in(ceremony, carrier.account)
    if not (is_here and at_own_device):
        yield Unmet("carrier_not_here", SOURCE, carrier.party)


def _another_device(ceremony: Ceremony, carrier: Participant, session: str) -> Iterator[Unmet]:
    came = last_told(ceremony, JOINED, by=carrier.account)
    if came is not None and came.body["session"] != session:
        yield Unmet("device_is_another", SOURCE, carrier.party)


def _not_offered(
    ceremony: Ceremony, carrier: Participant, beside: Participant, *, at: datetime
) -> Iterator[Unmet]:
    """An offer is taken once, while it is fresh, and ends when the carrier comes in anew."""
    offer = last_told(ceremony, OFFERED, by=carrier.account, companion=beside.account)
    came = [last_told(ceremony, JOINED, by=each.account) for each in (carrier, beside)]
    if (
        offer is None
        or not moment(offer) <= at < moment(offer) + OFFER_LASTS
        or any(each is not None and each.index > offer.index for each in came)
    ):
        yield Unmet("device_not_offered", SOURCE, beside.party)


def _unrecorded(
    ceremony: Ceremony, carrier: Participant, room: MediaRoom | None, *, at: datetime
) -> Iterator[Unmet]:
    if not is_carried(ceremony, room, carrier.account, at=at):
        yield Unmet("line_not_recorded", "P-53", carrier.party or carrier.account)


def not_agreed(case: Case, ceremony: Ceremony, beside: Participant) -> Iterator[Unmet]:
    """Yield what is missing before somebody comes before a camera that records."""
    party = next((each.id for each in case.parties if each.id == beside.party), None)
    if party is None or not ceremony.status.records:
        return
    if not case.consent_holds(party, Purpose.RECORDING):
        yield Unmet("consent_missing_recording", "PIPL Art. 29", party)
