"""Who acts next on a case, and how far along it is, in words for applicants.

One row a status; docs/case-lifecycle.md. What the person owes right now is
more exact than the status, so an unpaid supplement or an open interview says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.cases.lapsing import supplement_due_on
from server.cases.roles import Role
from server.cases.status import CaseStatus as S

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from server.cases.case import Case


class Stage(StrEnum):
    """What an applicant is told; several statuses of the office are one stage."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    NEEDS_YOU = "needs_you"
    CHECKING = "checking"
    BOOKED = "booked"
    BEING_ISSUED = "being_issued"
    ISSUED = "issued"
    DELIVERED = "delivered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class NextAction:
    actor: Role
    kind: str
    due_on: date | None = None
    """Last day for it in Asia/Shanghai; ``None`` where no term runs."""


@dataclass(frozen=True, slots=True)
class _Row:
    stage: Stage
    actor: Role | None
    kind: str = ""


_ROWS: Final[dict[S, _Row]] = {
    S.DRAFT: _Row(Stage.DRAFT, Role.APPLICANT, "complete_and_submit"),
    S.SUBMITTED: _Row(Stage.SUBMITTED, Role.NOTARY, "decide_on_acceptance"),
    S.SUPPLEMENT: _Row(Stage.NEEDS_YOU, Role.APPLICANT, "hand_in_supplement"),
    S.TRANSFERRING: _Row(Stage.NEEDS_YOU, Role.APPLICANT, "decide_on_transfer"),
    S.TRANSFERRED: _Row(Stage.TRANSFERRED, None),
    S.LAPSED: _Row(Stage.WITHDRAWN, None),
    S.NOT_ACCEPTED: _Row(Stage.REFUSED, None),
    S.ACCEPTED: _Row(Stage.CHECKING, Role.NOTARY, "start_review"),
    S.REVIEW: _Row(Stage.CHECKING, Role.NOTARY, "review_and_schedule"),
    S.INTERVIEW_SET: _Row(Stage.BOOKED, Role.APPLICANT, "attend_ceremony"),
    S.INTERVIEWED: _Row(Stage.CHECKING, Role.NOTARY, "start_draft"),
    S.DRAFTING: _Row(Stage.CHECKING, Role.NOTARY, "write_draft"),
    S.CHECKING: _Row(Stage.CHECKING, Role.CHECKER, "check_draft"),
    S.TO_APPROVE: _Row(Stage.CHECKING, Role.APPROVER, "approve"),
    S.APPROVED: _Row(Stage.BEING_ISSUED, Role.ISSUING_CLERK, "request_issue"),
    S.ISSUED: _Row(Stage.ISSUED, Role.APPLICANT, "confirm_receipt"),
    S.DELIVERED: _Row(Stage.DELIVERED, Role.NOTARY, "file"),
    S.FILING: _Row(Stage.DELIVERED, Role.ARCHIVIST, "archive"),
    S.ARCHIVED: _Row(Stage.DELIVERED, None),
    S.TERMINATING: _Row(Stage.CHECKING, Role.DIRECTOR, "decide_on_termination"),
    S.REFUSING: _Row(Stage.CHECKING, Role.DIRECTOR, "decide_on_refusal"),
    S.TERMINATED: _Row(Stage.WITHDRAWN, Role.NOTARY, "file"),
    S.REFUSED: _Row(Stage.REFUSED, Role.NOTARY, "file"),
    S.VOID: _Row(Stage.WITHDRAWN, None),
    S.REEXAM: _Row(Stage.ISSUED, Role.DIRECTOR, "decide_on_reexamination"),
    S.REVOKED: _Row(Stage.REVOKED, None),
    S.ENFORCEMENT_REVIEW: _Row(Stage.CHECKING, Role.NOTARY, "verify_performance"),
    S.ENFORCEMENT_APPROVAL: _Row(Stage.CHECKING, Role.APPROVER, "decide_on_enforcement"),
    S.ENFORCEMENT_APPROVED: _Row(Stage.BEING_ISSUED, Role.ISSUING_CLERK, "request_issue"),
    S.ENFORCEMENT_CLOSED: _Row(Stage.DELIVERED, Role.NOTARY, "file"),
}


def stage_of(status: S) -> Stage:
    return _ROWS[status].stage


# What is waited for right now, where that is more exact than the status.
_MORE_EXACT: Final[tuple[tuple[S, Callable[[Case], bool], NextAction], ...]] = (
    (S.REVIEW, lambda c: c.clock_stands, NextAction(Role.NOTARY, "resume_clock")),
    (S.APPROVED, lambda c: not c.needs_approval, NextAction(Role.NOTARY, "release_certificate")),
    (
        S.INTERVIEW_SET,
        lambda c: c.ceremony_completed_at is not None,
        NextAction(Role.NOTARY, "complete_interview"),
    ),
    (S.ISSUED, lambda c: c.delivered_copies > 0, NextAction(Role.ISSUING_CLERK, "close_delivery")),
)


def next_action(case: Case) -> NextAction | None:
    """Return who has to act and on what; ``None`` where nothing is waited for."""
    row = _ROWS[case.status]
    if row.actor is None:
        return None
    for status, holds, exact in _MORE_EXACT:
        if case.status is status and holds(case):
            return exact
    due_on = supplement_due_on(case) if case.status is S.SUPPLEMENT else None
    return NextAction(row.actor, row.kind, due_on)
