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
    PROPOSE_TRANSFER = "propose_transfer"
    AGREE_TO_TRANSFER = "agree_to_transfer"
    DECLINE_TRANSFER = "decline_transfer"
    DECLINE = "decline"
    ACCEPT = "accept"
    START_REVIEW = "start_review"
    SUSPEND = "suspend"
    RESUME = "resume"
    CALL_DISCUSSION = "call_discussion"
    HOLD_DISCUSSION = "hold_discussion"
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
    SUPPLEMENT_CERTIFICATE = "supplement_certificate"
    REVOKE_IN_PART = "revoke_in_part"
    REVOKE = "revoke"
    APPLY_ENFORCEMENT = "apply_enforcement"
    WITHDRAW_ENFORCEMENT = "withdraw_enforcement"
    SUBMIT_ENFORCEMENT = "submit_enforcement"
    RETURN_ENFORCEMENT = "return_enforcement"
    APPROVE_ENFORCEMENT = "approve_enforcement"
    REFUSE_ENFORCEMENT = "refuse_enforcement"


class Moving(StrEnum):
    """A target that is not fixed."""

    BACK = "back"  # The status that the present one was entered from.
    HERE = "here"  # The case stays; what changes stands beside the main line.


BACK: Final = Moving.BACK
HERE: Final = Moving.HERE


@dataclass(frozen=True, slots=True)
class ByApproval:
    """A target that the case's rules choose: some matters are free of approval (P-40)."""

    required: S
    free: S


Target = S | Moving | ByApproval


@dataclass(frozen=True, slots=True)
class Transition:
    action: Action
    sources: frozenset[S]
    target: Target
    actors: frozenset[Role]
    citation: str

    @property
    def destinations(self) -> frozenset[S]:
        """Every status that is named as a target; none where it is not fixed."""
        if isinstance(self.target, ByApproval):
            return frozenset({self.target.required, self.target.free})
        return frozenset({self.target}) if isinstance(self.target, S) else frozenset()


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
AFTER_DELIVERY: Final = frozenset({S.DELIVERED, S.FILING, S.ARCHIVED, S.ENFORCEMENT_CLOSED})
AFTER_ISSUE: Final = AFTER_DELIVERY | {S.ISSUED}
# Where a matter can still be talked over among colleagues before anybody approves it.
UNDER_EXAMINATION: Final = frozenset({S.REVIEW, S.INTERVIEWED, S.DRAFTING})
R = Role


def _row(
    action: Action, sources: set[S] | frozenset[S], target: Target, *actors: Role, by: str
) -> Transition:
    return Transition(action, frozenset(sources), target, frozenset(actors), by)


