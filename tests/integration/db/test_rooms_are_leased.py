"""A room is carried by one media worker at a time, and by the next one when that one is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.cases.ids import OfficeId
from server.ceremony.errors import LiveVideoOff, RoomTaken
from server.ceremony.live import LiveRooms, LiveTerms
from server.ceremony.rooms import LEASE, EngineName
from server.transaction import Scope
from tests.integration.db.filling import AT, fill, media_room, media_worker
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


TERMS = LiveTerms(key=bytes(32), office_engines={"chengdu-b": EngineName.JANUS})


def test_of_two_workers_the_one_with_fewer_rooms_gets_the_next(
    open_transaction: OpenTransaction,
) -> None:
    later = AT + 10 * LEASE
    chosen: list[str] = []
    cases = [fill(open_transaction, "kunming-a").case for _ in range(4)]
    with open_transaction(Scope(office=OfficeId("kunming-a"))) as tx:
        met = [each for case in cases for each in tx.ceremonies.of_case(case)]
        live = LiveRooms(tx.rooms, tx.media_workers, TERMS)
        for name in ("left", "right"):
            tx.media_workers.announce(replace(media_worker(name), seen_at=later))
        # The worker of before is gone, and its leases with it.
        for ceremony in met:
            carrying = live.create_room(ceremony, now=later)
            assert live.create_room(ceremony, now=later) == carrying
            chosen.append(carrying.name)
            busy = replace(media_worker(carrying.name), seen_at=later)
            tx.media_workers.announce(replace(busy, rooms=chosen.count(carrying.name)))
    assert sorted(chosen) == ["left", "left", "right", "right"]


def test_an_office_with_an_engine_of_its_own_waits_for_such_a_worker(
    open_transaction: OpenTransaction,
) -> None:
    later = AT + 20 * LEASE
    filled = fill(open_transaction, "chengdu-b")
    with open_transaction(Scope(office=filled.office)) as tx:
        (ceremony,) = tx.ceremonies.of_case(filled.case)
        live = LiveRooms(tx.rooms, tx.media_workers, TERMS)
        tx.media_workers.announce(replace(media_worker("here"), seen_at=later))
        with pytest.raises(LiveVideoOff):
            live.create_room(ceremony, now=later)
        other = replace(media_worker("there"), engine=EngineName.JANUS, seen_at=later)
        tx.media_workers.announce(other)
        assert live.create_room(ceremony, now=later) == other
