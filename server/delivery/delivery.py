"""One delivery of one copy (P-46): the machine of docs/case-lifecycle.md.

Electronic delivery is exercised now; post and pick-up keep their places.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

DeliveryId = NewType("DeliveryId", str)


class DeliveryState(StrEnum):
    E_SENT = "e_sent"  # The party downloads it.
    DOWNLOADED = "downloaded"  # The party confirms the receipt.
    RECEIVED = "received"  # Final. Receipt 回执 given.
    POST_READY = "post_ready"
    SHIPPED = "shipped"
    RETURNED = "returned"
    PICKUP_READY = "pickup_ready"


class DeliveryError(Exception):
    """Base of everything a delivery refuses on purpose."""


class DeliveryNotFound(DeliveryError):
    """No delivery with this id is visible to the caller."""


class DeliveryRefused(DeliveryError):
    """The delivery is not in a state from which this is allowed."""

    def __init__(self, current: DeliveryState, target: DeliveryState) -> None:
        self.current = current
        self.target = target
        super().__init__(f"a delivery that is {current} cannot become {target}")


D = DeliveryState
MOVES: Final[dict[DeliveryState, frozenset[DeliveryState]]] = {
    D.E_SENT: frozenset({D.DOWNLOADED}),
    D.DOWNLOADED: frozenset({D.RECEIVED}),
    D.POST_READY: frozenset({D.SHIPPED}),
    D.SHIPPED: frozenset({D.RECEIVED, D.RETURNED}),
    D.RETURNED: frozenset({D.POST_READY}),
    D.PICKUP_READY: frozenset({D.RECEIVED}),
    D.RECEIVED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    id: DeliveryId
    office: str
    case: str
    certificate: str
    recipient: str
    """Id of the party."""

    state: DeliveryState
    sent_at: datetime
    downloaded_at: datetime | None = None
    received_at: datetime | None = None

    def moved(self, target: DeliveryState, at: datetime) -> Delivery:
        """Return the delivery in ``target``, or raise `DeliveryRefused`."""
        if target not in MOVES[self.state]:
            raise DeliveryRefused(self.state, target)
        return replace(
            self,
            state=target,
            downloaded_at=at if target is D.DOWNLOADED else self.downloaded_at,
            received_at=at if target is D.RECEIVED else self.received_at,
        )
