"""One copy on its way: only forward, and back to the start when the post returns it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.delivery.delivery import MOVES, Delivery, DeliveryId, DeliveryRefused, DeliveryState

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def copy_in(state: DeliveryState) -> Delivery:
    return Delivery(
        id=DeliveryId("d-1"),
        office="kunming-demo",
        case="c-1",
        certificate="n-1",
        recipient="p-1",
        state=state,
        sent_at=NOW,
    )


@pytest.mark.parametrize("state", DeliveryState)
def test_only_the_moves_of_the_table_are_made(state: DeliveryState) -> None:
    for target in DeliveryState:
        if target in MOVES[state]:
            assert copy_in(state).moved(target, NOW).state is target
        else:
            with pytest.raises(DeliveryRefused, match=f"{state} cannot become {target}"):
                copy_in(state).moved(target, NOW)


def test_only_a_receipt_ends_a_delivery() -> None:
    assert [s for s in DeliveryState if not MOVES[s]] == [DeliveryState.RECEIVED]


def test_each_time_is_kept() -> None:
    later = NOW + timedelta(hours=1)
    downloaded = copy_in(DeliveryState.E_SENT).moved(DeliveryState.DOWNLOADED, NOW)
    received = downloaded.moved(DeliveryState.RECEIVED, later)
    assert (received.sent_at, received.downloaded_at, received.received_at) == (NOW, NOW, later)
