"""The audit trail of a case, for those who have a part in it or inspect it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.cases.errors import NotYourAction
from server.cases.roles import Role
from server.http.call import Answer, Binding
from server.http.case_at_hand import case_read
from server.http.shown.registers import event_as_seen

if TYPE_CHECKING:
    from server.http.call import Call

READS_EVERY_TRAIL: Final = frozenset({Role.DIRECTOR, Role.INSPECTOR, Role.ARCHIVIST})


def list_events(call: Call) -> Answer:
    case = case_read(call)
    if not (call.actor.account in case.staff or call.actor.roles & READS_EVERY_TRAIL):
        raise NotYourAction("list_events")
    return Answer(body={"items": [event_as_seen(e) for e in call.tx.cases.events(case.id)]})


def bindings() -> list[Binding]:
    return [Binding(operation_id="list_events", handler=list_events)]