TRANSITIONS: Final = (
    _row(Action.SUBMIT, {S.DRAFT}, S.SUBMITTED, R.APPLICANT, R.ASSISTANT, by="P-17"),
    _row(Action.REQUEST_SUPPLEMENT, {S.SUBMITTED}, S.SUPPLEMENT, R.ASSISTANT, R.NOTARY, by="P-19"),
    _row(Action.RESUBMIT, {S.SUPPLEMENT}, S.SUBMITTED, R.APPLICANT, R.ASSISTANT, by="P-19"),
    _row(Action.LAPSE, {S.SUPPLEMENT}, S.LAPSED, R.SYSTEM, by="office rule pack"),
    _row(Action.DECLINE, {S.SUBMITTED}, S.NOT_ACCEPTED, R.NOTARY, by="P-19"),
    _row(Action.PROPOSE_TRANSFER, {S.SUBMITTED}, S.TRANSFERRING, R.DIRECTOR, by="L-25, P-16"),
    # Another office is another controller of the person's data: the person agrees (PIPL Art. 23).
    _row(Action.AGREE_TO_TRANSFER, {S.TRANSFERRING}, S.TRANSFERRED, R.APPLICANT, by="PIPL Art. 23"),
    _row(
        Action.DECLINE_TRANSFER,
        {S.TRANSFERRING},
        S.SUBMITTED,
        R.APPLICANT,
        R.DIRECTOR,
        by="PIPL Art. 23",
    ),
    _row(Action.ACCEPT, {S.SUBMITTED}, S.ACCEPTED, R.NOTARY, by="P-19, P-20, P-21"),
    _row(Action.START_REVIEW, {S.ACCEPTED}, S.REVIEW, R.NOTARY, R.ASSISTANT, by="L-28"),
    _row(Action.SUSPEND, {S.REVIEW}, HERE, R.NOTARY, by="L-30, P-35"),
    _row(Action.RESUME, {S.REVIEW}, HERE, R.NOTARY, by="L-30, P-35"),
    _row(Action.CALL_DISCUSSION, UNDER_EXAMINATION, HERE, R.NOTARY, R.DIRECTOR, by="P-34"),
    _row(Action.HOLD_DISCUSSION, UNDER_EXAMINATION, HERE, R.DIRECTOR, by="P-34"),
    _row(Action.SCHEDULE_INTERVIEW, {S.REVIEW}, S.INTERVIEW_SET, R.NOTARY, R.ASSISTANT, by="P-28"),
    # P-5: what the notary must do in person is not given to other staff.
    _row(Action.COMPLETE_INTERVIEW, {S.INTERVIEW_SET}, S.INTERVIEWED, R.NOTARY, by="P-5, P-28"),
    _row(Action.START_DRAFT, {S.INTERVIEWED}, S.DRAFTING, R.NOTARY, R.ASSISTANT, by="P-40"),
    _row(Action.SUBMIT_CHECK, {S.DRAFTING}, S.CHECKING, R.NOTARY, by="P-40"),
    _row(Action.RETURN_DRAFT, {S.CHECKING}, S.DRAFTING, R.CHECKER, by="P-41"),
    _row(
        Action.PASS_CHECK,
        {S.CHECKING},
        ByApproval(required=S.TO_APPROVE, free=S.APPROVED),
        R.CHECKER,
        by="P-40, P-41",
    ),
    _row(Action.RETURN_FOR_REDRAFT, {S.TO_APPROVE}, S.DRAFTING, R.APPROVER, R.DIRECTOR, by="P-40"),
    _row(Action.APPROVE, {S.TO_APPROVE}, S.APPROVED, R.APPROVER, R.DIRECTOR, by="P-40, P-41"),
    _row(Action.ISSUE, {S.APPROVED, S.ENFORCEMENT_APPROVED}, S.ISSUED, R.SYSTEM, by="L-32, P-44"),
    _row(Action.DELIVER, {S.ISSUED}, S.DELIVERED, R.ISSUING_CLERK, by="P-46"),
    _row(
        Action.FILE,
        {S.DELIVERED, S.TERMINATED, S.REFUSED, S.ENFORCEMENT_CLOSED},
        S.FILING,
        R.NOTARY,
        by="P-58, P-59",
    ),
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
    # 补正: a supplementary certificate beside the first, which stands.
    _row(Action.SUPPLEMENT_CERTIFICATE, {S.REEXAM}, S.DRAFTING, R.DIRECTOR, by="L-39, P-63(2)"),
    _row(Action.REVOKE_IN_PART, {S.REEXAM}, BACK, R.DIRECTOR, by="L-39, P-63(4)"),
    _row(Action.REVOKE, {S.REEXAM}, S.REVOKED, R.DIRECTOR, by="L-39, P-63(3)"),
    # 执行证书: verified, drafted and approved on its own; it bears a number of its own series.
    _row(
        Action.APPLY_ENFORCEMENT, AFTER_DELIVERY, S.ENFORCEMENT_REVIEW, R.APPLICANT, by="L-37, P-55"
    ),
    _row(
        Action.WITHDRAW_ENFORCEMENT,
        {S.ENFORCEMENT_REVIEW},
        S.ENFORCEMENT_CLOSED,
        R.APPLICANT,
        by="P-55",
    ),
    _row(
        Action.SUBMIT_ENFORCEMENT,
        {S.ENFORCEMENT_REVIEW},
        S.ENFORCEMENT_APPROVAL,
        R.NOTARY,
        by="P-55",
    ),
    _row(
        Action.RETURN_ENFORCEMENT,
        {S.ENFORCEMENT_APPROVAL},
        S.ENFORCEMENT_REVIEW,
        R.APPROVER,
        R.DIRECTOR,
        by="P-40",
    ),
    _row(
        Action.APPROVE_ENFORCEMENT,
        {S.ENFORCEMENT_APPROVAL},
        S.ENFORCEMENT_APPROVED,
        R.APPROVER,
        R.DIRECTOR,
        by="P-40, P-55",
    ),
    _row(
        Action.REFUSE_ENFORCEMENT,
        {S.ENFORCEMENT_APPROVAL},
        S.ENFORCEMENT_CLOSED,
        R.APPROVER,
        R.DIRECTOR,
        by="P-55; 法释〔2018〕18号",
    ),
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
