"""The one table that says what may happen to a case, and who may do it.

HTTP, tasks, permissions and the API's ``available_actions`` all read it;
nothing else assigns ``case.status``. Sources: 公证程序规则 (order 145 of 2020),
cited beside each row by article (P-nn).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.cases.errors import TransitionRefused
from server.cases.roles import Role
from server.cases.status import CaseStatus as S


class Action(StrEnum):
    SUBMIT = "submit"
    REQUEST_SUPPLEMENT = "request_supplement"
    RESUBMIT = "resubmit"
    LAPSE = "lapse"
    DECLINE = "decline"
    ACCEPT = "accept"
    START_REVIEW = "start_review"
    SCHEDULE_INTERVIEW = "schedule_interview"
    COMPLETE_INTERVIEW = "complete_interview"
    START_DRAFT = "start_draft"
    SUBMIT_CHECK = "submit_check"
    RETURN_DRAFT = "return_draft"
    PASS_CHECK = "pass_check"  # noqa: S105  # the check of the draft, not a password
    RETURN_FOR_REDRAFT = "return_for_redraft"
    APPROVE = "approve"
    ISSUE = "issue"
    DELIVER = "deliver"
    FILE = "file"
    ARCHIVE = "archive"
    RETURN_FILE = "return_file"
    WITHDRAW = "withdraw"
    PROPOSE_TERMINATION = "propose_termination"
    PROPOSE_REFUSAL = "propose_refusal"
    CONFIRM_TERMINATION = "confirm_termination"
    CONFIRM_REFUSAL = "confirm_refusal"
    REJECT_CLOSING = "reject_closing"
    VOID = "void"
    RESTORE = "restore"
    REQUEST_REEXAM = "request_reexam"
    MAINTAIN = "maintain"
    CORRECT = "correct"
    REVOKE = "revoke"


class Back(StrEnum):
    """A target that is not fixed: the status the present one was entered from."""

    BACK = "back"


BACK: Final = Back.BACK


@dataclass(frozen=True, slots=True)
class Transition:
    action: Action
    sources: frozenset[S]
    target: S | Back
    actors: frozenset[Role]
    citation: str


IN_HAND: Final = frozenset(
    {
        S.ACCEPTED,
        S.REVIEW,
        S.INTERVIEW_SET,
        S.INTERVIEWED,
        S.DRAFTING,
        S.CHECKING,
        S.TO_APPROVE,
        S.APPROVED,
    }
)
BEFORE_ISSUE: Final = IN_HAND | {S.DRAFT, S.SUBMITTED, S.SUPPLEMENT}
AFTER_ISSUE: Final = frozenset({S.ISSUED, S.DELIVERED, S.FILING, S.ARCHIVED})
R = Role


def _row(
    action: Action, sources: set[S] | frozenset[S], target: S | Back, *actors: Role, by: str
) -> Transition:
    return Transition(action, frozenset(sources), target, frozenset(actors), by)


TRANSITIONS: Final = (
    _row(Action.SUBMIT, {S.DRAFT}, S.SUBMITTED, R.APPLICANT, R.ASSISTANT, by="P-17"),
    _row(Action.REQUEST_SUPPLEMENT, {S.SUBMITTED}, S.SUPPLEMENT, R.ASSISTANT, R.NOTARY, by="P-19"),
    _row(Action.RESUBMIT, {S.SUPPLEMENT}, S.SUBMITTED, R.APPLICANT, R.ASSISTANT, by="P-19"),
    _row(Action.LAPSE, {S.SUPPLEMENT}, S.LAPSED, R.SYSTEM, by="office rule pack"),
    _row(Action.DECLINE, {S.SUBMITTED}, S.NOT_ACCEPTED, R.NOTARY, by="P-19"),
    _row(Action.ACCEPT, {S.SUBMITTED}, S.ACCEPTED, R.NOTARY, by="P-19, P-20, P-21"),
    _row(Action.START_REVIEW, {S.ACCEPTED}, S.REVIEW, R.NOTARY, R.ASSISTANT, by="L-28"),
    _row(Action.SCHEDULE_INTERVIEW, {S.REVIEW}, S.INTERVIEW_SET, R.NOTARY, R.ASSISTANT, by="P-28"),
    # P-5: what the notary must do in person is not given to other staff.
    _row(Action.COMPLETE_INTERVIEW, {S.INTERVIEW_SET}, S.INTERVIEWED, R.NOTARY, by="P-5, P-28"),
    _row(Action.START_DRAFT, {S.INTERVIEWED}, S.DRAFTING, R.NOTARY, R.ASSISTANT, by="P-40"),
    _row(Action.SUBMIT_CHECK, {S.DRAFTING}, S.CHECKING, R.NOTARY, by="P-40"),
    _row(Action.RETURN_DRAFT, {S.CHECKING}, S.DRAFTING, R.CHECKER, by="P-41"),
    _row(Action.PASS_CHECK, {S.CHECKING}, S.TO_APPROVE, R.CHECKER, by="P-41"),
    _row(Action.RETURN_FOR_REDRAFT, {S.TO_APPROVE}, S.DRAFTING, R.APPROVER, R.DIRECTOR, by="P-40"),
    _row(Action.APPROVE, {S.TO_APPROVE}, S.APPROVED, R.APPROVER, R.DIRECTOR, by="P-40, P-41"),
    _row(Action.ISSUE, {S.APPROVED}, S.ISSUED, R.SYSTEM, by="L-32, P-44"),
    _row(Action.DELIVER, {S.ISSUED}, S.DELIVERED, R.ISSUING_CLERK, by="P-46"),
    _row(Action.FILE, {S.DELIVERED, S.TERMINATED, S.REFUSED}, S.FILING, R.NOTARY, by="P-58, P-59"),
    _row(Action.ARCHIVE, {S.FILING}, S.ARCHIVED, R.ARCHIVIST, by="P-58"),
    _row(Action.RETURN_FILE, {S.FILING}, BACK, R.ARCHIVIST, by="P-58"),
    _row(Action.WITHDRAW, IN_HAND, S.TERMINATING, R.APPLICANT, by="P-50(2)"),
    _row(Action.PROPOSE_TERMINATION, IN_HAND, S.TERMINATING, R.NOTARY, by="P-50"),
    _row(Action.PROPOSE_REFUSAL, IN_HAND, S.REFUSING, R.NOTARY, by="L-31, P-48"),
    _row(Action.CONFIRM_TERMINATION, {S.TERMINATING}, S.TERMINATED, R.DIRECTOR, by="P-51"),
    _row(Action.CONFIRM_REFUSAL, {S.REFUSING}, S.REFUSED, R.DIRECTOR, by="P-49"),
    _row(Action.REJECT_CLOSING, {S.TERMINATING, S.REFUSING}, BACK, R.DIRECTOR, by="P-49, P-51"),
    _row(Action.VOID, BEFORE_ISSUE, S.VOID, R.DIRECTOR, by="office practice: clerical only"),
    _row(Action.RESTORE, {S.VOID}, BACK, R.DIRECTOR, by="office practice: clerical only"),
    _row(Action.REQUEST_REEXAM, AFTER_ISSUE, S.REEXAM, R.APPLICANT, R.DIRECTOR, by="P-61"),
    _row(Action.MAINTAIN, {S.REEXAM}, BACK, R.DIRECTOR, by="P-63(1)"),
    # 更正重发: drafted, checked and approved anew; the new certificate supersedes the old.
    _row(Action.CORRECT, {S.REEXAM}, S.DRAFTING, R.DIRECTOR, by="L-39, P-63(2)"),
    _row(Action.REVOKE, {S.REEXAM}, S.REVOKED, R.DIRECTOR, by="L-39, P-63(3)"),
)


def transition(current: S, action: Action) -> Transition:
    """Return the row for ``action`` from ``current``, or raise `TransitionRefused`."""
    for row in TRANSITIONS:
        if row.action is action and current in row.sources:
            return row
    raise TransitionRefused(current, action)


def actions_of(roles: frozenset[Role], current: S) -> tuple[Action, ...]:
    """Return what somebody with ``roles`` may attempt from ``current``."""
    return tuple(t.action for t in TRANSITIONS if current in t.sources and roles & t.actors)
