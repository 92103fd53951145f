"""What a step leaves on the case beside its status, once everything was judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.cases.amendment import Amendment
from server.cases.discussion import Discussion
from server.cases.enforcement import Enforcement, NoEnforcementGround
from server.cases.suspensions import Suspension, SuspensionGround
from server.cases.transfer import Transfer
from server.cases.transitions import Action

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.cases.particulars import Particulars


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that was taken: by whom, when, and what was said with it."""

    actor: Actor
    at: datetime
    told: Particulars

    @property
    def report(self) -> str:
        return self.told.report or ""


def _suspend(case: Case, step: Taken) -> None:
    stopped = Suspension(
        ground=SuspensionGround(str(step.told.ground)),
        report=step.report,
        suspended_by=step.actor.account,
        suspended_at=step.at,
    )
    case.suspensions = [*case.suspensions, stopped]


def _resume(case: Case, step: Taken) -> None:
    case.suspensions = [
        replace(s, resumed_by=step.actor.account, resumed_at=step.at) if s.is_open else s
        for s in case.suspensions
    ]


def _call_discussion(case: Case, step: Taken) -> None:
    case.discussion = Discussion(called_by=step.actor.account, called_at=step.at, why=step.report)


def _hold_discussion(case: Case, step: Taken) -> None:
    # The matter itself may ask for one, without anybody having called it.
    called = case.discussion or Discussion(
        called_by=step.actor.account, called_at=step.at, why=case.rules.citation
    )
    case.discussion = replace(
        called,
        minutes=step.report,
        present=step.told.present,
        held_by=step.actor.account,
        held_at=step.at,
    )


def _propose_transfer(case: Case, step: Taken) -> None:
    case.transfer = Transfer(
        to_office=step.told.destination,
        report=step.report,
        proposed_by=step.actor.account,
        proposed_at=step.at,
    )


def _decline_transfer(case: Case, _: Taken) -> None:
    case.transfer = None


def _amend(amendment: Amendment) -> Callable[[Case, Taken], None]:
    def begin(case: Case, _: Taken) -> None:
        case.amendment = amendment
        # The new certificate needs a receipt and, free of approval, a signature of its own.
        case.delivered_copies = 0
        case.milestones = replace(case.milestones, released_at=None)

    return begin


def _apply_enforcement(case: Case, step: Taken) -> None:
    case.enforcement = Enforcement(
        applied_by=case.party_of(step.actor.account).id, applied_at=step.at, claim=step.report
    )
    case.check, case.approval = None, None


def _change_enforcement(case: Case, **changes: object) -> None:
    if case.enforcement is not None:
        case.enforcement = replace(case.enforcement, **changes)  # type: ignore[arg-type]  # by name


def _submit_enforcement(case: Case, step: Taken) -> None:
    _change_enforcement(case, report=step.report)
    case.approval = None


def _withdraw_enforcement(case: Case, step: Taken) -> None:
    _change_enforcement(case, closed_by=step.actor.account, closed_at=step.at)


def _refuse_enforcement(case: Case, step: Taken) -> None:
    _change_enforcement(
        case,
        refused_on=NoEnforcementGround(str(step.told.ground)),
        reason=step.report,
        closed_by=step.actor.account,
        closed_at=step.at,
    )


def _approve_enforcement(case: Case, _: Taken) -> None:
    case.delivered_copies = 0  # It needs a receipt of its own.


def _issue(case: Case, _: Taken) -> None:
    case.amendment = None


_KEEPING: Final[dict[Action, Callable[[Case, Taken], None]]] = {
    Action.SUSPEND: _suspend,
    Action.RESUME: _resume,
    Action.CALL_DISCUSSION: _call_discussion,
    Action.HOLD_DISCUSSION: _hold_discussion,
    Action.PROPOSE_TRANSFER: _propose_transfer,
    Action.DECLINE_TRANSFER: _decline_transfer,
    Action.CORRECT: _amend(Amendment.CORRECTION),
    Action.SUPPLEMENT_CERTIFICATE: _amend(Amendment.SUPPLEMENT),
    Action.APPLY_ENFORCEMENT: _apply_enforcement,
    Action.SUBMIT_ENFORCEMENT: _submit_enforcement,
    Action.APPROVE_ENFORCEMENT: _approve_enforcement,
    Action.WITHDRAW_ENFORCEMENT: _withdraw_enforcement,
    Action.REFUSE_ENFORCEMENT: _refuse_enforcement,
    Action.ISSUE: _issue,
}


def keep(case: Case, action: Action, step: Taken) -> None:
    """Put on ``case`` what ``action`` leaves beside the status."""
    if keeper := _KEEPING.get(action):
        keeper(case, step)
