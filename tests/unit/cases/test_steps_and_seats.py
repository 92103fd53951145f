"""What a step is told beside its name, and whose it is when several could take it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.cases.acting import act, available_actions
from server.cases.case import Staffing
from server.cases.closing import DeclineGround
from server.cases.errors import NotYourAction, TextDiffers
from server.cases.ids import AccountId, MaterialId
from server.cases.jobs import ARGUMENTS, Job
from server.cases.materials import MaterialState
from server.cases.particulars import Particulars, SupplementItem
from server.cases.parties import Party, PartyRole
from server.cases.roles import Role
from server.cases.seating import SEATS, refuse_unsuited
from server.cases.status import CaseStatus as S
from server.cases.transitions import Action
from tests.unit.cases.a_case import (
    APPLICANT,
    ASSISTANT,
    NOTARY,
    NOW,
    STRANGER,
    WANG,
    actor,
    ready_case,
)


def test_a_stranger_is_offered_nothing_of_another_s_draft() -> None:
    case = ready_case(S.DRAFT)
    assert available_actions(case, STRANGER) == ()
    assert available_actions(case, APPLICANT) == (Action.SUBMIT,)


def test_a_notary_is_not_offered_what_another_notary_s_seat_decides() -> None:
    case = ready_case(S.SUBMITTED)
    other = actor("s-other", Role.NOTARY)
    assert Action.ACCEPT not in available_actions(case, other)
    with pytest.raises(NotYourAction):
        act(case, Action.ACCEPT, other, at=NOW)


def test_a_step_of_another_role_is_refused_before_anything_is_judged() -> None:
    with pytest.raises(NotYourAction):
        act(ready_case(S.SUBMITTED), Action.ACCEPT, ASSISTANT, at=NOW)


def test_any_assistant_may_ask_for_a_supplement_and_the_seat_stays() -> None:
    case = ready_case(S.SUBMITTED)
    colleague = actor("s-colleague", Role.ASSISTANT)
    wanted = Particulars(supplement=(SupplementItem(material=MaterialId("m-1"), reason="old"),))
    act(case, Action.REQUEST_SUPPLEMENT, colleague, at=NOW, particulars=wanted)
    assert case.staffing.assistant == ASSISTANT.account


def test_items_are_opened_by_a_request_for_supplement_and_by_nothing_else() -> None:
    case = ready_case(S.SUBMITTED)
    smuggled = Particulars(supplement=(SupplementItem(material=MaterialId("m-1"), reason="r"),))
    act(case, Action.ACCEPT, NOTARY, at=NOW, particulars=smuggled)
    assert case.materials[0].state is MaterialState.CHECKED


def test_declining_keeps_ground_and_report_and_closes_the_case() -> None:
    case = ready_case(S.SUBMITTED)
    why = Particulars(ground=DeclineGround.OUT_OF_JURISDICTION, report="apply in Dali")
    act(case, Action.DECLINE, NOTARY, at=NOW, particulars=why)
    assert case.closing is not None
    assert (case.closing.ground, case.closing.report) == ("19(4)", "apply in Dali")
    assert case.milestones.closed_at == NOW


def test_seats_ask_for_a_role_and_an_empty_one_for_nobody() -> None:
    refuse_unsuited(Staffing(), roles_of=lambda _: frozenset())
    everybody = Staffing(**dict.fromkeys(SEATS, AccountId("s-all")))
    refuse_unsuited(everybody, roles_of=lambda _: frozenset(Role))


def test_several_parties_are_told_apart_by_id_and_by_login() -> None:
    case = ready_case()
    wife = Party(
        id=type(WANG)("p-li"), role=PartyRole.APPLICANT, name="李某", account=AccountId("a-li")
    )
    case.parties.append(wife)
    assert case.party(wife.id) == case.party_of(AccountId("a-li")) == wife
    extra = replace(case.materials[0], id=MaterialId("m-2"))
    case.materials.append(extra)
    assert case.material(extra.id) == extra


@pytest.mark.parametrize("status", S)
def test_a_certificate_exists_from_issue_on(status: S) -> None:
    issued = {S.ISSUED, S.DELIVERED, S.REEXAM, S.REVOKED}
    assert status.has_certificate == (status in issued)


def test_every_job_is_told_ids_and_no_more() -> None:
    assert set(ARGUMENTS) == set(Job)
    ids = {
        "office",
        "case",
        "upload",
        "check",
        "challenge",
        "party",
        "ceremony",
        "participant",
        "invitation",
        "package",
        "step_up",
        "operation",
    }
    assert {name for names in ARGUMENTS.values() for name in names} <= ids


def test_a_text_that_differs_is_named_and_not_quoted() -> None:
    assert str(TextDiffers("notice")) == "the notice shown differs from the one in force"
