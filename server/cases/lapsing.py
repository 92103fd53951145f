"""逾期关闭: an application whose supplement never came ends by itself.

The term is the office's own (rule pack), in calendar days of Asia/Shanghai; the last
day counts whole. Nothing was accepted, so nothing is owed.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from server.cases.acting import act
from server.cases.actor import SYSTEM_ACTOR
from server.cases.dating import SHANGHAI
from server.cases.status import CaseStatus
from server.cases.transitions import Action

if TYPE_CHECKING:
    from server.cases.case import Case


def supplement_due_on(case: Case) -> date | None:
    """Return the last day on which the supplement may come; ``None`` without a notice."""
    asked_at: datetime | None = case.milestones.supplement_asked_at
    if asked_at is None:
        return None
    return asked_at.astimezone(SHANGHAI).date() + timedelta(days=case.rules.supplement_days)


def lapse_if_overdue(case: Case, *, at: datetime) -> bool:
    """Close the case if its last day has passed; say whether it was closed."""
    due_on = supplement_due_on(case)
    waits = case.status is CaseStatus.SUPPLEMENT and due_on is not None
    if not (waits and due_on is not None and at.astimezone(SHANGHAI).date() > due_on):
        return False
    act(case, Action.LAPSE, SYSTEM_ACTOR, at=at)
    return True
