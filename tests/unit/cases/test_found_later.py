"""A witness or an interpreter who is found when the ceremony stands already."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.cases.conduct import to_be_informed
from server.cases.consents import Purpose
from server.cases.errors import ConditionsUnmet, NotEditable, NotYourAction, PartNotFound
from server.cases.found_later import give_seat
from server.cases.ids import PartyId
from server.cases.intake import bind_witness
from server.cases.meeting import join_ceremony, step_ceremony
from server.cases.parties import Party, PartyRole
from server.cases.roles import Role
from server.cases.status import CaseStatus
from server.ceremony.ceremony import Seat
from server.ceremony.errors import CeremonyRefused
from server.ceremony.status import CeremonyStatus, Step
from server.ceremony.verifying import verify_recording
from tests.unit.cases.a_case import (
    APPLICANT,
    ASSISTANT,
    NOTARY,
    NOW,
    WANG,
    actor,
    consent,
    ready_case,
)
from tests.unit.cases.holding import (
    TO_IDENTIFIED,
    TO_SIGNING,
    ask,
    identify,
    inform,
    opened,
    planned,
    settle_record,
    taken,
    tell_notice,
)
from tests.unit.cases.test_meeting import meeting_case

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony

LI = PartyId("p-li")
FOUND = actor("a-li", Role.APPLICANT)


def case_with(role: PartyRole = PartyRole.WITNESS, *, has_account: bool = True) -> Case:
    case = meeting_case()
    bound(case, role, has_account=has_account)
    return case


def bound(case: Case, role: PartyRole = PartyRole.WITNESS, *, has_account: bool = True) -> None:
    account = FOUND.account if has_account else None
    bind_witness(case, Party(id=LI, role=role, name="李", account=account), ASSISTANT, at=NOW)


def agreed(case: Case) -> None:
    case.consents.append(replace(consent(Purpose.RECORDING), party=LI))


def refused(case: Case, ceremony: Ceremony, seat: Seat) -> list[str]:
    with pytest.raises(ConditionsUnmet) as refusal:
        give_seat(case, ceremony, LI, NOTARY, seat=seat, at=NOW)
    return [each.code for each in refusal.value.unmet]


def test_who_is_found_once_the_interview_is_set_is_bound_and_takes_part_to_the_signing() -> None:
    case = meeting_case()
    ceremony = planned(case)
    bound(case)
    give_seat(case, ceremony, LI, NOTARY, seat=Seat.WITNESS, at=NOW)
    (added,) = ceremony.links
    assert (added.kind, dict(added.body)) == (
        "seat_given",
        {"by": NOTARY.account, "subject": FOUND.account, "seat": "witness", "party": LI},
    )
    assert [each.kind for each in case.pending][-2:] == ["witness_bound", "seat_given"]
    for person in (NOTARY, APPLICANT):
        join_ceremony(case, ceremony, person, at=NOW)
    step_ceremony(case, ceremony, Step.ADMIT, NOTARY, at=NOW)
    with pytest.raises(ConditionsUnmet) as missing:
        step_ceremony(case, ceremony, Step.START_RECORDING, NOTARY, at=NOW)
    assert {(each.code, each.subject) for each in missing.value.unmet} >= {
        ("participant_missing", LI),
        ("consent_missing_recording", LI),
    }
    agreed(case)
    join_ceremony(case, ceremony, FOUND, at=NOW)
    taken(case, ceremony, *TO_IDENTIFIED[1:])
    rights_are_read_before_the_signing(case, ceremony)
    verify_recording(ceremony)


def rights_are_read_before_the_signing(case: Case, ceremony: Ceremony) -> None:
    """Whoever was there from the planning on was told at the office; this person is told here."""
    for done in (inform, ask, settle_record):
        done(case, ceremony)
    with pytest.raises(ConditionsUnmet) as missing:
        step_ceremony(case, ceremony, Step.OPEN_SIGNING, NOTARY, at=NOW)
    assert [(each.code, each.subject) for each in missing.value.unmet] == [
        ("notice_of_rights_not_confirmed", LI)
    ]
    tell_notice(case, ceremony, FOUND)
    step_ceremony(case, ceremony, Step.OPEN_SIGNING, NOTARY, at=NOW)


def test_an_interpreter_comes_also_into_a_pause_and_is_known_before_it_goes_on() -> None:
    case = case_with(PartyRole.INTERPRETER)
    ceremony = opened(case, *TO_SIGNING, Step.PAUSE)
    give_seat(case, ceremony, LI, NOTARY, seat=Seat.INTERPRETER, at=NOW)
    with pytest.raises(ConditionsUnmet, match="consent_missing_recording"):
        step_ceremony(case, ceremony, Step.RESUME, NOTARY, at=NOW)
    agreed(case)
    join_ceremony(case, ceremony, FOUND, at=NOW)
    step_ceremony(case, ceremony, Step.RESUME, NOTARY, at=NOW)
    with pytest.raises(ConditionsUnmet, match="participant_not_identified"):
        step_ceremony(case, ceremony, Step.CONFIRM_IDENTITIES, NOTARY, at=NOW)
    identify(case, ceremony, FOUND.account)
    step_ceremony(case, ceremony, Step.CONFIRM_IDENTITIES, NOTARY, at=NOW)
    assert {each.party for each in to_be_informed(case, ceremony)} == {WANG, LI}


@pytest.mark.parametrize(
    ("role", "seat", "steps"),
    [
        # A witness is there throughout, so it begins anew with one.
        (PartyRole.WITNESS, Seat.WITNESS, (*TO_SIGNING, Step.PAUSE)),
        # While it is recorded, whoever comes in would be before having agreed.
        (PartyRole.INTERPRETER, Seat.INTERPRETER, TO_IDENTIFIED),
        (PartyRole.INTERPRETER, Seat.INTERPRETER, (Step.ADMIT, Step.ABORT)),
    ],
)
def test_nobody_comes_in_where_that_would_be_too_late(
    role: PartyRole, seat: Seat, steps: tuple[Step, ...]
) -> None:
    case = case_with(role)
    ceremony = opened(case, *steps)
    with pytest.raises(CeremonyRefused):
        give_seat(case, ceremony, LI, NOTARY, seat=seat, at=NOW)


def test_a_seat_is_given_as_the_role_says_once_and_by_the_office() -> None:
    case = case_with()
    ceremony = planned(case)
    assert refused(case, ceremony, Seat.PARTY) == ["seat_of_another_role"]
    with pytest.raises(NotYourAction):
        give_seat(case, ceremony, LI, APPLICANT, seat=Seat.WITNESS, at=NOW)
    with pytest.raises(PartNotFound):
        give_seat(case, ceremony, PartyId("nobody"), NOTARY, seat=Seat.WITNESS, at=NOW)
    give_seat(case, ceremony, LI, NOTARY, seat=Seat.WITNESS, at=NOW)
    assert refused(case, ceremony, Seat.WITNESS) == ["seated_already"]


def test_who_has_no_account_is_invited_and_who_is_of_another_party_is_not_seated() -> None:
    case = case_with(has_account=False)
    ceremony = planned(case)
    assert refused(case, ceremony, Seat.WITNESS) == ["account_missing"]
    case.replace_party(replace(case.party(LI), account=APPLICANT.account))
    assert refused(case, ceremony, Seat.WITNESS) == ["account_of_another_party", "seated_already"]


def test_a_principal_who_was_forgotten_is_seated_as_a_party() -> None:
    case = case_with()
    case.replace_party(replace(case.party(LI), role=PartyRole.PRINCIPAL))
    ceremony = planned(case)
    give_seat(case, ceremony, LI, ASSISTANT, seat=Seat.PARTY, at=NOW)
    assert ceremony.seat_of(FOUND.account).seat is Seat.PARTY
    assert ceremony.status is CeremonyStatus.PLANNED


def test_only_who_takes_part_is_bound_late() -> None:
    case = meeting_case()
    with pytest.raises(NotYourAction):
        bound(case, PartyRole.PRINCIPAL)
    with pytest.raises(NotEditable):
        bound(ready_case(CaseStatus.INTERVIEWED))
