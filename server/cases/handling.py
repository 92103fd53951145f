"""What the office's staff put on a case between acceptance and issue."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.billing.fee_transitions import FeeAction, FeeActor
from server.billing.fees import Fee, FeePerson, requoted
from server.cases.drafting import Draft, SixTicks, Tick
from server.cases.errors import (
    ConditionsUnmet,
    FormIncomplete,
    NotEditable,
    NotYourAction,
    PartNotFound,
)
from server.cases.guards import Unmet
from server.cases.review import Finding, Head, Review, VerificationTask
from server.cases.roles import Role
from server.cases.status import CaseStatus as S

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from server.billing.quoting import Quote
    from server.cases.actor import Actor
    from server.cases.case import Case, Deed, Staffing
    from server.cases.ids import AccountId, TaskId
    from server.cases.interview import InterviewRecord

REVIEWABLE = (S.ACCEPTED, S.REVIEW, S.INTERVIEW_SET, S.INTERVIEWED, S.DRAFTING)


def assign(case: Case, staffing: Staffing, actor: Actor, *, at: datetime) -> None:
    """Fill seats. The director may reassign; others may only fill empty ones (P-20)."""
    if case.status.is_final or case.status is S.ARCHIVED:
        raise NotEditable("staffing", case.status)
    changed = {}
    for seat in staffing.__slots__:
        old, new = getattr(case.staffing, seat), getattr(staffing, seat)
        if new is None or new == old:
            continue
        if old is not None and Role.DIRECTOR not in actor.roles:
            raise NotYourAction("reassign")
        changed[seat] = new
    _refuse_conflict(case, changed.values())
    case.staffing = replace(case.staffing, **changed)
    case.note("assigned", actor, at, **changed)


def _refuse_conflict(case: Case, people: object) -> None:
    newcomers = set(people)  # type: ignore[call-overload]  # dict values
    for party in case.parties:
        if newcomers & {party.account, *party.relative_of_staff}:
            raise ConditionsUnmet((Unmet("conflict_of_interest", "公证法 Art. 23(3)", party.id),))


def answer_review(
    case: Case, findings: Mapping[Head, Finding], actor: Actor, *, at: datetime
) -> None:
    """Record the notary's findings; each names the evidence that it rests on."""
    case.require_editable("review", *REVIEWABLE)
    _require_notary(case, actor, "answer_review")
    unsupported = [h for h, f in findings.items() if f.satisfied and not f.evidence]
    if unsupported:
        raise FormIncomplete([f"evidence for {h}" for h in unsupported])
    before = dict(case.review.findings) if case.review else {}
    case.review = Review(findings={**before, **findings}, reviewed_by=actor.account, reviewed_at=at)
    case.note("reviewed", actor, at, heads=" ".join(sorted(findings)))


def open_task(case: Case, task: VerificationTask, actor: Actor, *, at: datetime) -> None:
    """Open a verification; until it is closed the case is not approved (L-29)."""
    case.require_editable(
        "verification", *REVIEWABLE, S.CHECKING, S.TO_APPROVE, S.ENFORCEMENT_REVIEW
    )
    case.tasks.append(task)
    case.note("verification_opened", actor, at, task=task.id)


def close_task(
    case: Case, task_id: TaskId, *, result: str, source: str, actor: Actor, at: datetime
) -> None:
    for position, task in enumerate(case.tasks):
        if task.id == task_id and task.is_open:
            case.tasks[position] = replace(
                task, result=result, source=source, closed_by=actor.account, closed_at=at
            )
            case.note("verification_closed", actor, at, task=task_id)
            return
    raise PartNotFound("open verification task")


def quote_fee(case: Case, quote: Quote, actor: Actor, *, at: datetime) -> None:
    """Put the quoted fee on the case; it may be quoted again until money has moved."""
    case.require_editable("fee", S.SUBMITTED, *REVIEWABLE, S.CHECKING)
    by = _fee_person(actor, FeeActor.NOTARY, FeeActor.ASSISTANT)
    case.fee = Fee(quote=quote) if case.fee is None else requoted(case.fee, quote, by=by)
    case.note("fee_quoted", actor, at, fen=quote.total, tariff=quote.tariff_version)


