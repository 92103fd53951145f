"""What deliveries need from the outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from server.delivery.delivery import Delivery, DeliveryId


class DeliveryBook(Protocol):
    def add(self, delivery: Delivery) -> None: ...

    def get(self, delivery_id: DeliveryId, *, lock: bool = False) -> Delivery:
        """Return the delivery, or raise `DeliveryNotFound`."""
        ...

    def of_case(self, case_id: str) -> list[Delivery]: ...

    def save(self, delivery: Delivery) -> None: ...
