"""执行证书: asked for by the creditor, verified, approved, and of a series of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from server.cases.acting import act
from server.cases.actor import Actor
from server.cases.enforcement import NoEnforcementGround
from server.cases.errors import ConditionsUnmet, FormIncomplete, TransitionRefused
from server.cases.guards import unmet
from server.cases.handling import close_task, give_approval, open_task, write_draft
from server.cases.ids import MatterCode, TaskId
from server.cases.numbering import series_of
from server.cases.opening import ENFORCEMENT_CERTIFICATE
from server.cases.particulars import Particulars
from server.cases.review import VerificationTask
from server.cases.status import CaseStatus as S
from server.cases.transitions import Action
from server.catalogue.numbering import DOMESTIC, ENFORCEMENT
from tests.unit.cases.a_case import (
    APPLICANT,
    APPROVER,
    NOTARY,
    NOW,
    SYSTEM,
    all_ticks,
    ready_case,
)

if TYPE_CHECKING:
    from server.cases.case import Case

CLAIM = Particulars(report="借款本金十万元，2026年2月到期未还")
HEARD = Particulars(report="已电话核实，债务人承认未还")
LATER = NOW + timedelta(days=1)


def enforceable(status: S = S.ARCHIVED) -> Case:
    case = ready_case(status)
    case.rules = replace(case.rules, enforceable=True, approval_required=False)
    case.milestones = replace(case.milestones, issued_at=NOW)
    return case


def applied() -> Case:
    case = enforceable()
    act(case, Action.APPLY_ENFORCEMENT, APPLICANT, at=LATER, particulars=CLAIM)
    return case


def verified(case: Case) -> Case:
    task = VerificationTask(
        id=TaskId("t-1"), fact="履行情况", way="电话", opened_by=NOTARY.account, opened_at=LATER
    )
    open_task(case, task, NOTARY, at=LATER)
    close_task(case, task.id, result="未履行", source="债务人", actor=NOTARY, at=LATER)
    return case


def drafted(case: Case) -> Case:
    if case.draft is None:
        raise LookupError("the ready case has a draft")
    write_draft(case, replace(case.draft, drafted_at=LATER), NOTARY, at=LATER)
    return case


def submitted() -> Case:
    case = drafted(verified(applied()))
    act(case, Action.SUBMIT_ENFORCEMENT, NOTARY, at=LATER, particulars=HEARD)
    return case


def test_where_nobody_is_known_to_have_applied_nothing_is_kept_of_an_application() -> None:
    case = applied()
    case.enforcement = None
    act(case, Action.WITHDRAW_ENFORCEMENT, APPLICANT, at=LATER)
    assert case.enforcement is None


def test_only_an_enforceable_deed_leads_to_enforcement() -> None:
    case = ready_case(S.ARCHIVED)
    with pytest.raises(ConditionsUnmet, match="not_enforceable"):
        act(case, Action.APPLY_ENFORCEMENT, APPLICANT, at=NOW, particulars=CLAIM)


def test_what_was_not_delivered_is_not_enforced() -> None:
    with pytest.raises(TransitionRefused):
        act(enforceable(S.ISSUED), Action.APPLY_ENFORCEMENT, APPLICANT, at=NOW, particulars=CLAIM)


def test_the_creditor_says_what_is_owed() -> None:
    with pytest.raises(FormIncomplete, match="report"):
        act(enforceable(), Action.APPLY_ENFORCEMENT, APPLICANT, at=NOW)


def without_verification() -> Case:
    return drafted(applied())


def without_draft() -> Case:
    return verified(applied())


def with_an_old_draft_and_an_old_verification() -> Case:
    """Both were there before the creditor applied."""
    case = enforceable()
    open_task(
        ready := ready_case(S.REVIEW),
        VerificationTask(
            id=TaskId("t-0"), fact="f", way="w", opened_by=NOTARY.account, opened_at=NOW
        ),
        NOTARY,
        at=NOW,
    )
    close_task(ready, TaskId("t-0"), result="r", source="s", actor=NOTARY, at=NOW)
    case.tasks = ready.tasks
    act(case, Action.APPLY_ENFORCEMENT, APPLICANT, at=LATER, particulars=CLAIM)
    return case


@pytest.mark.parametrize(
    ("case", "missing"),
    [
        # P-55: performance is verified, not believed.
        (without_verification(), ["performance_not_verified"]),
        # What is approved is a text.
        (without_draft(), ["draft_missing"]),
        # Neither the draft nor the verifications of the deed count for its enforcement.
        (
            with_an_old_draft_and_an_old_verification(),
            ["performance_not_verified", "draft_missing"],
        ),
    ],
)
def test_enforcement_is_not_submitted_unverified_or_undrafted(
    case: Case, missing: list[str]
) -> None:
    with pytest.raises(ConditionsUnmet) as refused:
        act(case, Action.SUBMIT_ENFORCEMENT, NOTARY, at=LATER, particulars=HEARD)
    assert [u.code for u in refused.value.unmet] == missing


def test_an_open_verification_holds_enforcement_up() -> None:
    case = drafted(verified(applied()))
    second = VerificationTask(
        id=TaskId("t-2"), fact="抵押", way="查询", opened_by=NOTARY.account, opened_at=LATER
    )
    open_task(case, second, NOTARY, at=LATER)
    with pytest.raises(ConditionsUnmet, match="verification_open"):
        act(case, Action.SUBMIT_ENFORCEMENT, NOTARY, at=LATER, particulars=HEARD)


def test_it_is_approved_even_where_the_matter_is_free_of_approval() -> None:
    case = submitted()
    assert (case.approval, case.enforcement and case.enforcement.report) == (None, HEARD.report)
    with pytest.raises(ConditionsUnmet) as refused:
        act(case, Action.APPROVE_ENFORCEMENT, APPROVER, at=LATER)
    assert [u.code for u in refused.value.unmet] == ["ticks_not_yours", "approval_missing"]
    give_approval(case, all_ticks(APPROVER), APPROVER, at=LATER)
    act(case, Action.APPROVE_ENFORCEMENT, APPROVER, at=LATER)
    assert (case.status, case.milestones.approved_at) == (S.ENFORCEMENT_APPROVED, LATER)
    assert unmet(case, Action.ISSUE, SYSTEM) == ()


def test_the_handling_notary_does_not_decide_on_enforcement() -> None:
    both = Actor(account=NOTARY.account, roles=NOTARY.roles | APPROVER.roles)
    case = submitted()
    case.staffing = replace(case.staffing, approver=None)
    refusal = Particulars(ground=NoEnforcementGround.PERFORMED, report="已还清")
    with pytest.raises(ConditionsUnmet, match="approver_handled_the_case"):
        act(case, Action.REFUSE_ENFORCEMENT, both, at=LATER, particulars=refusal)


def test_issued_it_is_delivered_and_filed_like_any_certificate() -> None:
    case = submitted()
    give_approval(case, all_ticks(APPROVER), APPROVER, at=LATER)
    act(case, Action.APPROVE_ENFORCEMENT, APPROVER, at=LATER)
    assert case.delivered_copies == 0
    act(case, Action.ISSUE, SYSTEM, at=LATER)
    assert case.status is S.ISSUED


def test_returned_it_is_drafted_and_approved_anew() -> None:
    case = submitted()
    case.approval = all_ticks(APPROVER)
    act(case, Action.RETURN_ENFORCEMENT, APPROVER, at=LATER)
    assert [case.status, case.approval] == [S.ENFORCEMENT_REVIEW, None]


def test_refused_with_ground_and_reason_the_papers_go_to_the_file() -> None:
    case = submitted()
    refusal = Particulars(ground=NoEnforcementGround.DEBTOR_DISPUTES, report="提出了还款凭证")
    act(case, Action.REFUSE_ENFORCEMENT, APPROVER, at=LATER, particulars=refusal)
    ended = case.enforcement
    assert ended is not None
    assert (ended.refused_on, ended.reason, ended.closed_at) == (
        NoEnforcementGround.DEBTOR_DISPUTES,
        "提出了还款凭证",
        LATER,
    )
    act(case, Action.FILE, NOTARY, at=LATER)
    assert case.status is S.FILING


def test_the_creditor_may_withdraw_and_apply_again() -> None:
    case = applied()
    act(case, Action.WITHDRAW_ENFORCEMENT, APPLICANT, at=LATER)
    assert case.status is S.ENFORCEMENT_CLOSED
    act(case, Action.APPLY_ENFORCEMENT, APPLICANT, at=LATER, particulars=CLAIM)
    assert case.enforcement is not None
    assert case.enforcement.closed_at is None


def test_enforcement_certificates_count_in_a_series_of_their_own() -> None:
    case = submitted()
    assert series_of(case) == ENFORCEMENT
    assert series_of(ready_case()) == DOMESTIC
    alone = ready_case()
    alone.matter = MatterCode(ENFORCEMENT_CERTIFICATE)
    assert series_of(alone) == ENFORCEMENT
