"""转处: the applicant decides, everything handed in goes along, no opinion does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from server.cases.acting import act
from server.cases.consents import Purpose
from server.cases.errors import ConditionsUnmet, FormIncomplete, NotYourAction
from server.cases.identity_checks import (
    CheckId,
    CheckInputs,
    CheckOutcome,
    CheckState,
    ChipData,
    IdentityCheck,
    LiveClip,
)
from server.cases.ids import AccountId, CaseId, MaterialId, MatterCode, OfficeId, PartyId
from server.cases.materials import Material, MaterialState
from server.cases.particulars import Particulars
from server.cases.parties import Party, PartyRole
from server.cases.status import CaseStatus as S
from server.cases.transferring import (
    following_check,
    objects_of,
    record_successor,
    rules_at,
    successor_id,
    successor_of,
)
from server.cases.transitions import Action
from server.catalogue.loading import load_catalogue
from tests.unit.cases.a_case import (
    APPLICANT,
    DIRECTOR,
    NOTARY,
    NOW,
    RULES,
    WANG,
    consent,
    ready_case,
)

if TYPE_CHECKING:
    from server.cases.case import Case

HEKOU = OfficeId("hekou-demo")
PROPOSAL = Particulars(to_office=HEKOU, report="不动产在河口")
CATALOGUE = load_catalogue()


def test_a_transfer_goes_somewhere() -> None:
    with pytest.raises(FormIncomplete, match="to_office"):
        _ = Particulars(report="不动产在河口").destination


def submitted() -> Case:
    case = ready_case(S.SUBMITTED)
    case.id = CaseId("019e0000-0000-7000-8000-000000000001")
    return case


def proposed() -> Case:
    case = submitted()
    act(case, Action.PROPOSE_TRANSFER, DIRECTOR, at=NOW, particulars=PROPOSAL)
    return case


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        (Particulars(report="r"), ["to_office"]),
        (Particulars(to_office=HEKOU), ["report"]),
    ],
)
def test_a_proposal_says_where_to_and_why(told: Particulars, missing: list[str]) -> None:
    with pytest.raises(FormIncomplete) as refused:
        act(submitted(), Action.PROPOSE_TRANSFER, DIRECTOR, at=NOW, particulars=told)
    assert list(refused.value.missing) == missing


def test_nothing_goes_anywhere_without_the_separate_consent_of_the_person() -> None:
    case = proposed()
    with pytest.raises(ConditionsUnmet) as refused:
        act(case, Action.AGREE_TO_TRANSFER, APPLICANT, at=NOW)
    assert [(u.code, u.subject) for u in refused.value.unmet] == [
        ("consent_missing_transfer", WANG)
    ]
    with pytest.raises(NotYourAction):
        act(case, Action.AGREE_TO_TRANSFER, DIRECTOR, at=NOW)
    case.consents.append(consent(Purpose.TRANSFER))
    # Whoever has no login, like a related person, is not asked online.
    case.parties.append(Party(id=PartyId("p-2"), role=PartyRole.RELATED_PERSON, name="某某"))
    act(case, Action.AGREE_TO_TRANSFER, APPLICANT, at=NOW)
    assert (case.status, case.milestones.closed_at) == (S.TRANSFERRED, NOW)


@pytest.mark.parametrize("who", [APPLICANT, DIRECTOR])
def test_declined_or_taken_back_the_application_is_where_it_was(who: object) -> None:
    case = proposed()
    act(case, Action.DECLINE_TRANSFER, who, at=NOW)  # type: ignore[arg-type]  # of a table
    assert (case.status, case.transfer) == (S.SUBMITTED, None)
    act(case, Action.ACCEPT, NOTARY, at=NOW)


def test_the_other_office_must_be_another_one_that_handles_the_matter() -> None:
    case, matter = submitted(), CATALOGUE.matter(MatterCode("WT03"))

    def refusal(office: str, on: date = date(2026, 9, 1)) -> list[str]:
        with pytest.raises(ConditionsUnmet) as refused:
            rules_at(case, OfficeId(office), packs=CATALOGUE.rule_packs, matter=matter, on=on)
        return [u.code for u in refused.value.unmet]

    assert refusal("kunming-demo") == ["office_is_the_same"]
    assert refusal("nowhere") == ["office_does_not_handle"]
    assert refusal("hekou-demo", on=date(1999, 1, 1)) == ["office_does_not_handle"]
    rules = rules_at(case, HEKOU, packs=CATALOGUE.rule_packs, matter=matter, on=date(2026, 9, 1))
    assert rules.pack_version in {p.version for p in CATALOGUE.rule_packs.office(HEKOU).packs}


def many_sided() -> Case:
    case = submitted()
    case.parties = [
        replace(case.parties[0], relative_of_staff=frozenset({AccountId("s-1")})),
        Party(id=PartyId("p-2"), role=PartyRole.AGENT, name="某某", stands_for=WANG),
    ]
    case.materials = [
        *case.materials,
        Material(
            id=MaterialId("m-2"),
            item="household",
            name_zh="户口簿",
            name_en="Household register",
            required=False,
        ),
    ]
    return case


def test_what_was_handed_in_goes_along_and_what_was_thought_of_it_does_not() -> None:
    case = many_sided()
    other = successor_of(case, HEKOU, RULES, at=NOW)
    assert (other.office, other.status, other.id) == (HEKOU, S.SUBMITTED, successor_id(case))
    applicant, agent = other.parties
    assert (applicant.name, applicant.account) == (case.parties[0].name, APPLICANT.account)
    assert (applicant.identity_proven, applicant.relative_of_staff) == (True, frozenset())
    assert agent.stands_for == applicant.id != WANG
    assert {c.party for c in other.consents} == {applicant.id}
    states = [(m.state, m.object_sha256, m.in_supplement) for m in other.materials]
    assert states == [
        (MaterialState.UPLOADED, case.materials[0].object_sha256, False),
        (MaterialState.MISSING, None, False),
    ]
    assert (other.fee, other.review, other.staffing.handling_notary) == (None, None, None)
    assert other.intake.eligibility == "office_decides"
    assert other.milestones.submitted_at == NOW


def test_doing_it_twice_makes_the_same_case() -> None:
    case = many_sided()
    once, again = (successor_of(case, HEKOU, RULES, at=NOW) for _ in range(2))
    assert once == again
    assert {p.id for p in once.parties} & {p.id for p in case.parties} == set()


def test_an_identity_check_follows_its_party_with_its_pictures() -> None:
    case = many_sided()
    check = IdentityCheck(
        id=CheckId("k-1"),
        office=case.office,
        case=case.id,
        party=WANG,
        inputs=CheckInputs(document="resident_id", front="a" * 64, back=None, live="b" * 64),
        state=CheckState.PROVEN,
        requested_at=NOW,
    )
    moved = following_check(case, check, HEKOU)
    other = successor_of(case, HEKOU, RULES, at=NOW)
    assert (moved.office, moved.case, moved.party) == (HEKOU, other.id, other.parties[0].id)
    assert (moved.inputs, moved.state) == (check.inputs, check.state)
    assert list(objects_of(case, [check])) == ["1" * 64, "a" * 64, "b" * 64]


def test_a_clip_a_chip_and_what_was_seen_on_them_go_along_too() -> None:
    check = IdentityCheck(
        id=CheckId("k-2"),
        office=submitted().office,
        case=submitted().id,
        party=WANG,
        inputs=CheckInputs(
            document="passport",
            front="a" * 64,
            back=None,
            live=None,
            clip=LiveClip(
                object="c" * 64, times_ms=(0,), nonce="00", asked_at=NOW, answered_at=NOW
            ),
            chip=ChipData(object="d" * 64),
        ),
        state=CheckState.PROVEN,
        requested_at=NOW,
        outcome=CheckOutcome(
            doubts=(),
            face_score=0.9,
            policy_citation="test policy",
            name=None,
            id_number=None,
            valid_until=None,
            finished_at=NOW,
            stills=("e" * 64, "f" * 64),
        ),
    )
    assert list(objects_of(replace(submitted(), materials=[]), [check])) == [
        each * 64 for each in "acdef"
    ]


def test_the_first_office_s_case_names_the_second_once() -> None:
    case = proposed()
    events = len(case.pending)
    record_successor(case, at=NOW)
    record_successor(case, at=NOW)
    assert case.transfer is not None
    assert case.transfer.successor == successor_id(case)
    assert len(case.pending) == events + 1
    untouched = submitted()
    record_successor(untouched, at=NOW)
    assert untouched.transfer is None
