"""Whose signature the deed bears: nobody else is asked for one, and nobody on another's line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.cases.consents import Purpose
from server.cases.errors import ConditionsUnmet
from server.cases.ids import PartyId
from server.cases.meeting import (
    WillToSign,
    confirm_deed,
    join_ceremony,
    require_agreement_to_deed,
    unmet_before,
)
from server.cases.parties import Party, PartyRole
from server.cases.presence import confirm_presence
from server.cases.roles import Role
from server.cases.signatures import acting, line_of, lines_of
from server.cases.step_up import KeyUse
from server.ceremony.ceremony import Participant, Seat
from server.ceremony.status import Step
from tests.unit.cases.a_case import APPLICANT, NOTARY, NOW, WANG, actor, consent
from tests.unit.cases.agreeing import answered, asked
from tests.unit.cases.holding import TO_SIGNING, planned, show_pages, taken
from tests.unit.cases.test_meeting import DEED, meeting_case

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony

LI = PartyId("p-li")
ZHAO = PartyId("p-zhao")
BESIDE = actor("a-li", Role.APPLICANT)


def case_with(role: PartyRole, *, stands_for: PartyId | None = None, lines: int = 1) -> Case:
    """Return a case with another person in it, and with so many whose deed it is."""
    case = meeting_case()
    if lines > 1:
        case.parties.append(Party(id=ZHAO, role=PartyRole.PRINCIPAL, name="赵"))
    case.parties.append(
        Party(
            id=LI,
            role=role,
            name="李",
            account=BESIDE.account,
            stands_for=stands_for,
            identity_proven=True,
        )
    )
    case.consents += [
        replace(consent(purpose), party=LI) for purpose in (Purpose.RECORDING, Purpose.E_SIGNATURE)
    ]
    return case


def in_signing(case: Case) -> Ceremony:
    """Return a ceremony up to its signing, with that person in a seat that signs."""
    ceremony = planned(case)
    ceremony.participants.append(
        Participant(account=BESIDE.account, seat=Seat.PARTY, party=LI),
    )
    for person in (NOTARY, APPLICANT, BESIDE):
        join_ceremony(case, ceremony, person, at=NOW, session=f"on {person.account}")
    return taken(case, ceremony, *TO_SIGNING)


def will_of_li(case: Case) -> WillToSign:
    agreed = answered(asked(case, KeyUse.SIGN_DEED, DEED, account=BESIDE.account))
    return WillToSign(deed_sha256=DEED, step_up=agreed)


@pytest.mark.parametrize(
    "role",
    [
        # 关系人, 受托人: in the matter, and without a line in the deed.
        PartyRole.RELATED_PERSON,
        PartyRole.TRUSTEE,
        # Art. 11: a power of attorney and a declaration are made in person.
        PartyRole.AGENT,
        PartyRole.WITNESS,
    ],
)
def test_a_role_without_a_line_in_the_deed_is_told_so_and_no_job_is_started(
    role: PartyRole,
) -> None:
    case = case_with(role)
    ceremony = in_signing(case)
    with pytest.raises(ConditionsUnmet, match="no_signature_of_this_role"):
        confirm_deed(case, ceremony, BESIDE, will_of_li(case), at=NOW)
    with pytest.raises(ConditionsUnmet, match="no_signature_of_this_role"):
        confirm_presence(case, ceremony, LI, NOTARY, deed_sha256=DEED, at=NOW)
    assert "deed_confirmed" not in {each.kind for each in ceremony.links}


@pytest.mark.parametrize("role", [PartyRole.GUARDIAN, PartyRole.LEGAL_REPRESENTATIVE])
def test_who_acts_for_the_applicant_by_law_signs_on_the_applicant_s_line(role: PartyRole) -> None:
    case = case_with(role)
    ceremony = in_signing(case)
    assert line_of(case, case.party(LI)) == WANG
    show_pages(case, ceremony, DEED)
    confirm_presence(case, ceremony, LI, NOTARY, deed_sha256=DEED, at=NOW)
    will = will_of_li(case)
    assert confirm_deed(case, ceremony, BESIDE, will, at=NOW) == LI
    require_agreement_to_deed(case, ceremony, LI, will.step_up)
    # On one line two sign as little as one does twice, also where both had agreed.
    assert case.deed is not None
    case.deed = replace(case.deed, signed_by=(WANG,))
    with pytest.raises(ConditionsUnmet, match="deed_already_signed"):
        require_agreement_to_deed(case, ceremony, LI, will.step_up)


@pytest.mark.parametrize(
    ("stands_for", "lines", "line"),
    [
        # Nobody said for whom: that is clear where there is one line, and only there.
        (None, 1, WANG),
        (None, 2, None),
        (ZHAO, 2, ZHAO),
        # Of somebody whose deed it is not.
        (LI, 1, None),
    ],
)
def test_a_guardian_has_the_line_of_one_whose_deed_it_is(
    stands_for: PartyId | None, lines: int, line: PartyId | None
) -> None:
    case = case_with(PartyRole.GUARDIAN, stands_for=stands_for, lines=lines)
    assert line_of(case, case.party(LI)) == line


def test_each_whose_deed_it_is_has_a_line_in_the_order_of_print() -> None:
    case = case_with(PartyRole.RELATED_PERSON, lines=2)
    assert [line_of(case, each) for each in case.parties] == [WANG, ZHAO, None]
    assert [each.id for each in lines_of(case)] == [WANG, ZHAO]


def test_who_only_stands_beside_is_not_waited_for_with_questions() -> None:
    case = case_with(PartyRole.RELATED_PERSON)
    ceremony = in_signing(case)
    asked_too = {each.party for each in acting(case, ceremony)}
    assert asked_too == {WANG}
    agent = case_with(PartyRole.AGENT)
    assert {each.party for each in acting(agent, in_signing(agent))} == {WANG, LI}


def test_a_deed_of_two_is_not_over_with_one_signature() -> None:
    case = case_with(PartyRole.PRINCIPAL)
    ceremony = in_signing(case)
    assert case.deed is not None
    case.deed = replace(case.deed, signed_sha256="5" * 64, signed_by=(WANG,))
    missing = {(each.code, each.subject) for each in unmet_before(case, ceremony, Step.COMPLETE)}
    assert missing == {("deed_not_signed", LI)}
    case.deed = replace(case.deed, signed_by=(WANG, LI))
    assert list(unmet_before(case, ceremony, Step.COMPLETE)) == []
    # What is not signed electronically waits for nobody's device.
    case.deed = replace(case.deed, signed_sha256=None, signed_by=())
    case.rules = replace(case.rules, deed_signed_electronically=False)
    assert list(unmet_before(case, ceremony, Step.COMPLETE)) == []


def test_nothing_is_recorded_while_nobody_is_seated_for_a_line_of_the_deed() -> None:
    case = case_with(PartyRole.PRINCIPAL)
    alone = planned(case)
    for step in (Step.START_RECORDING, Step.OPEN_SIGNING):
        missing = {(each.code, each.subject) for each in unmet_before(case, alone, step)}
        assert ("signer_not_seated", LI) in missing
    alone.participants.append(Participant(account=BESIDE.account, seat=Seat.PARTY, party=LI))
    assert "signer_not_seated" not in {
        each.code for each in unmet_before(case, alone, Step.START_RECORDING)
    }
    # In ink, whoever is not here signs elsewhere.
    alone.participants.pop()
    case.rules = replace(case.rules, deed_signed_electronically=False)
    assert "signer_not_seated" not in {
        each.code for each in unmet_before(case, alone, Step.START_RECORDING)
    }


def test_a_line_that_a_guardian_signs_on_needs_nobody_else() -> None:
    case = case_with(PartyRole.GUARDIAN, stands_for=ZHAO, lines=2)
    ceremony = planned(case)
    ceremony.participants.append(Participant(account=BESIDE.account, seat=Seat.PARTY, party=LI))
    codes = {each.code for each in unmet_before(case, ceremony, Step.START_RECORDING)}
    assert "signer_not_seated" not in codes


def test_a_deed_is_not_over_with_an_empty_line_of_somebody_who_never_came() -> None:
    case = case_with(PartyRole.RELATED_PERSON, lines=1)
    ceremony = in_signing(case)
    case.parties.append(Party(id=ZHAO, role=PartyRole.PRINCIPAL, name="赵"))
    assert case.deed is not None
    case.deed = replace(case.deed, signed_sha256="5" * 64, signed_by=(WANG,))
    missing = {(each.code, each.subject) for each in unmet_before(case, ceremony, Step.COMPLETE)}
    assert missing == {("deed_not_signed", ZHAO)}
