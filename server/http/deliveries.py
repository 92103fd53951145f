"""Deliveries of a case and the recipient's receipt (公证程序规则 Art. 46)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.delivering import give_receipt as receive
from server.delivery.delivery import DeliveryId, DeliveryNotFound
from server.http.call import Answer, Binding, etag_of
from server.http.case_at_hand import case_held, case_read
from server.http.shown.certificates import delivery_as_seen

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.delivery.delivery import Delivery
    from server.http.call import Call


def list_deliveries(call: Call) -> Answer:
    case = case_read(call)
    items = [
        delivery_as_seen(each)
        for each in call.tx.deliveries.of_case(case.id)
        if call.actor.is_staff or _is_mine(call, case, each)
    ]
    return Answer(body={"items": items}, etag=etag_of(case.version))


def _is_mine(call: Call, case: Case, delivery: Delivery) -> bool:
    return delivery.recipient == case.party_of(call.actor.account).id


def give_receipt(call: Call) -> Answer:
    case = case_held(call)
    delivery = call.tx.deliveries.get(DeliveryId(call.path["delivery_id"]), lock=True)
    if delivery.case != case.id:
        raise DeliveryNotFound
    received = receive(case, delivery, call.actor, at=call.now)
    call.tx.deliveries.save(received)
    call.tx.cases.save(case)
    return Answer(body=delivery_as_seen(received), etag=etag_of(case.version))


def bindings() -> list[Binding]:
    return [
        Binding(operation_id="list_deliveries", handler=list_deliveries),
        Binding(operation_id="give_receipt", handler=give_receipt),
    ]
