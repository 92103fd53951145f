"""The notary leads in person (公证程序规则 Art. 5), and may hand over to another, with a reason."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from server.cases.errors import ConditionsUnmet, NotYourAction
from server.cases.guards import Unmet, notary_free_of_conflict
from server.cases.roles import Role
from server.cases.status import CaseStatus as S
from server.ceremony.ceremony import Participant, Seat
from server.ceremony.course import Told
from server.ceremony.errors import CeremonyRefused
from server.ceremony.status import Step

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony


class HandOverReason(StrEnum):
    ILLNESS = "illness"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    TECHNICAL = "technical"
    ABSENCE = "absence"
    OTHER = "other"


def require_lead(case: Case, ceremony: Ceremony, actor: Actor, what: str) -> None:
    """Raise `NotTakingPart` or `NotYourAction` unless this is the notary who leads here."""
    case.require_editable("ceremony", S.INTERVIEW_SET)
    leads = ceremony.seat_of(actor.account).seat is Seat.NOTARY
    if not (leads and case.staffing.handling_notary == actor.account):
        raise NotYourAction(what)


def require_lead_in_the_room(case: Case, ceremony: Ceremony, actor: Actor, what: str) -> None:
    """Raise as `require_lead`, or `ConditionsUnmet` where this notary has not come in yet.

    Who it is the notary says of people seen and heard (P-5), not of a list.
    """
    require_lead(case, ceremony, actor, what)
    if ceremony.seat_of(actor.account).joined_at is None:
        raise ConditionsUnmet((Unmet("participant_missing", "P-5, P-28", None),))


def hand_over(
    case: Case,
    ceremony: Ceremony,
    successor: Actor,
    actor: Actor,
    *,
    reason: HandOverReason,
    at: datetime,
) -> None:
    """Give case and room to another notary; everybody is identified again before him.

    The notary who leads may, and the director, where the notary cannot any more.
    """
    case.require_editable("ceremony", S.INTERVIEW_SET)
    if Role.DIRECTOR not in actor.roles:
        require_lead(case, ceremony, actor, "hand_over_ceremony")
    if ceremony.status.is_final:
        raise CeremonyRefused(ceremony.status, Step.RESUME)
    _require_suited(case, ceremony, successor)
    before = case.staffing.handling_notary
    case.staffing = replace(case.staffing, handling_notary=successor.account)
    ceremony.participants = [
        Participant(account=successor.account, seat=Seat.NOTARY) if p.seat is Seat.NOTARY else p
        for p in ceremony.participants
    ]
    facts: dict[str, str | int | None] = {
        "from": before,
        "to": successor.account,
        "reason": reason,
    }
    ceremony.note(Told.HANDED_OVER, at, by=actor.account, facts=facts)
    case.note("ceremony_handed_over", actor, at, ceremony=ceremony.id, **facts)


def _require_suited(case: Case, ceremony: Ceremony, successor: Actor) -> None:
    missing = list(notary_free_of_conflict(case, successor))
    if Role.NOTARY not in successor.roles:
        missing.append(Unmet("staff_lacks_role", "P-5, P-20", "handling_notary"))
    if any(p.account == successor.account for p in ceremony.participants):
        missing.append(Unmet("seated_already", "P-5, P-53", None))
    if missing:
        raise ConditionsUnmet(missing)
