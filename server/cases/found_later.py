"""Somebody who is found when the ceremony stands already is seated by the office.

公证程序规则 Art. 28, 53; 遗嘱公证细则 Art. 6: a witness is there throughout, so before anything is
recorded; an interpreter also in a pause, since the talk goes on only once everybody agreed and
is known (PIPL Art. 29). Whoever takes a seat later is told the rights in the room, because
nobody told them at the office (`server.cases.conduct.to_be_informed`). Who has no account is
invited (`server.cases.inviting`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.cases.errors import ConditionsUnmet, NotYourAction
from server.cases.guards import Unmet
from server.cases.inviting import SEATS, require_time, somebody_else
from server.cases.signatures import WHOSE_DEED_IT_IS
from server.ceremony.ceremony import Participant, Seat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.cases.ids import PartyId
    from server.cases.parties import Party
    from server.ceremony.ceremony import Ceremony

GIVEN: Final = {**SEATS, Seat.PARTY: WHOSE_DEED_IT_IS}
"""Which seat somebody of the case may be given, and as whom the case has to know that person."""


def give_seat(
    case: Case, ceremony: Ceremony, party_id: PartyId, actor: Actor, *, seat: Seat, at: datetime
) -> None:
    """Seat a party of the case who has an account, and put it on record.

    Raises `NotYourAction`, `CeremonyRefused` where it is too late, or `ConditionsUnmet`.
    """
    require_time(case, ceremony, seat)
    if not actor.is_staff:
        raise NotYourAction("give_seat")
    party = case.party(party_id)
    missing = tuple(_unmet(case, ceremony, party, seat))
    if party.account is None or missing:
        raise ConditionsUnmet(missing or (Unmet("account_missing", "P-28", party.id),))
    ceremony.give_seat(
        Participant(account=party.account, seat=seat, party=party.id), at, by=actor.account
    )
    case.note("seat_given", actor, at, ceremony=ceremony.id, party=party.id, seat=seat)


def _unmet(case: Case, ceremony: Ceremony, party: Party, seat: Seat) -> Iterator[Unmet]:
    if party.is_organisation or party.role not in GIVEN.get(seat, frozenset()):
        yield Unmet("seat_of_another_role", "P-53; 公证程序规则 Art. 53", party.id)
    if party.account is not None:
        yield from somebody_else(case, ceremony, party, party.account)
