"""Who may be invited to which seat, and who takes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from server.cases.errors import ConditionsUnmet, NotEditable, NotYourAction, PartNotFound
from server.cases.ids import AccountId, PartyId
from server.cases.inviting import SEATS, Wanted, invite, revoke_invitation, take_seat
from server.cases.meeting import join_ceremony, step_ceremony
from server.cases.parties import Party, PartyRole
from server.cases.roles import Role
from server.cases.status import CaseStatus
from server.ceremony.ceremony import Seat
from server.ceremony.errors import CeremonyRefused, InvitationExpired, InvitationSpent
from server.ceremony.invitations import InvitationId
from server.ceremony.seats import STAFF_SEATS
from server.ceremony.status import CeremonyStatus, Step
from server.ceremony.verifying import verify_recording
from tests.unit.cases.a_case import APPLICANT, ASSISTANT, NOTARY, NOW, WANG, actor
from tests.unit.cases.holding import planned
from tests.unit.cases.test_meeting import meeting_case

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony
    from server.ceremony.invitations import Invitation

LI = PartyId("p-li")
GUEST = actor("a-li", Role.APPLICANT)
LIFE = timedelta(hours=72)
WANTED = Wanted(
    id=InvitationId("i-1"),
    party=LI,
    seat=Seat.WITNESS,
    contact="+33639980012",
    language="en",
    valid=LIFE,
)


def case_with(role: PartyRole = PartyRole.WITNESS, **changes: object) -> Case:
    case = meeting_case()
    party = Party(id=LI, role=role, name="李娜")
    case.parties.append(replace(party, **changes))  # type: ignore[arg-type]  # a test names what it changes
    return case


def invited(case: Case, ceremony: Ceremony) -> Invitation:
    return invite(case, ceremony, WANTED, ASSISTANT, at=NOW)


def unmet(refused: pytest.ExceptionInfo[ConditionsUnmet]) -> list[str]:
    return [each.code for each in refused.value.unmet]


def test_an_invited_witness_takes_the_seat_and_signs_in_as_that_party() -> None:
    case = case_with()
    ceremony = planned(case)
    invitation = invited(case, ceremony)
    assert (invitation.expires_at, invitation.sent_at) == (NOW + LIFE, None)
    take_seat(case, ceremony, invitation, GUEST, at=NOW)
    assert case.party_of(GUEST.account).id == LI
    seat = ceremony.seat_of(GUEST.account)
    assert (seat.seat, seat.party, seat.joined_at) == (Seat.WITNESS, LI, None)
    assert [each.kind for each in ceremony.links] == ["invited", "seated"]
    assert [each.kind for each in case.pending][-2:] == ["participant_invited", "seat_taken"]
    verify_recording(ceremony)


def test_neither_chain_nor_trail_says_where_somebody_can_be_reached() -> None:
    case = case_with()
    ceremony = planned(case)
    take_seat(case, ceremony, invited(case, ceremony), GUEST, at=NOW)
    told = f"{[each.body for each in ceremony.links]} {[each.facts for each in case.pending]}"
    assert "980012" not in told


def test_whoever_was_seated_is_waited_for_asked_and_identified_as_everybody() -> None:
    case = case_with()
    ceremony = planned(case)
    take_seat(case, ceremony, invited(case, ceremony), GUEST, at=NOW)
    for person in (NOTARY, APPLICANT):
        join_ceremony(case, ceremony, person, at=NOW)
    step_ceremony(case, ceremony, Step.ADMIT, NOTARY, at=NOW)
    with pytest.raises(ConditionsUnmet) as refused:
        step_ceremony(case, ceremony, Step.START_RECORDING, NOTARY, at=NOW)
    assert {(each.code, each.subject) for each in refused.value.unmet} >= {
        ("participant_missing", LI),
        ("consent_missing_recording", LI),
        ("device_not_tried", LI),
    }


@pytest.mark.parametrize(
    ("role", "seat"),
    [
        # Nobody witnesses or interprets in a matter of their own.
        (PartyRole.APPLICANT, Seat.WITNESS),
        (PartyRole.AGENT, Seat.WITNESS),
        (PartyRole.INTERPRETER, Seat.WITNESS),
        (PartyRole.WITNESS, Seat.INTERPRETER),
        (PartyRole.WITNESS, Seat.CONSULAR_WITNESS),
        (PartyRole.WITNESS, Seat.AGENT),
        (PartyRole.APPLICANT, Seat.OBSERVER),
        # Whoever applies signs in, and is not invited; staff sit by the case's own seats.
        (PartyRole.APPLICANT, Seat.PARTY),
        (PartyRole.WITNESS, Seat.NOTARY),
        (PartyRole.WITNESS, Seat.SECOND_HANDLER),
    ],
)
def test_a_seat_is_for_whom_the_case_knows_in_that_role(role: PartyRole, seat: Seat) -> None:
    case = case_with(role)
    ceremony = planned(case)
    with pytest.raises(ConditionsUnmet) as refused:
        invite(case, ceremony, replace(WANTED, seat=seat), NOTARY, at=NOW)
    assert unmet(refused) == ["seat_of_another_role"]
    assert ceremony.links == []


def test_every_seat_but_the_staff_s_is_invited_to_and_no_role_to_two() -> None:
    assert SEATS.keys() == frozenset(Seat) - STAFF_SEATS
    invited_as = [role for roles in SEATS.values() for role in roles]
    assert sorted(invited_as) == sorted(set(PartyRole) - {PartyRole.APPLICANT})
    for seat, roles in SEATS.items():
        for role in roles:
            case = case_with(role)
            made = invite(case, planned(case), replace(WANTED, seat=seat), NOTARY, at=NOW)
            assert made.seat is seat


def test_an_organisation_sits_nowhere() -> None:
    case = case_with(is_organisation=True)
    with pytest.raises(ConditionsUnmet) as refused:
        invited(case, planned(case))
    assert unmet(refused) == ["seat_of_another_role"]


def test_nobody_is_invited_by_the_contact_of_another_party() -> None:
    case = case_with(phone=WANTED.contact)
    # The party's own number is no obstacle.
    invited(case, planned(case))
    case.replace_party(replace(case.party(WANG), phone=WANTED.contact))
    with pytest.raises(ConditionsUnmet) as refused:
        invited(case, planned(case))
    assert unmet(refused) == ["contact_of_another_party"]


def test_whoever_sits_is_not_invited_again() -> None:
    case = case_with()
    ceremony = planned(case)
    take_seat(case, ceremony, invited(case, ceremony), GUEST, at=NOW)
    with pytest.raises(ConditionsUnmet) as refused:
        invited(case, ceremony)
    assert unmet(refused) == ["seated_already"]


def test_only_staff_invite_and_revoke() -> None:
    case = case_with()
    ceremony = planned(case)
    with pytest.raises(NotYourAction):
        invite(case, ceremony, WANTED, APPLICANT, at=NOW)
    invitation = invited(case, ceremony)
    with pytest.raises(NotYourAction):
        revoke_invitation(case, ceremony, invitation, APPLICANT, at=NOW)


def test_nobody_unknown_to_the_case_is_invited() -> None:
    case = meeting_case()
    with pytest.raises(PartNotFound):
        invited(case, planned(case))


@pytest.mark.parametrize("status", sorted(CeremonyStatus))
def test_seats_are_given_before_recording_begins(status: CeremonyStatus) -> None:
    case = case_with()
    ceremony = planned(case)
    invitation = invited(case, ceremony)
    ceremony.status = status
    if status in {CeremonyStatus.PLANNED, CeremonyStatus.TECH_CHECK, CeremonyStatus.WAITING}:
        take_seat(case, ceremony, invitation, GUEST, at=NOW)
        return
    with pytest.raises(CeremonyRefused):
        invited(case, ceremony)
    with pytest.raises(CeremonyRefused):
        take_seat(case, ceremony, invitation, GUEST, at=NOW)


def test_a_case_that_waits_for_no_ceremony_invites_nobody() -> None:
    case = case_with()
    ceremony = planned(case)
    case.status = CaseStatus.DRAFTING
    with pytest.raises(NotEditable):
        invited(case, ceremony)


def test_an_invitation_that_is_over_seats_nobody() -> None:
    case = case_with()
    ceremony = planned(case)
    with pytest.raises(InvitationExpired):
        take_seat(case, ceremony, invited(case, ceremony), GUEST, at=NOW + LIFE)


@pytest.mark.parametrize(
    ("party_account", "taken_by", "reasons"),
    [
        # The applicant, by a second link, would be two of the persons that the law wants.
        (None, APPLICANT, ["account_of_another_party", "seated_already"]),
        # The party has signed in as somebody else before.
        ("a-zhao", GUEST, ["party_has_another_account"]),
    ],
)
def test_one_person_is_one_party_and_has_one_seat(
    party_account: str | None, taken_by: object, reasons: list[str]
) -> None:
    account = None if party_account is None else AccountId(party_account)
    case = case_with(account=account)
    ceremony = planned(case)
    invitation = invited(case, ceremony)
    with pytest.raises(ConditionsUnmet) as refused:
        take_seat(case, ceremony, invitation, taken_by, at=NOW)  # type: ignore[arg-type]  # an actor of the table
    assert unmet(refused) == reasons
    assert len(ceremony.participants) == 2


def test_whoever_has_signed_in_before_takes_the_seat_with_the_same_account() -> None:
    case = case_with(account=GUEST.account)
    ceremony = planned(case)
    take_seat(case, ceremony, invited(case, ceremony), GUEST, at=NOW)
    assert ceremony.seat_of(GUEST.account).party == LI


def test_an_invitation_is_taken_back_once_and_never_from_whoever_sits() -> None:
    case = case_with()
    ceremony = planned(case)
    invitation = invited(case, ceremony)
    assert revoke_invitation(case, ceremony, invitation, NOTARY, at=NOW)
    assert ceremony.links[-1].kind == case.pending[-1].kind == "invitation_revoked"
    links = len(ceremony.links)
    for over in (replace(invitation, revoked_at=NOW), replace(invitation, expires_at=NOW)):
        assert not revoke_invitation(case, ceremony, over, NOTARY, at=NOW)
    with pytest.raises(InvitationSpent):
        revoke_invitation(case, ceremony, replace(invitation, accepted_at=NOW), NOTARY, at=NOW)
    assert len(ceremony.links) == links


def test_what_hangs_on_a_ceremony_that_is_over_can_still_be_taken_back() -> None:
    case = case_with()
    ceremony = planned(case)
    invitation = invited(case, ceremony)
    ceremony.status = CeremonyStatus.ABORTED
    links = len(ceremony.links)
    assert revoke_invitation(case, ceremony, invitation, NOTARY, at=NOW)
    assert len(ceremony.links) == links
    assert case.pending[-1].kind == "invitation_revoked"
