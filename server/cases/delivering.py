"""送达 by electronic means: the party takes the certificate and gives a receipt (P-46)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.errors import NotYourAction
from server.delivery.delivery import DeliveryState

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.delivery.delivery import Delivery


def take_delivery(case: Case, delivery: Delivery, actor: Actor, *, at: datetime) -> Delivery:
    """Record that the recipient fetched the certificate; fetching again changes nothing."""
    _require_recipient(case, delivery, actor)
    if delivery.state is not DeliveryState.E_SENT:
        return delivery
    case.note("certificate_downloaded", actor, at, delivery=delivery.id)
    return delivery.moved(DeliveryState.DOWNLOADED, at)


def give_receipt(case: Case, delivery: Delivery, actor: Actor, *, at: datetime) -> Delivery:
    """Record the recipient's receipt 回执; with it the clerk may close the delivery."""
    _require_recipient(case, delivery, actor)
    if delivery.state is DeliveryState.RECEIVED:
        return delivery
    received = delivery.moved(DeliveryState.RECEIVED, at)
    case.delivered_copies += 1
    case.note("receipt_given", actor, at, delivery=delivery.id)
    return received


def _require_recipient(case: Case, delivery: Delivery, actor: Actor) -> None:
    if case.party_of(actor.account).id != delivery.recipient:
        raise NotYourAction("take_delivery")
