"""What goes wrong with one room, or for a moment, ends the work for no other and for no longer."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from aiortc import RTCPeerConnection

from server.ceremony.tickets import MediaTicket, TicketAct
from server.media.spool import Spool
from server.media.webm import Segment
from server.media.worker import EMPTY_S, MediaWorker, RoomState, Standing, WorkerPorts
from tests.to_the_end import to_the_end

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from server.ceremony.lines import Line
    from server.media.spool import Entry
    from server.media.worker import RoomName

PATIENCE_S = 30.0


@dataclass
class DeskThatFailsOnce:
    """The platform at the end of a ceremony; one of its calls fails the first time."""

    fails: str = ""
    state: RoomState = RoomState.CLOSING
    delivered: list[tuple[str, bytes]] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def hold(self, room: RoomName) -> Standing:  # it says the same of each
        return Standing(state=self.state)

    def deliver(self, room: RoomName, entry: Entry, content: bytes) -> None:
        self._may_fail("deliver", room)
        self.delivered.append((room.ceremony, content))

    def happened(self, room: RoomName, what: str, participant: str) -> None: ...

    def measured(self, room: RoomName, lines: Sequence[Line]) -> None: ...

    def release(self, room: RoomName) -> None:
        self._may_fail("release", room)
        self.released.append(room.ceremony)

    def _may_fail(self, call: str, room: RoomName) -> None:
        if call == self.fails and not self.failed:
            self.failed.append(room.ceremony)
            raise OSError


def left_by_an_earlier_run(spool: Path, room: str) -> Spool:
    """Leave a segment that the platform does not have yet."""
    own = Spool(spool / "kunming-demo" / "case-1" / room, boot="0")
    part = own.part("party", 0)
    part.write_bytes(room.encode())
    own.keep(part, "party", 0, 1000)
    return own


async def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends, "it never came to this"
        await asyncio.sleep(0.02)


async def looked_after(spool: Path, desk: DeskThatFailsOnce) -> None:
    """Let a worker end one room over what fails, and then another one."""
    worker = MediaWorker(WorkerPorts(desk=desk, spool=spool, boot="b", seconds=time.time))
    left_by_an_earlier_run(spool, "first")
    await worker.start()
    try:
        await until(lambda: desk.failed == ["first"])
        left_by_an_earlier_run(spool, "second")
        await until(lambda: {*desk.released} == {"first", "second"} and worker.load == 0)
    finally:
        await worker.stop()


@pytest.mark.parametrize("call", ["deliver", "release"])
def test_what_fails_once_for_a_room_is_done_again_and_other_rooms_go_on(
    call: str, tmp_path: Path
) -> None:
    desk = DeskThatFailsOnce(call)
    to_the_end(looked_after(tmp_path, desk))
    assert sorted(desk.delivered) == [("first", b"first"), ("second", b"second")]
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


async def closed_over_an_unclosed_file(spool: Path, desk: DeskThatFailsOnce) -> None:
    worker = MediaWorker(WorkerPorts(desk=desk, spool=spool, boot="b", seconds=time.time))
    room = left_by_an_earlier_run(spool, "first")
    await worker.start()
    try:
        await until(lambda: len(desk.delivered) == 1)
        unclosed = Segment(room.part("party", 1000), picture=None, sound=True)
        for number in range(200):
            unclosed.add_sound(number * 20, b"\xfc\xff\xfe")
        desk.state = RoomState.CLOSING
        await until(lambda: worker.load == 0)
        unclosed.close()
    finally:
        await worker.stop()


def test_what_could_not_be_closed_is_handed_over_when_the_room_is_let_go(tmp_path: Path) -> None:
    desk = DeskThatFailsOnce(state=RoomState.RECORDING)
    to_the_end(closed_over_an_unclosed_file(tmp_path, desk))
    assert [len(content) > 200 for _, content in desk.delivered] == [False, True]
    assert desk.released == ["first"]


ROOMS = tuple(f"room-{number}" for number in range(40))
"""More than there are threads for what must not wait."""


@dataclass
class DeskWithASlowStore(DeskThatFailsOnce):
    """The database answers at once, the store not before it is told to."""

    state: RoomState = RoomState.RECORDING
    store_answers: threading.Event = field(default_factory=threading.Event)
    held: Counter[str] = field(default_factory=Counter)
    measures: Counter[str] = field(default_factory=Counter)

    def hold(self, room: RoomName) -> Standing:
        self.held[room.ceremony] += 1
        return DeskThatFailsOnce.hold(self, room)

    def deliver(self, room: RoomName, entry: Entry, content: bytes) -> None:
        self.store_answers.wait(PATIENCE_S)
        DeskThatFailsOnce.deliver(self, room, entry, content)

    def measured(self, room: RoomName, lines: Sequence[Line]) -> None:
        self.measures[room.ceremony] += 1


async def carried_over_a_slow_store(spool: Path, desk: DeskWithASlowStore) -> None:
    worker = MediaWorker(WorkerPorts(desk=desk, spool=spool, boot="b", seconds=time.time))
    for room in ROOMS:
        left_by_an_earlier_run(spool, room)
    await worker.start()
    try:
        for told in (desk.held, desk.measures):
            # Three rounds of every room: leases last, and no line looks as if it were lost.
            await until(lambda told=told: all(told[room] >= 3 for room in ROOMS))  # type: ignore[misc]  # bound at once
        assert desk.delivered == []
        desk.store_answers.set()
        await until(lambda: len(desk.delivered) == len(ROOMS))
    finally:
        desk.store_answers.set()
        await worker.stop()


def test_a_slow_store_costs_no_room_its_lease_and_no_line_its_measure(tmp_path: Path) -> None:
    desk = DeskWithASlowStore()
    to_the_end(carried_over_a_slow_store(tmp_path, desk))
    assert {room for room, _ in desk.delivered} == {*ROOMS}


@dataclass
class DeskThatIsSlowToTakeARoomBack(DeskThatFailsOnce):
    """Somebody comes in while it does."""

    state: RoomState = RoomState.OPEN
    comes_in: Callable[[], object] = lambda: None
    held: int = 0

    def hold(self, room: RoomName) -> Standing:
        self.held += 1
        return DeskThatFailsOnce.hold(self, room)

    def release(self, room: RoomName) -> None:
        self.comes_in()
        DeskThatFailsOnce.release(self, room)


async def let_go_while_somebody_comes_in(spool: Path, desk: DeskThatIsSlowToTakeARoomBack) -> int:
    """Return how many rooms are held when the lease was taken again, or the room was let go."""
    ahead = itertools.count(0.0, EMPTY_S)
    # Each look at the clock is a minute later: whoever left has left for long.
    worker = MediaWorker(
        WorkerPorts(desk=desk, spool=spool, boot="b", seconds=lambda: time.time() + next(ahead))
    )
    left_by_an_earlier_run(spool, "first")
    loop, connection = asyncio.get_running_loop(), RTCPeerConnection()
    connection.addTransceiver("audio")
    await connection.setLocalDescription(await connection.createOffer())
    ticket = MediaTicket(
        id="t-1",
        act=TicketAct.PUBLISH,
        office="kunming-demo",
        case="case-1",
        room="first",
        participant="party",
        expires=2**40,
    )

    def comes_in() -> None:
        offer = connection.localDescription.sdp
        asyncio.run_coroutine_threadsafe(worker.publish(ticket, offer), loop).result(PATIENCE_S)

    desk.comes_in = comes_in
    await worker.start()
    try:
        await until(lambda: desk.released == ["first"])
        before = desk.held
        await until(lambda: desk.held > before or worker.load == 0)
        return worker.load
    finally:
        await worker.stop()
        await connection.close()


def test_whoever_comes_in_while_the_room_is_given_back_keeps_it(tmp_path: Path) -> None:
    desk = DeskThatIsSlowToTakeARoomBack()
    assert to_the_end(let_go_while_somebody_comes_in(tmp_path, desk)) == 1
