"""What stands beside the main line: the clock, discussion, transfer, enforcement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.shown.times import rfc3339, rfc3339_or_none
from server.http.shown.visibility import ENFORCEMENT, SUSPENSION, TRANSFER, visible

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.cases.discussion import Discussion
    from server.cases.enforcement import Enforcement
    from server.cases.suspensions import Suspension
    from server.cases.transfer import Transfer
    from server.http.shown.visibility import Viewer


def beside_the_line(case: Case, viewer: Viewer) -> dict[str, Any]:
    return {
        "suspensions": [visible(_suspension(s), SUSPENSION, viewer) for s in case.suspensions],
        "discussion": case.discussion and _discussion(case.discussion),
        "transfer": case.transfer and visible(_transfer(case.transfer), TRANSFER, viewer),
        "enforcement": case.enforcement
        and visible(_enforcement(case.enforcement), ENFORCEMENT, viewer),
    }


def _suspension(suspension: Suspension) -> dict[str, Any]:
    return {
        "ground": suspension.ground,
        "report": suspension.report,
        "suspended_at": rfc3339(suspension.suspended_at),
        "suspended_by": suspension.suspended_by,
        "resumed_at": rfc3339_or_none(suspension.resumed_at),
        "resumed_by": suspension.resumed_by,
    }


def _discussion(discussion: Discussion) -> dict[str, Any]:
    return {
        "called_by": discussion.called_by,
        "called_at": rfc3339(discussion.called_at),
        "why": discussion.why,
        "minutes": discussion.minutes,
        "present": list(discussion.present),
        "held_by": discussion.held_by,
        "held_at": rfc3339_or_none(discussion.held_at),
    }


def _transfer(transfer: Transfer) -> dict[str, Any]:
    return {
        "to_office": transfer.to_office,
        "report": transfer.report,
        "proposed_by": transfer.proposed_by,
        "proposed_at": rfc3339(transfer.proposed_at),
        "successor": transfer.successor,
    }


def _enforcement(enforcement: Enforcement) -> dict[str, Any]:
    return {
        "applied_by": enforcement.applied_by,
        "applied_at": rfc3339(enforcement.applied_at),
        "claim": enforcement.claim,
        "report": enforcement.report,
        "refused_on": enforcement.refused_on,
        "reason": enforcement.reason,
        "closed_at": rfc3339_or_none(enforcement.closed_at),
        "closed_by": enforcement.closed_by,
    }
