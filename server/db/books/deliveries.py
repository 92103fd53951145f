"""Deliveries of one office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from server.db.tables.register import DELIVERIES
from server.delivery.delivery import Delivery, DeliveryId, DeliveryNotFound, DeliveryState

if TYPE_CHECKING:
    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection


class PostgresDeliveryBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def add(self, delivery: Delivery) -> None:
        self._scoped.connection.execute(insert(DELIVERIES).values(_values(delivery)))

    def get(self, delivery_id: DeliveryId, *, lock: bool = False) -> Delivery:
        query = select(DELIVERIES).where(DELIVERIES.c.id == delivery_id)
        row = self._scoped.connection.execute(query.with_for_update() if lock else query).first()
        if row is None:
            raise DeliveryNotFound
        return _delivery(row)

    def of_case(self, case_id: str) -> list[Delivery]:
        rows = self._scoped.connection.execute(
            select(DELIVERIES)
            .where(DELIVERIES.c.case_id == case_id)
            .order_by(DELIVERIES.c.sent_at, DELIVERIES.c.id)
        )
        return [_delivery(row) for row in rows]

    def save(self, delivery: Delivery) -> None:
        changed = self._scoped.connection.execute(
            update(DELIVERIES).where(DELIVERIES.c.id == delivery.id).values(_values(delivery))
        )
        if changed.rowcount != 1:
            raise DeliveryNotFound


def _values(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "office": delivery.office,
        "case_id": delivery.case,
        "certificate": delivery.certificate,
        "recipient": delivery.recipient,
        "state": delivery.state.value,
        "sent_at": delivery.sent_at,
        "downloaded_at": delivery.downloaded_at,
        "received_at": delivery.received_at,
    }


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=DeliveryId(row.id),
        office=row.office,
        case=row.case_id,
        certificate=row.certificate,
        recipient=row.recipient,
        state=DeliveryState(row.state),
        sent_at=row.sent_at,
        downloaded_at=row.downloaded_at,
        received_at=row.received_at,
    )
