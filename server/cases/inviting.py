"""Who may be invited to which seat, and how somebody who had no account takes it.

公证程序规则 Art. 53, 54: a witness is nobody whose own matter it is, and nobody is two people.
Whoever is invited is no more than that: known, asked for consent and identified as every
other who sits there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.cases.errors import ConditionsUnmet, NotYourAction
from server.cases.guards import Unmet
from server.cases.parties import PartyRole
from server.cases.status import CaseStatus as S
from server.ceremony.ceremony import Participant, Seat
from server.ceremony.errors import CeremonyRefused, InvitationSpent
from server.ceremony.invitations import Invitation, InvitationState, require_open
from server.ceremony.status import CeremonyStatus, Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.cases.ids import AccountId, PartyId
    from server.cases.parties import Party
    from server.ceremony.ceremony import Ceremony
    from server.ceremony.invitations import InvitationId

SEATS: Final[dict[Seat, frozenset[PartyRole]]] = {
    # Whose deed it is as well, and who so signs it; who applies has an account.
    Seat.PARTY: frozenset({PartyRole.PRINCIPAL}),
    Seat.WITNESS: frozenset({PartyRole.WITNESS}),
    Seat.INTERPRETER: frozenset({PartyRole.INTERPRETER}),
    Seat.CONSULAR_WITNESS: frozenset({PartyRole.CONSULAR_WITNESS}),
    Seat.AGENT: frozenset({PartyRole.AGENT, PartyRole.GUARDIAN, PartyRole.LEGAL_REPRESENTATIVE}),
    Seat.OBSERVER: frozenset({PartyRole.RELATED_PERSON, PartyRole.TRUSTEE}),
}
"""To which seat somebody is invited, and as whom the case has to know that person."""

BEFORE_RECORDING: Final = frozenset(
    {CeremonyStatus.PLANNED, CeremonyStatus.TECH_CHECK, CeremonyStatus.WAITING}
)
"""Recording begins with everybody's consent (PIPL Art. 29), so nobody is seated after it."""

STOPPED: Final = frozenset({CeremonyStatus.PAUSED, CeremonyStatus.INTERRUPTED})
"""An interpreter may be found missing in the talk; it goes on with everybody's consent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    id: InvitationId
    party: PartyId
    seat: Seat
    contact: str
    language: str
    valid: timedelta
    """By the office's rule pack."""


def invite(
    case: Case, ceremony: Ceremony, wanted: Wanted, actor: Actor, *, at: datetime
) -> Invitation:
    """Return an invitation of a party of the case to a seat of the ceremony.

    Raises `NotYourAction`, `CeremonyRefused` once it is recorded, or `ConditionsUnmet`.
    """
    require_time(case, ceremony, wanted.seat)
    if not actor.is_staff:
        raise NotYourAction("invite")
    party = case.party(wanted.party)
    if missing := tuple(_unsuited(case, ceremony, party, wanted)):
        raise ConditionsUnmet(missing)
    facts: dict[str, str | int | None] = {
        "invitation": wanted.id,
        "party": party.id,
        "seat": wanted.seat,
    }
    ceremony.note("invited", at, by=actor.account, facts=facts)
    case.note("participant_invited", actor, at, ceremony=ceremony.id, **facts)
    return Invitation(
        id=wanted.id,
        office=case.office,
        case=case.id,
        ceremony=ceremony.id,
        party=party.id,
        seat=wanted.seat,
        contact=wanted.contact,
        language=wanted.language,
        invited_by=actor.account,
        made_at=at,
        expires_at=at + wanted.valid,
    )


def _unsuited(case: Case, ceremony: Ceremony, party: Party, wanted: Wanted) -> Iterator[Unmet]:
    if party.is_organisation or party.role not in SEATS.get(wanted.seat, frozenset()):
        yield Unmet("seat_of_another_role", "P-53; 公证程序规则 Art. 53", party.id)
    if any(each.phone == wanted.contact for each in case.parties if each.id != party.id):
        yield Unmet("contact_of_another_party", "P-53", party.id)
    if any(each.party == party.id for each in ceremony.participants):
        yield Unmet("seated_already", "P-5, P-53", party.id)


def revoke_invitation(
    case: Case, ceremony: Ceremony, invitation: Invitation, actor: Actor, *, at: datetime
) -> bool:
    """Take an open invitation back; say whether there was anything to take back.

    Raises `InvitationSpent` once somebody has the seat: who sits is put out, not uninvited.
    """
    if not actor.is_staff:
        raise NotYourAction("revoke_invitation")
    state = invitation.state(at=at)
    if state is InvitationState.ACCEPTED:
        raise InvitationSpent
    if state is not InvitationState.OPEN:
        return False
    facts: dict[str, str | int | None] = {"invitation": invitation.id, "party": invitation.party}
    if not ceremony.status.is_final:
        ceremony.note("invitation_revoked", at, by=actor.account, facts=facts)
    case.note("invitation_revoked", actor, at, ceremony=ceremony.id, **facts)
    return True


def take_seat(
    case: Case, ceremony: Ceremony, invitation: Invitation, actor: Actor, *, at: datetime
) -> None:
    """Seat whoever proved to hold the invited contact, and let the party act through this login.

    Raises `InvitationSpent` and its like, `CeremonyRefused` once it is recorded, or
    `ConditionsUnmet` where this account is somebody else of the case.
    """
    require_open(invitation, at=at)
    require_time(case, ceremony, invitation.seat)
    party = next(each for each in case.parties if each.id == invitation.party)
    if missing := tuple(somebody_else(case, ceremony, party, actor.account)):
        raise ConditionsUnmet(missing)
    case.replace_party(replace(party, account=actor.account))
    ceremony.seat(
        Participant(account=actor.account, seat=invitation.seat, party=party.id),
        at,
        invitation=invitation.id,
    )
    case.note(
        "seat_taken",
        actor,
        at,
        ceremony=ceremony.id,
        invitation=invitation.id,
        party=party.id,
        seat=invitation.seat,
    )


def somebody_else(
    case: Case, ceremony: Ceremony, party: Party, account: AccountId
) -> Iterator[Unmet]:
    """P-53: one person is one party and has one seat."""
    if party.account not in {None, account}:
        yield Unmet("party_has_another_account", "P-28", party.id)
    if any(each.account == account for each in case.parties if each.id != party.id):
        yield Unmet("account_of_another_party", "P-53", party.id)
    if any(account == each.account or party.id == each.party for each in ceremony.participants):
        yield Unmet("seated_already", "P-5, P-53", party.id)


def require_time(case: Case, ceremony: Ceremony, seat: Seat) -> None:
    """Raise `NotEditable` or `CeremonyRefused` where nobody takes this seat any more."""
    case.require_editable("ceremony", S.INTERVIEW_SET)
    times = BEFORE_RECORDING | (STOPPED if seat is Seat.INTERPRETER else frozenset())
    if ceremony.status not in times:
        raise CeremonyRefused(ceremony.status, Step.ADMIT)
