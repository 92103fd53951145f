"""Whoever asks the platform to issue; free of approval, that is the notary's signature.

公证程序规则 Art. 40, 44: such a certificate bears the day the notary signs for it, so
only the handling notary can ask for it, and asking again does not move the day.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.cases.actor import SYSTEM_ACTOR
from server.cases.errors import ConditionsUnmet, NotYourAction, TransitionRefused
from server.cases.guards import unmet
from server.cases.roles import Role
from server.cases.transitions import Action

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case


def release(case: Case, actor: Actor, *, at: datetime) -> None:
    """Let ``actor`` ask for the certificate of a case that may bear a number.

    Raises `NotYourAction`, `TransitionRefused`, or `ConditionsUnmet` with everything
    that is missing. Asking for what was issued already is no error.
    """
    is_notary = case.staffing.handling_notary == actor.account
    is_clerk = Role.ISSUING_CLERK in actor.roles
    if not (is_notary or (is_clerk and case.needs_approval)):
        raise NotYourAction(Action.ISSUE)
    if not case.status.is_ready_for_a_number:
        if case.status.has_certificate:
            return
        raise TransitionRefused(case.status, Action.ISSUE)
    before = case.milestones
    signs = not case.needs_approval and before.released_at is None
    if signs:
        case.milestones = replace(before, released_at=at)
    if missing := unmet(case, Action.ISSUE, SYSTEM_ACTOR):
        case.milestones = before
        raise ConditionsUnmet(missing)
    if signs:
        case.note("released", actor, at)