def put_on_account(case: Case, actor: Actor, *, at: datetime) -> None:
    """记账: the office carries the fee and bills it later."""
    if case.fee is None:
        raise PartNotFound("quoted fee")
    by = _fee_person(actor, FeeActor.CASHIER)
    case.fee = case.fee.apply(FeeAction.PUT_ON_ACCOUNT, by=by)
    case.note("fee_on_account", actor, at, fen=case.fee.quote.total)


def _fee_person(actor: Actor, *as_any_of: FeeActor) -> FeePerson:
    for role in as_any_of:
        if Role(role) in actor.roles:
            return FeePerson(person=actor.account, role=role)
    raise NotYourAction("fee")


def write_deed(case: Case, deed: Deed, actor: Actor, *, at: datetime) -> None:
    """Lay down what the party is going to sign; a signed deed is never rewritten."""
    case.require_editable("deed", S.ACCEPTED, S.REVIEW, S.INTERVIEW_SET)
    if case.deed is not None and case.deed.signed_by:
        raise NotEditable("deed", case.status)
    case.deed = deed
    case.note("deed_written", actor, at, object=deed.object_sha256)


def write_interview(case: Case, record: InterviewRecord, actor: Actor, *, at: datetime) -> None:
    """Write or rewrite the record until the party confirmed it (P-28)."""
    case.require_editable("interview_record", S.INTERVIEW_SET)
    _require_notary(case, actor, "write_interview")
    if case.interview is not None and case.interview.is_confirmed:
        raise NotEditable("interview_record", case.status)
    case.interview = record
    case.note("interview_written", actor, at, exchanges=len(record.exchanges))


def confirm_interview(case: Case, actor: Actor, *, at: datetime) -> None:
    """Let a party confirm the record as read back; the last one makes it immutable."""
    case.require_editable("interview_record", S.INTERVIEW_SET)
    record = case.interview
    if record is None or record.is_confirmed:
        raise PartNotFound("interview record to confirm")
    party = case.party_of(actor.account)
    confirmed = tuple(dict.fromkeys((*record.confirmed_by, party.id)))
    acting = {p.id for p in case.parties if p.account is not None}
    case.interview = replace(
        record,
        confirmed_by=confirmed,
        confirmed_at=at if acting <= set(confirmed) else None,
    )
    case.note("interview_confirmed", actor, at, party=party.id)


def write_draft(case: Case, draft: Draft, actor: Actor, *, at: datetime) -> None:
    """Write the draft certificate; what was ticked before covers it no longer."""
    case.require_editable("draft", S.DRAFTING, S.ENFORCEMENT_REVIEW)
    case.draft, case.check, case.approval = draft, None, None
    case.note("drafted", actor, at, form=draft.form)


def give_check(case: Case, ticks: SixTicks, actor: Actor, *, at: datetime) -> None:
    case.require_editable("check", S.CHECKING)
    _require_seat(case.staffing.checker, actor, "give_check")
    case.check = ticks
    case.note("check_given", actor, at, withheld=len(ticks.withheld))


def give_approval(case: Case, ticks: SixTicks, actor: Actor, *, at: datetime) -> None:
    case.require_editable("approval", S.TO_APPROVE, S.ENFORCEMENT_APPROVAL)
    _require_seat(case.staffing.approver, actor, "give_approval")
    if actor.account in case.handlers:
        raise ConditionsUnmet((Unmet("approver_handled_the_case", "P-40"),))
    case.approval = ticks
    case.note("approval_given", actor, at, withheld=len(ticks.withheld))


def six_ticks(ticks: frozenset[Tick], opinion: str, actor: Actor, *, at: datetime) -> SixTicks:
    return SixTicks(ticks=ticks, opinion=opinion, given_by=actor.account, given_at=at)


def _require_notary(case: Case, actor: Actor, what: str) -> None:
    """P-5: refuse everybody but the handling notary, on the server."""
    if Role.NOTARY not in actor.roles:
        raise NotYourAction(what)
    _require_seat(case.staffing.handling_notary, actor, what)


def _require_seat(holder: AccountId | None, actor: Actor, what: str) -> None:
    if holder is not None and holder != actor.account:
        raise NotYourAction(what)
