"""Rows of the register and of a case's trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.shown.times import rfc3339

if TYPE_CHECKING:
    from server.cases.events import CaseEvent
    from server.register.ports import RegisterRow


def row_as_seen(row: RegisterRow) -> dict[str, Any]:
    return {
        "category": row.category,
        "parties": list(row.parties),
        "agents": list(row.agents),
        "accepted_on": row.accepted_on.isoformat(),
        "handler": row.handler,
        "approver": row.approver,
        "way_of_closing": row.way_of_closing,
        "closed_on": row.closed_on and row.closed_on.isoformat(),
        "number": row.number,
    }


def event_as_seen(event: CaseEvent) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "actor": event.actor,
        "at": rfc3339(event.at),
        "facts": dict(event.facts),
    }
