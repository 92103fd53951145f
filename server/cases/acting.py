"""Take a step of the main line: judge everything, then move, then put it on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.cases.closing import Closing, TerminationGround
from server.cases.errors import ConditionsUnmet, NotYourAction
from server.cases.guards import unmet
from server.cases.keeping import Taken, keep
from server.cases.materials import MaterialState
from server.cases.particulars import NOTHING, refuse_untold
from server.cases.status import CaseStatus
from server.cases.transitions import Action, actions_of, transition

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case, Staffing
    from server.cases.ids import AccountId
    from server.cases.materials import Material
    from server.cases.particulars import Particulars


# A step after which an earlier opinion no longer covers what it was given on.
_VOIDS_OPINIONS: Final = frozenset(
    {
        Action.RETURN_DRAFT,
        Action.RETURN_FOR_REDRAFT,
        Action.RETURN_ENFORCEMENT,
        Action.CORRECT,
        Action.SUPPLEMENT_CERTIFICATE,
    }
)

_CLOSES: Final = frozenset(
    {Action.DECLINE, Action.WITHDRAW, Action.PROPOSE_TERMINATION, Action.PROPOSE_REFUSAL}
)
_DECIDES_CLOSING: Final = frozenset({Action.CONFIRM_TERMINATION, Action.CONFIRM_REFUSAL})

_SEATS: Final = {
    Action.ACCEPT: "handling_notary",
    Action.REQUEST_SUPPLEMENT: "assistant",
    Action.PASS_CHECK: "checker",
    Action.RETURN_DRAFT: "checker",
    Action.APPROVE: "approver",
    Action.RETURN_FOR_REDRAFT: "approver",
    Action.APPROVE_ENFORCEMENT: "approver",
    Action.RETURN_ENFORCEMENT: "approver",
    Action.REFUSE_ENFORCEMENT: "approver",
}

_STAMPS: Final = {
    Action.SUBMIT: "submitted_at",
    Action.REQUEST_SUPPLEMENT: "supplement_asked_at",
    Action.AGREE_TO_TRANSFER: "closed_at",
    Action.ACCEPT: "accepted_at",
    Action.COMPLETE_INTERVIEW: "interviewed_at",
    Action.APPROVE: "approved_at",
    Action.APPROVE_ENFORCEMENT: "approved_at",
    Action.ISSUE: "issued_at",
    Action.DELIVER: "delivered_at",
    Action.DECLINE: "closed_at",
    Action.LAPSE: "closed_at",
    Action.CONFIRM_TERMINATION: "closed_at",
    Action.CONFIRM_REFUSAL: "closed_at",
    Action.ARCHIVE: "archived_at",
}


def act(
    case: Case,
    action: Action,
    actor: Actor,
    *,
    at: datetime,
    particulars: Particulars = NOTHING,
) -> None:
    """Take ``action`` on ``case``.

    Raises `TransitionRefused`, `NotYourAction`, `FormIncomplete` for what the step
    has to be told, or `ConditionsUnmet` with every condition that is missing; then
    nothing has changed.
    """
    row = transition(case.status, action)
    if not row.actors & actor.roles:
        raise NotYourAction(action)
    _refuse_outsider(case, action, actor)
    refuse_untold(action, particulars)
    before = _Kept.of(case)
    _take_in(case, action, actor, at=at, particulars=particulars)
    if missing := unmet(case, action, actor):
        before.restore(case)
        raise ConditionsUnmet(missing)
    case.apply(action, actor, at)
    _settle(case, action, actor, at)
    keep(case, action, Taken(actor=actor, at=at, told=particulars))


def available_actions(case: Case, actor: Actor) -> tuple[Action, ...]:
    """Return the steps that are the caller's to attempt now, met or unmet."""
    mine = []
    for action in actions_of(actor.roles, case.status):
        try:
            _refuse_outsider(case, action, actor)
        except NotYourAction:
            continue
        mine.append(action)
    return tuple(mine)


def _refuse_outsider(case: Case, action: Action, actor: Actor) -> None:
    """Refuse applicants who are no party, and staff whose seat another one holds."""
    if not actor.is_staff and not case.has_party(actor.account):
        raise NotYourAction(action)
    seat = _SEATS.get(action)
    holder: AccountId | None = getattr(case.staffing, seat) if seat else None
    if seat == "assistant":
        return
    if holder is not None and holder != actor.account:
        raise NotYourAction(action)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What `_take_in` may change, so that a refused step changes nothing."""

    closing: Closing | None
    materials: list[Material]
    staffing: Staffing

    @classmethod
    def of(cls, case: Case) -> _Kept:
        return cls(case.closing, list(case.materials), case.staffing)

    def restore(self, case: Case) -> None:
        case.closing, case.materials, case.staffing = self.closing, self.materials, self.staffing


def _take_in(
    case: Case, action: Action, actor: Actor, *, at: datetime, particulars: Particulars
) -> None:
    if action in _CLOSES:
        # Withdrawing has one ground only, so nobody is asked for it.
        withdrawn = TerminationGround.WITHDRAWN if action is Action.WITHDRAW else None
        case.closing = Closing(
            ground=withdrawn or particulars.ground or "",
            report=particulars.report or "",
            proposed_by=actor.account,
            proposed_at=at,
        )
    for item in particulars.supplement if action is Action.REQUEST_SUPPLEMENT else ():
        case.replace_material(
            replace(
                case.material(item.material),
                in_supplement=True,
                state=MaterialState.MISSING,
                reason=item.reason,
            )
        )
    seat = _SEATS.get(action)
    if seat and getattr(case.staffing, seat) is None:
        case.staffing = replace(case.staffing, **{seat: actor.account})


def _settle(case: Case, action: Action, actor: Actor, at: datetime) -> None:
    if stamp := _STAMPS.get(action):
        case.milestones = replace(case.milestones, **{stamp: at})
    if action is Action.RESUBMIT:
        case.materials = [replace(m, in_supplement=False) for m in case.materials]
    if action in _VOIDS_OPINIONS:
        case.check, case.approval = None, None
    if action is Action.REJECT_CLOSING:
        case.closing = None
    if action in _DECIDES_CLOSING and case.closing is not None:
        case.closing = replace(case.closing, decided_by=actor.account, decided_at=at)
    if case.status is CaseStatus.VOID:
        case.milestones = replace(case.milestones, closed_at=at)
    if action is Action.RESTORE:
        case.milestones = replace(case.milestones, closed_at=None)
