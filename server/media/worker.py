"""All rooms of one worker: opened by the first ticket, closed when the ceremony is over.

What the platform has to say (is this being recorded, is it over) and to be given (the
segments) goes through `Desk`; whoever asks it may take long, so that it is asked in
threads and never while packets wait.
"""

from __future__ import annotations

import asyncio
import functools
from collections import deque
from contextlib import contextmanager, suppress
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
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from server.ceremony.lines import Line
    from server.ceremony.tickets import MediaTicket
    from server.media.engine import Engine, EngineRoom, Session
    from server.media.spool import Entry, Place

P = ParamSpec("P")
T = TypeVar("T")

ROUND_S: Final = 1.0
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
        self._rounds: asyncio.Task[None] | None = None
        self._measuring: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look after the rooms, and after what an earlier run left of some on the disk."""
        await self._ports.engine.start()
        self._rounds = asyncio.create_task(self._go_round())
        self._measuring = asyncio.create_task(self._measure())

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
        held = await self._admit(ticket, TicketAct.PUBLISH)
        return await held.room.publish(ticket.participant, offer, ticket.id)

    async def watch(self, ticket: MediaTicket, offer: str) -> Session:
        held = await self._admit(ticket, TicketAct.WATCH)
        return await held.room.watch(ticket.participant, ticket.watches or "", offer, ticket.id)

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
        for each in (self._rounds, self._measuring):
            if each is not None:
                each.cancel()
        for held in list(self._rooms.values()):
            await held.room.close()
        await self._ports.engine.stop()

    async def _admit(self, ticket: MediaTicket, act: TicketAct) -> _Held:
        if ticket.act is not act:
            raise TicketRefused("for something else")
        name = RoomName(office=ticket.office, case=ticket.case, ceremony=ticket.room)
        held = await self._room(name)
        if held.state is RoomState.CLOSING:
            raise TicketRefused("the room is closed")
        if ticket.participant in held.standing.removed:
            raise TicketRefused("put out of the room")
        if not spend(held.spool.folder, ticket.id):
            raise TicketRefused("used")
        held.empty_since = None
        return held

    async def _room(self, name: RoomName) -> _Held:
        async with self._opening:
            held = self._rooms.get(name.ceremony)
            if held is None:
                held = await self._open(name)
                self._rooms[name.ceremony] = held
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

    async def _go_round(self) -> None:
        while True:
            await self._take_up()
            await asyncio.sleep(ROUND_S)
            await asyncio.gather(*map(self._look_after, list(self._rooms.values())))

    async def _measure(self) -> None:
        """Tell how the lines are, whatever the rounds wait for: a slow store is no lost line."""
        while True:
            await asyncio.sleep(ROUND_S)
            await asyncio.gather(*map(self._tell_lines, list(self._rooms.values())))

    async def _tell_lines(self, held: _Held) -> None:
        with _in_a_second_again():
            await self._ask(self._ports.desk.measured, held.name, held.room.lines)

    async def _look_after(self, held: _Held) -> None:
        with _in_a_second_again():
            held.standing = await self._ask(self._ports.desk.hold, held.name)
            await self._heed(held)
            await self._hand_over(held)
            if held.state is RoomState.CLOSING or self._is_left(held):
                await self._let_go(held)

    async def _let_go(self, held: _Held) -> None:
        """Hand the rest over and forget the room; whatever fails, it is still held."""
        await held.room.close()
        if held.state is RoomState.CLOSING:
            # Nothing grows any more: what could not be closed is saved now, or never.
            await self._ask(held.spool.recover)
        await self._hand_over(held)
        await self._ask(self._ports.desk.release, held.name)
        if held.state is RoomState.CLOSING:
            held.spool.clear()
        self._rooms.pop(held.name.ceremony, None)

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
        if not held.room.is_empty:
            held.empty_since = None
            return False
        now = self._ports.seconds()
        held.empty_since = held.empty_since or now
        return now - held.empty_since > EMPTY_S

    async def _hand_over(self, held: _Held) -> None:
        while held.told:
            # Taken off when it is on record, and not before: the desk may be away.
            what, who = held.told[0]
            await self._ask(self._ports.desk.happened, held.name, what, who)
            held.told.popleft()
        for entry in list(held.spool.undelivered()):
            content = await self._ask(held.spool.content, entry)
            await self._ask(self._ports.desk.deliver, held.name, entry, content)
            held.spool.delivered(entry)

    async def _ask(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, functools.partial(call, *args, **kwargs))


@contextmanager
def _in_a_second_again() -> Iterator[None]:
    """The platform, the engine or the disk may be away: the next round does it again."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # whatever it is, it must not end the round for every room
        log.warning("desk_away", error=type(error).__name__)
