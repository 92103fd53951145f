"""The notary compares in the room; until then nothing there rests on the person's identity."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.compared import unmet_at_step, unmet_of_party
from server.cases.comparing import Seen, agree_to_comparison, compare_identity
from server.cases.consents import Purpose
from server.cases.errors import ConditionsUnmet, NotEditable, NotYourAction, TransitionRefused
from server.cases.guards import identities_proven, identities_proven_or_chosen
from server.cases.identifying import decide_check, record_outcome, request_check
from server.cases.identity_checks import (
    CheckId,
    CheckInputs,
    CheckOutcome,
    CheckState,
    IdentityCheck,
    LiveClip,
    ProofRoute,
    digest_of,
    routes_of,
)
from server.cases.identity_comparisons import AskedAbout, Likeness
from server.cases.ids import AccountId, CaseId
from server.cases.meeting import (
    confirm_deed,
    join_ceremony,
    require_agreement_to_deed,
    step_ceremony,
)
from server.cases.parties import IdDocument, IdType, PartyRole
from server.cases.presence import confirm_presence
from server.cases.recognising import Lapse
from server.cases.status import CaseStatus
from server.ceremony.ceremony import Ceremony, CeremonyId, Seat
from server.ceremony.errors import CeremonyRefused, NotTakingPart
from server.ceremony.status import Step
from tests.unit.cases.a_case import APPLICANT, NOTARY, NOW, SYSTEM, WANG, consent
from tests.unit.cases.holding import opened, planned, taken
from tests.unit.cases.test_meeting import DEED, meeting_case, will_to_sign
from tests.unit.cases.test_who_it_is import known

if TYPE_CHECKING:
    from server.cases.actor import Actor
    from server.cases.case import Case

SECOND = replace(NOTARY, account=AccountId("s-second"))
INPUTS = CheckInputs(
    document="passport", front="5" * 64, back=None, live=None, chosen=ProofRoute.NOTARY_COMPARES
)
OUTCOME = CheckOutcome(
    doubts=("face_not_compared",),
    face_score=None,
    policy_citation="test",
    name="王小明",
    id_number="E1",
    valid_until=date(2099, 1, 1),
    finished_at=NOW,
)
SEEN = Seen(
    result=Likeness.SAME,
    document="passport",
    original_shown=True,
    questions=(AskedAbout.BIRTH, AskedAbout.ADDRESS),
    reason="一致",
)
RECORDING = (Step.ADMIT, Step.START_RECORDING)


def choosing(**rules: object) -> Case:
    """Return a case in its interview whose party chose to be compared."""
    case = meeting_case()
    case.rules = replace(case.rules, notary_compares=True, compared_questions=2, **rules)  # type: ignore[arg-type]  # of a dataclass
    case.consents.append(consent(Purpose.NOTARY_COMPARES))
    case.replace_party(replace(case.party(WANG), identity_proven=False, compared_in_ceremony=True))
    return case


def to_compare(case: Case, **changes: object) -> IdentityCheck:
    check = IdentityCheck(
        id=CheckId("k-1"),
        office=case.office,
        case=case.id,
        party=WANG,
        inputs=INPUTS,
        state=CheckState.TO_BE_COMPARED,
        requested_at=NOW,
        outcome=OUTCOME,
    )
    return replace(check, **changes)  # type: ignore[arg-type]  # of a dataclass


def compared(
    case: Case, ceremony: Ceremony, check: IdentityCheck, by: Actor = NOTARY, **changes: object
) -> IdentityCheck:
    seen = replace(SEEN, **changes)  # type: ignore[arg-type]  # of a dataclass
    return compare_identity(case, ceremony, check, seen, actor=by, at=NOW)


def codes(refused: pytest.ExceptionInfo[ConditionsUnmet]) -> list[str]:
    return [unmet.code for unmet in refused.value.unmet]


def at_intake(status: CaseStatus = CaseStatus.SUBMITTED) -> Case:
    case = choosing()
    case.status = status
    case.replace_party(replace(case.party(WANG), compared_in_ceremony=False))
    return case


def asked(case: Case, inputs: CheckInputs = INPUTS) -> IdentityCheck:
    return request_check(case, WANG, inputs, APPLICANT, check_id=CheckId("k-1"), at=NOW)


def read(case: Case, state: CheckState = CheckState.PERSON_DECIDES) -> IdentityCheck:
    return record_outcome(case, asked(case), state=state, outcome=OUTCOME, actor=SYSTEM, at=NOW)


@pytest.mark.parametrize("state", [CheckState.PERSON_DECIDES, CheckState.PROVEN])
def test_a_machine_that_read_the_document_proves_nobody(state: CheckState) -> None:
    case = at_intake()
    assert read(case, state).state is CheckState.TO_BE_COMPARED
    party = case.party(WANG)
    assert (party.identity_proven, party.compared_in_ceremony) == (False, True)
    assert party.id_document == IdDocument(
        type=IdType.PASSPORT, number="E1", valid_until=date(2099, 1, 1)
    )
    assert list(identities_proven_or_chosen(case, NOTARY)) == []
    assert [u.code for u in identities_proven(case, NOTARY)] == ["identity_not_proven"]


def test_a_document_that_the_machine_refuses_is_not_compared() -> None:
    case = at_intake()
    assert read(case, CheckState.REFUSED).state is CheckState.REFUSED
    assert not case.party(WANG).compared_in_ceremony
    assert [u.code for u in identities_proven_or_chosen(case, NOTARY)] == ["identity_not_proven"]


def test_whoever_is_proven_already_stays_so() -> None:
    case = at_intake()
    case.replace_party(replace(case.party(WANG), identity_proven=True))
    read(case)
    assert not case.party(WANG).compared_in_ceremony


def test_the_door_is_open_only_where_the_office_offers_it_and_the_choice_stands() -> None:
    case = choosing()
    case.consents.pop()
    told = [u.code for u in identities_proven_or_chosen(case, NOTARY)]
    assert told == ["consent_missing_notary_compares"]
    case.rules = replace(case.rules, notary_compares=False)
    assert [u.code for u in identities_proven_or_chosen(case, NOTARY)] == ["identity_not_proven"]
    assert ProofRoute.NOTARY_COMPARES not in routes_of(case.rules)


def test_what_is_not_offered_not_chosen_or_not_alone_is_named_together() -> None:
    case = at_intake()
    case.rules = replace(case.rules, notary_compares=False)
    case.consents = [consent(Purpose.FACE_ONLINE)]
    clip = LiveClip(object="6" * 64, times_ms=(), nonce="", asked_at=NOW, answered_at=NOW)
    with pytest.raises(ConditionsUnmet) as refused:
        asked(case, replace(INPUTS, clip=clip))
    assert codes(refused) == [
        "comparison_not_offered",
        "consent_missing_notary_compares",
        "comparison_stands_alone",
    ]


def test_a_notary_refuses_beforehand_but_proves_only_in_the_room() -> None:
    case = at_intake()
    check = read(case)
    with pytest.raises(ConditionsUnmet) as refused:
        decide_check(case, check, proven=True, reason="一致", actor=NOTARY, at=NOW)
    assert codes(refused) == ["identity_not_compared"]
    ended = decide_check(case, check, proven=False, reason="证件存疑", actor=NOTARY, at=NOW)
    assert ended.state is CheckState.REFUSED
    assert not case.party(WANG).compared_in_ceremony
    with pytest.raises(TransitionRefused):
        decide_check(case, ended, proven=False, reason="", actor=NOTARY, at=NOW)


def test_same_proves_the_person_and_stands_in_the_chain() -> None:
    case = choosing()
    ceremony = opened(case, *RECORDING)
    check = compared(case, ceremony, to_compare(case))
    assert check.state is CheckState.PROVEN
    assert case.party(WANG).identity_proven
    link = ceremony.links[-1]
    assert (link.kind, link.body["result"], link.hash) == (
        "identity_compared",
        "same",
        check.comparisons[0].link,
    )
    # Codes and digests: what was said about a person is not in the chain.
    assert SEEN.reason not in str(link.body)
    assert list(unmet_at_step(case, ceremony, Step.OPEN_SIGNING)) == []


@pytest.mark.parametrize(
    ("result", "state", "chosen", "code"),
    [
        # It may be compared again.
        (Likeness.UNSURE, CheckState.TO_BE_COMPARED, True, "identity_not_compared"),
        # Somebody else: this check is over.
        (Likeness.NOT_SAME, CheckState.REFUSED, False, "identity_not_proven"),
    ],
)
def test_a_doubt_takes_back_what_was_proven(
    result: Likeness,
    state: CheckState,
    chosen: bool,
    code: str,  # a row of a table
) -> None:
    case = choosing()
    ceremony = opened(case, *RECORDING)
    proven = compared(case, ceremony, to_compare(case))
    doubted = compared(case, ceremony, proven, result=result, original_shown=False)
    assert doubted.state is state
    party = case.party(WANG)
    assert (party.identity_proven, party.compared_in_ceremony) == (False, chosen)
    for step in (Step.OPEN_SIGNING, Step.COMPLETE):
        assert [u.code for u in unmet_at_step(case, ceremony, step)] == [code]
    assert list(unmet_at_step(case, ceremony, Step.ABORT)) == []


def test_everything_that_same_wants_is_named_at_once() -> None:
    case = choosing(second_compares=True)
    case.consents.pop()
    document = IdDocument(type=IdType.PASSPORT, number="E2", valid_until=None)
    case.replace_party(replace(case.party(WANG), id_document=document))
    ceremony = opened(case, *RECORDING)
    check = to_compare(
        case,
        inputs=replace(INPUTS, chosen=None),
        outcome=replace(OUTCOME, valid_until=NOW.date() - timedelta(days=1)),
    )
    with pytest.raises(ConditionsUnmet) as refused:
        compared(
            case,
            ceremony,
            check,
            document="resident_id",
            original_shown=False,
            questions=(AskedAbout.BIRTH, AskedAbout.BIRTH),
        )
    assert codes(refused) == [
        "comparison_not_asked_for",
        "consent_missing_notary_compares",
        "original_not_shown",
        "another_document_shown",
        "too_few_questions",
        "document_expired_since",
        "document_differs_from_file",
        "second_person_missing",
    ]
    assert not any(link.kind == "identity_compared" for link in ceremony.links)


def test_what_the_machine_could_not_read_the_notary_reads() -> None:
    case = choosing()
    outcome = replace(OUTCOME, id_number=None, valid_until=None)
    check = compared(case, opened(case, *RECORDING), to_compare(case, outcome=outcome))
    assert check.state is CheckState.PROVEN


def test_only_in_the_live_room_by_the_notary_of_the_case() -> None:
    case = choosing()
    ceremony = opened(case, Step.ADMIT)
    with pytest.raises(CeremonyRefused):
        compared(case, ceremony, to_compare(case))
    taken(case, ceremony, Step.START_RECORDING)
    with pytest.raises(NotYourAction):
        compared(case, ceremony, to_compare(case), by=APPLICANT)
    with pytest.raises(NotTakingPart):
        compared(case, replace(ceremony, case=CaseId("c-2")), to_compare(case))
    case.staffing = replace(case.staffing, handling_notary=SECOND.account)
    with pytest.raises(NotYourAction):
        compared(case, ceremony, to_compare(case))
    case.status = CaseStatus.DRAFTING
    with pytest.raises(NotEditable):
        compared(case, ceremony, to_compare(case))


def test_nobody_is_compared_who_has_not_come_in() -> None:
    case = choosing()
    ceremony = planned(case)
    join_ceremony(case, ceremony, NOTARY, at=NOW)
    ceremony.take(Step.ADMIT, by=NOTARY.account, at=NOW)
    ceremony.take(Step.START_RECORDING, by=NOTARY.account, at=NOW)
    with pytest.raises(NotTakingPart):
        compared(case, ceremony, to_compare(case))


def two_in_the_room() -> tuple[Case, Ceremony]:
    case = choosing(second_compares=True)
    case.staffing = replace(case.staffing, second_handler=SECOND.account)
    ceremony = planned(case)
    for person in (NOTARY, SECOND, APPLICANT):
        join_ceremony(case, ceremony, person, at=NOW)
    return case, taken(case, ceremony, *RECORDING)


def test_where_two_handle_it_two_agree() -> None:
    case, ceremony = two_in_the_room()
    check = compared(case, ceremony, to_compare(case))
    assert check.state is CheckState.TO_BE_COMPARED
    assert not case.party(WANG).identity_proven
    with pytest.raises(NotYourAction):
        agree_to_comparison(case, ceremony, check, agrees=True, reason="同意", actor=NOTARY, at=NOW)
    denied = agree_to_comparison(
        case, ceremony, check, agrees=False, reason="不同意", actor=SECOND, at=NOW
    )
    assert denied.state is CheckState.TO_BE_COMPARED
    with pytest.raises(ConditionsUnmet) as refused:
        agree_to_comparison(
            case, ceremony, denied, agrees=True, reason="同意", actor=SECOND, at=NOW
        )
    assert codes(refused) == ["comparison_not_waiting"]
    again = compared(case, ceremony, denied)
    # The notary's word alone, in the room's own record, is not enough either.
    forged = replace(case.party(WANG), identity_proven=True)
    told = [u.code for u in unmet_of_party(case, ceremony.links, forged)]
    assert told == ["identity_not_compared"]
    agreed = agree_to_comparison(
        case, ceremony, again, agrees=True, reason="同意", actor=SECOND, at=NOW
    )
    assert agreed.state is CheckState.PROVEN
    assert list(unmet_at_step(case, ceremony, Step.OPEN_SIGNING)) == []


def test_nobody_agrees_to_what_was_never_compared() -> None:
    case, ceremony = two_in_the_room()
    with pytest.raises(ConditionsUnmet):
        agree_to_comparison(
            case, ceremony, to_compare(case), agrees=True, reason="", actor=SECOND, at=NOW
        )


def test_what_a_signature_was_bound_to_does_not_change_with_a_later_comparison() -> None:
    case = choosing()
    ceremony = opened(case, *RECORDING)
    before = to_compare(case)
    first = compared(case, ceremony, before)
    assert digest_of(first) != digest_of(before)
    assert digest_of(compared(case, ceremony, first)) == digest_of(first)


def test_no_word_no_will_and_no_key_without_a_comparison() -> None:
    case = choosing()
    ceremony = opened(case, *RECORDING)
    check = compared(case, ceremony, to_compare(case))
    # The recorded comparison is the notary's word on who it is: none is asked for beside it.
    step_ceremony(case, ceremony, Step.CONFIRM_IDENTITIES, NOTARY, at=NOW)
    taken(case, ceremony, Step.OPEN_SIGNING)
    will = will_to_sign(case, ceremony)
    confirm_deed(case, ceremony, APPLICANT, will, at=NOW)
    # Whoever comes in anew afterwards agreed while still in sight.
    join_ceremony(case, ceremony, APPLICANT, at=NOW)
    require_agreement_to_deed(case, ceremony, WANG, will.step_up)
    with pytest.raises(ConditionsUnmet) as refused:
        confirm_presence(case, ceremony, WANG, NOTARY, deed_sha256=DEED, at=NOW)
    assert codes(refused) == ["identity_not_compared"]
    with pytest.raises(ConditionsUnmet) as refused:
        confirm_deed(case, ceremony, APPLICANT, will, at=NOW)
    assert "identity_not_compared" in codes(refused)
    compared(case, ceremony, check, result=Likeness.NOT_SAME)
    with pytest.raises(ConditionsUnmet) as refused:
        require_agreement_to_deed(case, ceremony, WANG, will.step_up)
    assert codes(refused) == ["identity_not_proven"]


def test_not_the_same_ends_what_a_witness_counted_as_known_by() -> None:
    case = choosing()
    case.replace_party(replace(case.party(WANG), role=PartyRole.WITNESS))
    ceremony = opened(case, *RECORDING)
    check = compared(case, ceremony, to_compare(case))
    assert known(case, ceremony).link is ceremony.links[-1]
    compared(case, ceremony, check, result=Likeness.UNSURE)
    assert known(case, ceremony).link is not None
    compared(case, ceremony, check, result=Likeness.NOT_SAME)
    assert known(case, ceremony).lapse is Lapse.OTHER_FACE


ROOM = st.lists(
    st.sampled_from(["same", "unsure", "not_same", "interrupt", "join", "open", "anew"]),
    max_size=12,
)


@given(happenings=ROOM)
def test_signing_is_open_only_to_whoever_was_compared_and_stayed_in_sight(
    happenings: list[str],
) -> None:
    """Hold the room against a model of one bit: is the person who was compared still there?"""
    case = choosing()
    ceremony = opened(case, *RECORDING)
    check, in_sight = to_compare(case), False
    for happening in happenings:
        if happening == "interrupt":
            step_ceremony(case, ceremony, Step.INTERRUPT, NOTARY, at=NOW)
            step_ceremony(case, ceremony, Step.RESUME, NOTARY, at=NOW)
            in_sight = False
        elif happening == "join":
            join_ceremony(case, ceremony, APPLICANT, at=NOW)
            in_sight = False
        elif happening == "anew":
            ceremony = replace(opened(case, *RECORDING), id=CeremonyId(f"{ceremony.id}+"))
            in_sight = False
        elif happening == "open":
            missing = list(unmet_at_step(case, ceremony, Step.OPEN_SIGNING))
            assert (missing == []) is in_sight
        elif check.state is not CheckState.REFUSED:
            check = compared(case, ceremony, check, result=Likeness(happening))
            in_sight = happening == "same"
    seats = [p.seat for p in ceremony.participants]
    assert Seat.PARTY in seats
    assert (list(unmet_at_step(case, ceremony, Step.COMPLETE)) == []) is in_sight
