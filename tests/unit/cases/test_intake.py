"""What may be put on a case before it is accepted, by whom, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from server.cases.case import Case, Intake
from server.cases.consents import Purpose
from server.cases.errors import (
    CaseNotFound,
    FormIncomplete,
    NotEditable,
    NotYourAction,
    PartNotFound,
)
from server.cases.ids import CaseId, ConsentId, MaterialId, PartyId
from server.cases.intake import (
    add_party,
    amend_intake,
    attach_material,
    bind_witness,
    decide_material,
    give_consent,
    may_use_face,
    open_case,
    withdraw_consent,
)
from server.cases.materials import MaterialState
from server.cases.parties import Party, PartyRole
from server.cases.status import CaseStatus as S
from tests.unit.cases.a_case import (
    APPLICANT,
    ASSISTANT,
    NOTARY,
    NOW,
    RULES,
    STRANGER,
    WANG,
    consent,
    ready_case,
)

if TYPE_CHECKING:
    from server.cases.actor import Actor

TITLE = MaterialId("m-1")
LATER = NOW + timedelta(hours=1)


def person(role: PartyRole = PartyRole.APPLICANT) -> Party:
    return Party(id=PartyId("p-new"), role=role, name="某某")


def begun() -> Case:
    ready = ready_case()
    return open_case(
        case_id=CaseId("c-2"),
        office=ready.office,
        matter=ready.matter,
        rules=RULES,
        intake=ready.intake,
        materials=ready.materials,
        actor=APPLICANT,
        at=NOW,
    )


def test_a_new_case_is_a_draft_with_a_place_for_every_paper() -> None:
    case = begun()
    assert (case.status, [m.id for m in case.materials]) == (S.DRAFT, [TITLE])
    (event,) = case.pending
    assert (event.kind, event.facts["rules"]) == ("created", RULES.pack_version)


def test_whoever_begins_a_case_adds_its_first_party_and_then_only_parties_do() -> None:
    case = begun()
    add_party(case, person(), STRANGER, at=NOW)
    with pytest.raises(NotYourAction):
        add_party(case, person(), STRANGER, at=NOW)
    add_party(case, person(PartyRole.RELATED_PERSON), ASSISTANT, at=NOW)
    assert [p.role for p in case.parties] == [PartyRole.APPLICANT, PartyRole.RELATED_PERSON]


def test_an_agent_stands_for_a_party_of_this_case_where_the_matter_admits_one() -> None:
    case = ready_case()
    agent = replace(person(PartyRole.AGENT), stands_for=WANG)
    with pytest.raises(NotEditable, match="agent"):
        add_party(case, agent, APPLICANT, at=NOW)
    case.rules = replace(RULES, agent_allowed=True)
    with pytest.raises(PartNotFound):
        add_party(case, replace(agent, stands_for=PartyId("p-nobody")), APPLICANT, at=NOW)
    add_party(case, agent, APPLICANT, at=NOW)
    assert case.party(agent.id).stands_for == WANG


def test_amending_leaves_alone_what_eligibility_was_judged_on() -> None:
    case = ready_case()
    wished = Intake(
        purpose="出售房产",
        use_country="US",
        route="at_office",
        applicant_country="US",
        copies=5,
        language="en",
        eligibility="office_decides",
    )
    before = case.intake
    amend_intake(case, wished, APPLICANT, at=NOW)
    assert case.intake == replace(before, purpose="出售房产", copies=5, language="en")


def test_a_witness_is_bound_by_the_office_and_only_after_acceptance() -> None:
    witness = person(PartyRole.WITNESS)
    case = ready_case(S.ACCEPTED)
    with pytest.raises(NotYourAction):
        bind_witness(case, witness, APPLICANT, at=NOW)
    bind_witness(case, witness, ASSISTANT, at=NOW)
    assert case.party(witness.id).role is PartyRole.WITNESS
    with pytest.raises(NotEditable):
        bind_witness(ready_case(S.DRAFT), witness, ASSISTANT, at=NOW)


def test_nobody_consents_or_takes_back_for_another() -> None:
    case = ready_case()
    given = consent(Purpose.FACE_ONLINE)
    with pytest.raises(NotYourAction):
        give_consent(case, given, NOTARY, at=NOW)
    give_consent(case, given, APPLICANT, at=NOW)
    with pytest.raises(NotYourAction):
        withdraw_consent(case, given.id, NOTARY, at=NOW)
    with pytest.raises(PartNotFound):
        withdraw_consent(case, ConsentId("unknown"), APPLICANT, at=NOW)
    assert may_use_face(case, WANG)


def test_a_withdrawn_consent_keeps_the_moment_of_the_first_word() -> None:
    case = ready_case()
    give_consent(case, consent(Purpose.FACE_ONLINE), APPLICANT, at=NOW)
    withdrawn = case.consents[-1].id
    withdraw_consent(case, withdrawn, APPLICANT, at=NOW)
    assert not may_use_face(case, WANG)
    assert withdraw_consent(case, withdrawn, APPLICANT, at=LATER).withdrawn_at == NOW


def test_a_case_that_is_over_asks_for_no_consent() -> None:
    with pytest.raises(NotEditable):
        give_consent(ready_case(S.LAPSED), consent(Purpose.TERMS), APPLICANT, at=NOW)


def attach(case: Case, who: Actor) -> None:
    attach_material(
        case,
        TITLE,
        object_sha256="9" * 64,
        media_type="image/jpeg",
        size=10,
        actor=who,
        at=NOW,
    )


@pytest.mark.parametrize(
    ("status", "listed", "who", "error"),
    [
        # A stranger puts nothing on another's case.
        (S.DRAFT, True, STRANGER, NotYourAction),
        # The office has it and judges it; nothing changes under its hands.
        (S.SUBMITTED, True, APPLICANT, NotEditable),
        # A supplement opens what it lists and nothing else.
        (S.SUPPLEMENT, False, APPLICANT, NotEditable),
    ],
)
def test_when_a_paper_is_not_taken(
    status: S, who: Actor, error: type[Exception], *, listed: bool
) -> None:
    case = ready_case(status)
    case.materials = [replace(m, in_supplement=listed) for m in case.materials]
    with pytest.raises(error):
        attach(case, who)


@pytest.mark.parametrize(
    ("status", "who"),
    [
        # While the applicant is still collecting.
        (S.DRAFT, APPLICANT),
        # What the supplement asks for.
        (S.SUPPLEMENT, APPLICANT),
        # What the notary found out (P-25).
        (S.REVIEW, NOTARY),
    ],
)
def test_when_a_paper_is_taken(status: S, who: Actor) -> None:
    case = ready_case(status)
    attach(case, who)
    assert case.material(TITLE).state is MaterialState.UPLOADED
    assert case.material(TITLE).object_sha256 == "9" * 64


def decide(case: Case, state: MaterialState, reason: str | None = None) -> None:
    decide_material(case, TITLE, state=state, reason=reason, actor=NOTARY, at=NOW)


def test_a_paper_is_rejected_with_a_reason() -> None:
    case = ready_case(S.REVIEW)
    with pytest.raises(FormIncomplete):
        decide(case, MaterialState.REJECTED)
    decide(case, MaterialState.REJECTED, "blurred")
    assert case.material(TITLE).reason == "blurred"
    assert case.material(TITLE).decided_by == NOTARY.account


def test_only_a_paper_that_is_there_was_looked_at() -> None:
    case = ready_case(S.REVIEW)
    case.materials = [replace(m, object_sha256=None) for m in case.materials]
    with pytest.raises(PartNotFound):
        decide(case, MaterialState.CHECKED)


def test_shared_data_takes_a_promise_in_place_of_a_paper() -> None:
    case = ready_case(S.ACCEPTED)
    case.materials = [replace(m, object_sha256=None) for m in case.materials]
    with pytest.raises(PartNotFound, match="truth promise"):
        decide(case, MaterialState.SHARED_DATA)
    case.consents.append(consent(Purpose.TRUTH_PROMISE))
    decide(case, MaterialState.SHARED_DATA)
    assert case.material(TITLE).state is MaterialState.SHARED_DATA


def test_what_the_case_does_not_have_is_not_found() -> None:
    case = ready_case()
    with pytest.raises(PartNotFound, match="party"):
        case.party(PartyId("p-nobody"))
    with pytest.raises(PartNotFound, match="party"):
        case.party_of(STRANGER.account)
    with pytest.raises(PartNotFound, match="material"):
        case.material(MaterialId("m-none"))
    assert str(CaseNotFound()) == "no such case"


def test_replacing_one_part_leaves_the_others_alone() -> None:
    case = ready_case()
    add_party(case, person(PartyRole.RELATED_PERSON), APPLICANT, at=NOW)
    case.replace_party(replace(case.party(WANG), phone="+33600000000"))
    assert [p.phone for p in case.parties] == ["+33600000000", None]


def test_the_staff_of_a_case_are_all_who_have_a_part_in_it() -> None:
    case = ready_case()
    assert case.handlers == {ASSISTANT.account, NOTARY.account}
    assert case.staff - case.handlers == {"s-checker", "s-approver", "s-other-notary"}
