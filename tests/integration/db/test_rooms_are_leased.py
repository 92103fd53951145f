"""A room is carried by one media worker at a time, and by the next one when that one is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.ceremony.errors import RoomTaken
from server.ceremony.rooms import LEASE
from server.transaction import Scope
from tests.integration.db.filling import AT, fill, media_room
from tests.integration.db.test_spending_once import race

if TYPE_CHECKING:
    from server.ceremony.rooms import MediaRoom
    from server.transaction import OpenTransaction, Transaction


@pytest.fixture
def room(open_transaction: OpenTransaction) -> tuple[Scope, MediaRoom]:
    """A room that worker-1 holds."""
    filled = fill(open_transaction, "kunming-a")
    scope = Scope(office=filled.office)
    with open_transaction(scope) as tx:
        (met,) = tx.ceremonies.of_case(filled.case)
    return scope, media_room(met)


def test_another_worker_has_to_wait_until_the_lease_is_over(
    open_transaction: OpenTransaction, room: tuple[Scope, MediaRoom]
) -> None:
    scope, held = room
    other = replace(held, worker="worker-2", leased_until=AT + 2 * LEASE)
    with open_transaction(scope) as tx, pytest.raises(RoomTaken):
        tx.rooms.lease(other, now=AT + LEASE)
    with open_transaction(scope) as tx:
        tx.rooms.lease(other, now=AT + LEASE * 1.01)
        assert tx.rooms.get(held.ceremony) == other
        # The first one, back again, is told so, and cannot give away what it lost.
        tx.rooms.release(held.ceremony, held.worker)
        assert tx.rooms.get(held.ceremony) == other


@pytest.mark.parametrize("round_", range(3))
def test_of_many_workers_exactly_one_gets_the_room(
    round_: int, open_transaction: OpenTransaction, room: tuple[Scope, MediaRoom]
) -> None:
    scope, held = room
    names = iter(range(100))

    def taken(tx: Transaction) -> bool:
        tx.narrow(scope)
        try:
            wish = replace(held, worker=f"other-{next(names)}", leased_until=AT + 9 * LEASE)
            tx.rooms.lease(wish, now=AT + 2 * LEASE)
        except RoomTaken:
            return False
        return True

    assert race(open_transaction, taken) == 1


def test_it_is_handed_over_when_it_was_asked_to_and_not_before(
    open_transaction: OpenTransaction, room: tuple[Scope, MediaRoom]
) -> None:
    scope, held = room

    def now() -> MediaRoom | None:
        return tx.rooms.get(held.ceremony)

    with open_transaction(scope) as tx:
        tx.rooms.release(held.ceremony, held.worker)
        left = now()
        assert left is not None
        # Everybody left, and may come back.
        assert not left.is_handed_over
        tx.rooms.ask_to_close(held.ceremony, at=AT)
        tx.rooms.ask_to_close(held.ceremony, at=AT + LEASE)
        closed = now()
        assert closed == replace(left, close_asked_at=AT)
        assert closed.is_handed_over
        # Held again, because something of it is still on the worker's disk.
        tx.rooms.lease(held, now=AT)
        again = now()
        assert again is not None
        assert not again.is_handed_over


def test_no_room_is_nothing(
    open_transaction: OpenTransaction, room: tuple[Scope, MediaRoom]
) -> None:
    with open_transaction(room[0]) as tx:
        assert tx.rooms.get("nothing") is None
