"""Steps of the main line: any role may ask, the transition table decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.acting import Particulars, SupplementItem, act
from server.cases.ending import revoke_all
from server.cases.ids import MaterialId
from server.cases.transitions import Action
from server.http.call import Binding
from server.http.case_at_hand import case_to_change, saved

if TYPE_CHECKING:
    from server.http.call import Answer, Call


def act_on_case(call: Call) -> Answer:
    case, body = case_to_change(call), call.body
    action = Action(body["action"])
    act(
        case,
        action,
        call.actor,
        at=call.now,
        particulars=Particulars(
            ground=body.get("ground"),
            report=body.get("report"),
            supplement=tuple(
                SupplementItem(material=MaterialId(item["material"]), reason=item["reason"])
                for item in body.get("supplement", ())
            ),
        ),
    )
    if action is Action.REVOKE:
        known = call.tx.certificates.of_case(case.id)
        for revoked in revoke_all(case, known, call.actor, at=call.now):
            call.tx.certificates.save(revoked)
    return saved(call, case)


def bindings() -> list[Binding]:
    return [Binding(operation_id="act_on_case", handler=act_on_case)]
