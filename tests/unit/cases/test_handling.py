"""What the office puts on a case, and whose hand it takes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.billing.fee_status import FeeStatus
from server.billing.fees import Fee
from server.cases.case import Deed, Staffing
from server.cases.drafting import Tick
from server.cases.errors import (
    ConditionsUnmet,
    FormIncomplete,
    NotEditable,
    NotYourAction,
    PartNotFound,
)
from server.cases.handling import (
    answer_review,
    assign,
    close_task,
    confirm_interview,
    give_approval,
    give_check,
    open_task,
    put_on_account,
    quote_fee,
    six_ticks,
    write_deed,
    write_draft,
    write_interview,
)
from server.cases.ids import AccountId, PartyId, TaskId
from server.cases.parties import Party, PartyRole
from server.cases.review import Finding, Head, VerificationTask
from server.cases.roles import Role
from server.cases.status import CaseStatus as S
from tests.unit.cases.a_case import (
    APPLICANT,
    APPROVER,
    ASSISTANT,
    CHECKER,
    DIRECTOR,
    NOTARY,
    NOW,
    QUOTE,
    WANG,
    actor,
    all_ticks,
    ready_case,
)

if TYPE_CHECKING:
    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.cases.interview import InterviewRecord

OTHER_NOTARY = actor("s-other", Role.NOTARY)
CASHIER = actor("s-cashier", Role.CASHIER)
TASK = VerificationTask(
    id=TaskId("t-1"), fact="ownership", way="letter", opened_by=NOTARY.account, opened_at=NOW
)
HEAD = Head.IDENTITY_AND_RIGHT


def bare(status: S) -> Case:
    """Return a case that nobody has reviewed, quoted or written anything for."""
    case = ready_case(status)
    case.review = case.fee = case.deed = case.interview = None
    return case


def test_an_empty_seat_is_filled_by_anybody_and_a_taken_one_by_the_director() -> None:
    case = ready_case(S.REVIEW)
    second = Staffing(second_handler=AccountId("s-second"))
    assign(case, second, NOTARY, at=NOW)
    assert case.staffing.second_handler == "s-second"
    assert case.staffing.checker == CHECKER.account

    moved = Staffing(handling_notary=OTHER_NOTARY.account)
    with pytest.raises(NotYourAction):
        assign(case, moved, NOTARY, at=NOW)
    assign(case, moved, DIRECTOR, at=NOW)
    assert case.staffing.handling_notary == OTHER_NOTARY.account


def test_whoever_holds_the_seat_already_is_not_reassigned() -> None:
    case = ready_case(S.REVIEW)
    assign(case, Staffing(checker=CHECKER.account), NOTARY, at=NOW)
    assert case.pending[-1].facts == {}


def test_a_relative_of_a_party_gets_no_seat() -> None:
    case = ready_case(S.REVIEW)
    kin = frozenset({AccountId("s-cousin")})
    case.parties = [replace(p, relative_of_staff=kin) for p in case.parties]
    with pytest.raises(ConditionsUnmet, match="conflict_of_interest"):
        assign(case, Staffing(second_handler=AccountId("s-cousin")), DIRECTOR, at=NOW)


@pytest.mark.parametrize("status", [S.LAPSED, S.ARCHIVED])
def test_a_case_at_rest_has_no_seats_to_fill(status: S) -> None:
    with pytest.raises(NotEditable):
        assign(ready_case(status), Staffing(), DIRECTOR, at=NOW)


def answer(case: Case, who: Actor, *evidence: str, satisfied: bool = True) -> None:
    finding = Finding(satisfied=satisfied, opinion="o", evidence=evidence)
    answer_review(case, {HEAD: finding}, who, at=NOW)


@pytest.mark.parametrize(
    "who",
    [
        # P-5: examining is the notary's own work.
        ASSISTANT,
        # ... and of the notary who handles the case.
        OTHER_NOTARY,
    ],
)
def test_the_review_is_the_handling_notary_s(who: Actor) -> None:
    with pytest.raises(NotYourAction):
        answer(ready_case(S.REVIEW), who, "m-1")


def test_a_good_finding_rests_on_evidence_and_a_bad_one_need_not() -> None:
    case = ready_case(S.REVIEW)
    with pytest.raises(FormIncomplete, match="evidence for identity_and_right"):
        answer(case, NOTARY)
    answer(case, NOTARY, satisfied=False)
    assert case.review is not None
    assert case.review.unsatisfied == (HEAD,)


def test_answers_to_other_heads_stay() -> None:
    case = bare(S.REVIEW)
    answer(case, NOTARY, "m-1")
    answer_review(
        case,
        {Head.DOCUMENT_COMPLETE: Finding(satisfied=True, opinion="o", evidence=("m-1",))},
        NOTARY,
        at=NOW,
    )
    assert case.review is not None
    assert set(case.review.findings) == {HEAD, Head.DOCUMENT_COMPLETE}


def test_a_verification_is_closed_once_with_its_source() -> None:
    case = ready_case(S.REVIEW)
    open_task(case, TASK, NOTARY, at=NOW)

    def close(task: str) -> None:
        close_task(
            case, TaskId(task), result="confirmed", source="registry", actor=ASSISTANT, at=NOW
        )

    with pytest.raises(PartNotFound):
        close("t-unknown")
    close("t-1")
    (closed,) = case.tasks
    assert (closed.result, closed.closed_by) == ("confirmed", ASSISTANT.account)
    with pytest.raises(PartNotFound):
        close("t-1")


def test_the_fee_is_quoted_again_until_money_moved() -> None:
    case = bare(S.REVIEW)
    quote_fee(case, QUOTE, ASSISTANT, at=NOW)
    assert case.fee == Fee(quote=QUOTE)
    dearer = replace(QUOTE, tariff_version="2026-02")
    quote_fee(case, dearer, NOTARY, at=NOW)
    assert case.fee == Fee(quote=dearer)


def test_only_a_cashier_puts_a_quoted_fee_on_account() -> None:
    case = bare(S.REVIEW)
    with pytest.raises(PartNotFound):
        put_on_account(case, CASHIER, at=NOW)
    case.fee = Fee(quote=QUOTE)
    with pytest.raises(NotYourAction):
        put_on_account(case, NOTARY, at=NOW)
    put_on_account(case, CASHIER, at=NOW)
    assert case.fee.status is FeeStatus.ON_ACCOUNT


def test_a_deed_is_rewritten_until_somebody_signed_it() -> None:
    case = bare(S.REVIEW)
    unsigned = Deed(title="委托书", variables={})
    write_deed(case, unsigned, ASSISTANT, at=NOW)
    write_deed(case, replace(unsigned, title="声明书"), ASSISTANT, at=NOW)
    assert case.deed == Deed(title="声明书", variables={})
    case.deed = replace(unsigned, signed_by=(WANG,))
    with pytest.raises(NotEditable):
        write_deed(case, unsigned, ASSISTANT, at=NOW)


def record_of(case: Case) -> InterviewRecord:
    if case.interview is None:
        raise LookupError("the ready case has a record")
    return replace(case.interview, confirmed_by=(), confirmed_at=None)


def test_the_record_is_written_until_it_is_confirmed() -> None:
    case = ready_case(S.INTERVIEW_SET)
    record = record_of(case)
    with pytest.raises(NotEditable):
        write_interview(case, record, NOTARY, at=NOW)
    case.interview = None
    write_interview(case, record, NOTARY, at=NOW)
    write_interview(case, replace(record, place="公证处"), NOTARY, at=NOW)
    assert case.interview == replace(record, place="公证处")


def test_the_record_is_confirmed_when_every_party_with_a_login_did() -> None:
    case = bare(S.INTERVIEW_SET)
    with pytest.raises(PartNotFound):
        confirm_interview(case, APPLICANT, at=NOW)
    case.interview = record_of(ready_case())
    wife = actor("a-li", Role.APPLICANT)
    case.parties += [
        Party(id=PartyId("p-li"), role=PartyRole.APPLICANT, name="李某", account=wife.account),
        # Acts through nobody's login, so nobody waits for a click.
        Party(id=PartyId("p-child"), role=PartyRole.RELATED_PERSON, name="王某"),
    ]
    confirm_interview(case, APPLICANT, at=NOW)
    confirm_interview(case, APPLICANT, at=NOW)
    assert (case.interview.confirmed_by, case.interview.is_confirmed) == ((WANG,), False)
    confirm_interview(case, wife, at=NOW)
    assert case.interview.confirmed_at == NOW
    with pytest.raises(PartNotFound):
        confirm_interview(case, wife, at=NOW)


def test_a_new_draft_is_covered_by_no_old_opinion() -> None:
    case = ready_case(S.DRAFTING)
    draft = case.draft
    assert draft  # the ready case has one
    write_draft(case, draft, ASSISTANT, at=NOW)
    assert (case.check, case.approval) == (None, None)


def test_ticks_are_given_from_the_seat_and_in_the_status() -> None:
    case = ready_case(S.CHECKING)
    ticks = six_ticks(frozenset({Tick.FEE_CORRECT}), "补正", CHECKER, at=NOW)
    with pytest.raises(NotYourAction):
        give_check(case, ticks, actor("s-other", Role.CHECKER), at=NOW)
    give_check(case, ticks, CHECKER, at=NOW)
    assert case.check == ticks
    assert len(ticks.withheld) == len(Tick) - 1
    with pytest.raises(NotEditable):
        give_approval(case, all_ticks(APPROVER), APPROVER, at=NOW)


def test_an_approver_who_handled_the_case_cannot_even_tick() -> None:
    case = ready_case(S.TO_APPROVE)
    case.staffing = replace(case.staffing, approver=None)
    both = actor(NOTARY.account, Role.NOTARY, Role.APPROVER)
    with pytest.raises(ConditionsUnmet, match="approver_handled_the_case"):
        give_approval(case, all_ticks(both), both, at=NOW)
    give_approval(case, all_ticks(APPROVER), APPROVER, at=NOW)
    assert case.approval == all_ticks(APPROVER)
