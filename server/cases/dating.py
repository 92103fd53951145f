"""The day that a certificate bears (公证程序规则 Art. 44); nobody types it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from server.cases.errors import TransitionRefused
from server.cases.transitions import Action

if TYPE_CHECKING:
    from datetime import date, datetime

    from server.cases.case import Case

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


def issue_date(case: Case) -> date:
    """Return the day in Asia/Shanghai, or raise `TransitionRefused` while there is none.

    The day of approval; free of approval, the day the notary signs; for on-site
    supervision, the day its statement was read out.
    """
    moment = _moment(case)
    if moment is None:
        raise TransitionRefused(case.status, Action.ISSUE)
    return moment.astimezone(SHANGHAI).date()


def _moment(case: Case) -> datetime | None:
    if case.rules.dated_by_statement and not case.status.is_enforcement:
        return case.ceremony_completed_at
    return case.milestones.approved_at if case.needs_approval else case.milestones.released_at
