"""An identity is proven by a check or by a notary's decision, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from server.cases.consents import Purpose
from server.cases.errors import ConditionsUnmet, NotEditable, NotYourAction, TransitionRefused
from server.cases.identifying import (
    confirm_fields,
    decide_check,
    record_outcome,
    request_check,
)
from server.cases.identity_checks import (
    CheckId,
    CheckInputs,
    CheckOutcome,
    CheckState,
    ChipData,
    IdentityCheck,
    LiveClip,
    digest_of,
)
from server.cases.parties import IdDocument, IdType
from server.cases.status import CaseStatus as S
from tests.unit.cases.a_case import (
    APPLICANT,
    ASSISTANT,
    NOTARY,
    NOW,
    STRANGER,
    SYSTEM,
    WANG,
    consent,
    ready_case,
)

if TYPE_CHECKING:
    from server.cases.case import Case

FACELESS = CheckInputs(document="resident_id", front="a" * 64, back="b" * 64, live=None)
WITH_FACE = replace(FACELESS, live="c" * 64)
FOUND = CheckOutcome(
    doubts=(),
    face_score=0.97,
    policy_citation="test policy",
    name="王小明",
    id_number="53010219710321001X",
    valid_until=date(2030, 1, 1),
    finished_at=NOW,
)
DOUBTFUL = replace(FOUND, doubts=("face_below_threshold", "glare"))


def unproven(status: S = S.DRAFT) -> tuple[IdentityCheck, Case]:
    case = ready_case(status)
    case.parties = [replace(p, identity_proven=False) for p in case.parties]
    check = request_check(case, WANG, FACELESS, APPLICANT, check_id=CheckId("k-1"), at=NOW)
    return check, case


def test_only_the_person_says_what_stands_on_the_card() -> None:
    check, case = unproven()
    read = record_outcome(case, check, state=CheckState.PROVEN, outcome=FOUND, actor=SYSTEM, at=NOW)
    with pytest.raises(NotYourAction):
        confirm_fields(case, read, {}, NOTARY, at=NOW)


def test_nothing_is_corrected_once_the_office_has_accepted_the_case() -> None:
    check, case = unproven()
    read = record_outcome(case, check, state=CheckState.PROVEN, outcome=FOUND, actor=SYSTEM, at=NOW)
    case.status = S.ISSUED
    with pytest.raises(NotEditable):
        confirm_fields(case, read, {}, APPLICANT, at=NOW)


def test_evidence_of_a_check_is_all_that_was_looked_at() -> None:
    check, _ = unproven()
    clip = LiveClip(object="c" * 64, times_ms=(0,), nonce="00", asked_at=NOW, answered_at=NOW)
    chip = ChipData(object="d" * 64)
    seen = [
        check,
        replace(check, inputs=replace(FACELESS, back=None)),
        replace(check, inputs=replace(FACELESS, clip=clip)),
        replace(check, inputs=replace(FACELESS, chip=chip)),
        replace(check, outcome=FOUND),
        replace(check, outcome=replace(FOUND, stills=("e" * 64,))),
    ]
    assert len({digest_of(each) for each in seen}) == len(seen)
    assert digest_of(check) == digest_of(replace(check))


def test_no_face_is_looked_at_without_consent() -> None:
    case = ready_case()
    with pytest.raises(ConditionsUnmet, match="consent_missing_face_online"):
        request_check(case, WANG, WITH_FACE, APPLICANT, check_id=CheckId("k-1"), at=NOW)
    case.consents.append(consent(Purpose.FACE_ONLINE))
    check = request_check(case, WANG, WITH_FACE, APPLICANT, check_id=CheckId("k-1"), at=NOW)
    assert (check.state, check.inputs.live) == (CheckState.QUEUED, "c" * 64)


def test_a_stranger_asks_for_no_check_and_nobody_does_after_acceptance() -> None:
    with pytest.raises(NotYourAction):
        request_check(ready_case(), WANG, FACELESS, STRANGER, check_id=CheckId("k"), at=NOW)
    with pytest.raises(NotEditable):
        request_check(
            ready_case(S.ACCEPTED), WANG, FACELESS, ASSISTANT, check_id=CheckId("k"), at=NOW
        )


def ended(
    case: Case, check: IdentityCheck, state: CheckState, found: CheckOutcome
) -> IdentityCheck:
    return record_outcome(case, check, state=state, outcome=found, actor=SYSTEM, at=NOW)


def test_a_proven_check_proves_the_party_and_keeps_the_number_that_was_read() -> None:
    check, case = unproven()
    ended(case, check, CheckState.PROVEN, FOUND)
    party = case.party(WANG)
    assert party.identity_proven
    assert party.id_document == IdDocument(
        type=IdType.RESIDENT_ID, number="53010219710321001X", valid_until=date(2030, 1, 1)
    )


def test_a_passport_is_kept_as_one() -> None:
    check, case = unproven()
    passport = replace(check, inputs=replace(FACELESS, document="passport", back=None))
    ended(case, passport, CheckState.PROVEN, FOUND)
    document = case.party(WANG).id_document
    assert document is not None
    assert document.type is IdType.PASSPORT


def test_a_number_that_could_not_be_read_overwrites_none() -> None:
    check, case = unproven()
    known = IdDocument(type=IdType.PASSPORT, number="E1", valid_until=None)
    case.replace_party(replace(case.party(WANG), id_document=known))
    ended(case, check, CheckState.PROVEN, replace(FOUND, id_number=None))
    assert case.party(WANG).id_document == known


@pytest.mark.parametrize("state", [CheckState.PERSON_DECIDES, CheckState.REFUSED])
def test_doubt_proves_nobody_and_is_on_record(state: CheckState) -> None:
    check, case = unproven()
    assert ended(case, check, state, DOUBTFUL).outcome == DOUBTFUL
    assert not case.party(WANG).identity_proven
    assert case.pending[-1].facts["doubts"] == "face_below_threshold glare"


def test_a_second_run_of_the_job_changes_nothing() -> None:
    check, case = unproven()
    refused = ended(case, check, CheckState.REFUSED, DOUBTFUL)
    events = len(case.pending)
    assert ended(case, refused, CheckState.PROVEN, FOUND) == refused
    assert not case.party(WANG).identity_proven
    assert len(case.pending) == events


@pytest.mark.parametrize("proven", [True, False])
def test_what_the_machine_left_open_a_notary_decides(*, proven: bool) -> None:
    check, case = unproven(S.SUBMITTED)
    left = ended(case, check, CheckState.PERSON_DECIDES, DOUBTFUL)
    decided = decide_check(case, left, proven=proven, reason="met", actor=NOTARY, at=NOW)
    assert decided.state is (CheckState.PROVEN if proven else CheckState.REFUSED)
    # The verdict of the machine stays beside the decision.
    assert decided.outcome == DOUBTFUL
    assert case.party(WANG).identity_proven is proven


@pytest.mark.parametrize("state", [CheckState.QUEUED, CheckState.PROVEN, CheckState.REFUSED])
def test_a_verdict_is_not_overruled(state: CheckState) -> None:
    check, case = unproven(S.SUBMITTED)
    with pytest.raises(TransitionRefused):
        decide_check(
            case,
            replace(check, state=state, outcome=FOUND),
            proven=True,
            reason="r",
            actor=NOTARY,
            at=NOW,
        )


def test_an_assistant_decides_on_nobody() -> None:
    check, case = unproven(S.SUBMITTED)
    left = ended(case, check, CheckState.PERSON_DECIDES, DOUBTFUL)
    with pytest.raises(NotYourAction):
        decide_check(case, left, proven=True, reason="r", actor=ASSISTANT, at=NOW)
