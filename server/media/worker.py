"""All rooms of one worker: opened by the first ticket, closed when the ceremony is over.

What the platform has to say (is this being recorded, is it over) and to be given (the
segments) goes through `Desk`; whoever asks it may take long, so that it is asked in
threads and never while packets wait. The store may take much longer than the database:
segments have threads of their own, and no lease, no word of the platform's and no measure
waits for them, in this room or in another.
"""

from __future__ import annotations

import asyncio
import functools
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, ParamSpec, Protocol, TypeVar

import structlog

from server.ceremony.errors import RoomTaken, TicketRefused
from server.ceremony.tickets import TicketAct
from server.media.engine import RoomPorts
from server.media.errors import MediaError, RoomUnknown
from server.media.rooms import EmbeddedEngine
from server.media.spool import Spool, spend

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from server.ceremony.lines import Line
    from server.ceremony.tickets import MediaTicket
    from server.media.engine import Engine, EngineRoom, Session
    from server.media.spool import Entry, Place

P = ParamSpec("P")
T = TypeVar("T")

ROUND_S: Final = 1.0
DELIVERIES: Final = 8
"""Segments that are on their way to the store at a time; each is in memory as a whole."""

EMPTY_S: Final = 60.0
"""How long a room without anybody is kept, for whoever connects again."""

log = structlog.get_logger("feigui.media")


class RoomState(StrEnum):
    OPEN = "open"  # People see each other; nothing is kept.
    RECORDING = "recording"
    CLOSING = "closing"  # Hand over what there is; then the room is let go.


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomName:
    office: str
    case: str
    ceremony: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the platform says of a room whenever its lease is kept."""

    state: RoomState
    removed: frozenset[str] = frozenset()
    """Participants whom the notary put out: nothing of theirs is let in."""

    key_frames: frozenset[str] = frozenset()
    """Participants of whom a key frame was asked for since the last time."""

    places: Mapping[str, Place] = field(default_factory=dict)
    """Participant -> the last segment that the chain has, whichever worker recorded it."""

    stills: frozenset[str] = frozenset()
    """Participants who were asked for single pictures."""


class Desk(Protocol):
    """The platform, as a worker knows it. Any call may raise; then it is made again."""

    def hold(self, room: RoomName) -> Standing:
        """Keep the lease of the room, and say how it stands; raises `RoomTaken`."""
        ...

    def deliver(self, room: RoomName, entry: Entry, content: bytes) -> None:
        """Store and chain one segment. A second time does no harm."""
        ...

    def happened(self, room: RoomName, what: str, participant: str) -> None: ...

    def measured(self, room: RoomName, lines: Sequence[Line]) -> None:
        """Take how every line is now; what is not said again within seconds counts no more."""
        ...

    def release(self, room: RoomName) -> None:
        """Everything of the room was delivered."""
        ...


@dataclass(slots=True)
class _Held:
    name: RoomName
    room: EngineRoom
    spool: Spool
    standing: Standing
    empty_since: float | None = None
    told: deque[tuple[str, str]] = field(default_factory=deque)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the lease is kept or given back: whoever let it go keeps it no more."""

    coming: int = 0
    """Who is being let in at this moment."""

    @property
    def state(self) -> RoomState:
        return self.standing.state


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPorts:
    desk: Desk
    spool: Path
    boot: str
    seconds: Callable[[], float]
    """A clock that never goes back, in seconds since 1970: the time of all its rooms."""

    engine: Engine = field(default_factory=EmbeddedEngine)


class MediaWorker:
    def __init__(self, ports: WorkerPorts) -> None:
        self._ports = ports
        self._rooms: dict[str, _Held] = {}
        self._opening = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._deliveries = ThreadPoolExecutor(DELIVERIES, "deliveries")

    async def start(self) -> None:
        """Look after the rooms, and after what an earlier run left of some on the disk."""
        await self._ports.engine.start()
        self._begin(self._go_round(), self._measure())

    def _begin(self, *rounds: Coroutine[None, None, None]) -> None:
        for each in rounds:
            task = asyncio.create_task(each)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _go_round(self) -> None:
        while True:
            await self._take_up()
            await asyncio.sleep(ROUND_S)

    async def _take_up(self) -> None:
        """Hold every room of which something is still to be handed over."""
        spool = self._ports.spool
        with _in_a_second_again():
            left = {
                each.parent for kind in ("webm", "part") for each in spool.glob(f"*/*/*/*.{kind}")
            }
            for folder in sorted(left):
                office, case, ceremony = folder.relative_to(spool).parts
                # Another worker may have gone on; what is left here waits until that one is done.
                with suppress(RoomTaken):
                    await self._room(RoomName(office=office, case=case, ceremony=ceremony))

    async def publish(self, ticket: MediaTicket, offer: str) -> Session:
        """Spend ``ticket`` and answer.

        Raises `TicketRefused`, `OfferRefused`, `RoomTaken`, `EngineAway`.
        """
        async with self._let_in(ticket, TicketAct.PUBLISH) as room:
            return await room.publish(ticket.participant, offer, ticket.id)

    async def watch(self, ticket: MediaTicket, offer: str) -> Session:
        async with self._let_in(ticket, TicketAct.WATCH) as room:
            return await room.watch(ticket.participant, ticket.watches or "", offer, ticket.id)

    async def answered(self, ticket: MediaTicket, answer: str) -> None:
        """Take the answer to the counter-offer that ``ticket`` was given."""
        held = self._rooms.get(ticket.room)
        if held is None:
            raise RoomUnknown("there is no such session")
        await held.room.answered(ticket.id, answer)

    async def leave(self, ticket: MediaTicket) -> None:
        """End the session that ``ticket`` began; only its holder knows the ticket."""
        held = self._rooms.get(ticket.room)
        if held is not None:
            await held.room.leave(ticket.id)

    def publishing(self, room: str) -> list[str]:
        held = self._rooms.get(room)
        return list(held.room.publishing) if held else []

    @property
    def load(self) -> int:
        """How many rooms it carries."""
        return len(self._rooms)

    def room_time(self) -> int:
        """Return milliseconds since 1970 on the clock that segments are timed by."""
        return round(self._ports.seconds() * 1000)

    async def stop(self) -> None:
        """Close every segment; what cannot be delivered now stays on the disk."""
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for held in list(self._rooms.values()):
            await held.room.close()
            with suppress(OSError):
                # Then it stays what it is, and the next run finds it.
                await self._ask(held.spool.settle)
        await self._ports.engine.stop()
        self._deliveries.shutdown(wait=False, cancel_futures=True)

    @asynccontextmanager
    async def _let_in(self, ticket: MediaTicket, act: TicketAct) -> AsyncIterator[EngineRoom]:
        """Spend the ticket; nobody lets the room go meanwhile because it is empty."""
        if ticket.act is not act:
            raise TicketRefused("for something else")
        held = await self._room(
            RoomName(office=ticket.office, case=ticket.case, ceremony=ticket.room)
        )
        held.coming += 1
        try:
            self._spend(held, ticket)
            yield held.room
        finally:
            held.coming -= 1

    def _spend(self, held: _Held, ticket: MediaTicket) -> None:
        if held.state is RoomState.CLOSING:
            raise TicketRefused("the room is closed")
        if ticket.participant in held.standing.removed:
            raise TicketRefused("put out of the room")
        if not spend(held.spool.folder, ticket.id):
            raise TicketRefused("used")
        held.empty_since = None

    async def _room(self, name: RoomName) -> _Held:
        async with self._opening:
            held = self._rooms.get(name.ceremony)
            if held is None:
                held = await self._open(name)
                self._rooms[name.ceremony] = held
                self._begin(self._follow(held), self._settle(held), self._carry(held))
            return held

    async def _open(self, name: RoomName) -> _Held:
        standing = await self._ask(self._ports.desk.hold, name)
        folder = self._ports.spool / name.office / name.case / name.ceremony
        spool = Spool(folder, boot=self._ports.boot, follows=standing.places)
        saved = await self._ask(spool.recover)
        # Whoever was being recorded when an earlier run was killed lost the line with it.
        told = deque(("left", who) for who in sorted({each.participant for each in saved}))
        held: _Held

        def is_recording() -> bool:
            return held.state is RoomState.RECORDING

        room = self._ports.engine.open(
            name.ceremony,
            spool,
            RoomPorts(
                seconds=self._ports.seconds,
                is_recording=is_recording,
                happened=lambda what, who: told.append((what, who)),
                stills=lambda: held.standing.stills,
            ),
        )
        held = _Held(name, room, spool, standing, told=told)
        return held

    async def _measure(self) -> None:
        """Tell how the lines are."""
        while True:
            await asyncio.sleep(ROUND_S)
            await asyncio.gather(*map(self._tell_lines, list(self._rooms.values())))

    async def _tell_lines(self, held: _Held) -> None:
        with _in_a_second_again():
            await self._ask(self._ports.desk.measured, held.name, held.room.lines)

    async def _follow(self, held: _Held) -> None:
        """Keep the lease, do what the platform asks for, and tell it what happened."""
        while self._holds(held):
            await asyncio.sleep(ROUND_S)
            with _in_a_second_again():
                async with held.turn:
                    if not self._holds(held):
                        return
                    held.standing = await self._ask(self._ports.desk.hold, held.name)
                    await self._heed(held)
                    await self._tell(held)

    async def _settle(self, held: _Held) -> None:
        """See to it that the disk has what was closed, wherever the store is."""
        while self._holds(held):
            await asyncio.sleep(ROUND_S)
            with _in_a_second_again():
                await self._ask(held.spool.settle)

    async def _carry(self, held: _Held) -> None:
        """Hand over what there is, until the room is let go."""
        while self._holds(held):
            await asyncio.sleep(ROUND_S)
            with _in_a_second_again():
                await self._hand_over(held)
                if held.state is RoomState.CLOSING or self._is_left(held):
                    await self._let_go(held)

    async def _let_go(self, held: _Held) -> None:
        """Hand the rest over and forget the room; whatever fails, it is still held."""
        async with held.turn:
            if held.state is not RoomState.CLOSING and _is_wanted(held):
                return
            await held.room.close()
            if held.state is RoomState.CLOSING:
                # Nothing grows any more: what could not be closed is saved now, or never.
                await self._ask(held.spool.recover)
        await self._ask(held.spool.settle)
        await self._hand_over(held)
        async with held.turn:
            await self._tell(held)
            if _is_wanted(held):
                return
            await self._ask(self._ports.desk.release, held.name)
            if _is_wanted(held):
                # The next round leases it again.
                return
            if held.state is RoomState.CLOSING:
                held.spool.clear()
            del self._rooms[held.name.ceremony]

    def _holds(self, held: _Held) -> bool:
        return self._rooms.get(held.name.ceremony) is held

    async def _heed(self, held: _Held) -> None:
        """Do what the platform asked for."""
        if held.state is RoomState.CLOSING:
            await held.room.close()
        for participant in held.standing.removed:
            await held.room.kick(participant)
        for participant in held.standing.key_frames:
            with suppress(MediaError):
                await held.room.ask_for_key_frame(participant)

    def _is_left(self, held: _Held) -> bool:
        if _is_wanted(held):
            held.empty_since = None
            return False
        now = self._ports.seconds()
        held.empty_since = held.empty_since or now
        return now - held.empty_since > EMPTY_S

    async def _tell(self, held: _Held) -> None:
        while held.told:
            # Taken off when it is on record, and not before: the desk may be away.
            what, who = held.told[0]
            await self._ask(self._ports.desk.happened, held.name, what, who)
            held.told.popleft()

    async def _hand_over(self, held: _Held) -> None:
        for entry in list(held.spool.undelivered()):
            await self._in_thread(self._deliveries, self._deliver, held, entry)

    def _deliver(self, held: _Held, entry: Entry) -> None:
        self._ports.desk.deliver(held.name, entry, held.spool.content(entry))
        held.spool.delivered(entry)

    async def _ask(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._in_thread(None, call, *args, **kwargs)

    async def _in_thread(
        self, pool: Executor | None, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, functools.partial(call, *args, **kwargs))


def _is_wanted(held: _Held) -> bool:
    return held.coming > 0 or not held.room.is_empty


@contextmanager
def _in_a_second_again() -> Iterator[None]:
    """The platform, the engine or the disk may be away: the next round does it again."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # whatever it is, it must not end the round for every room
        log.warning("desk_away", error=type(error).__name__)
