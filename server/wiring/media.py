"""The media worker: ``python -m server.wiring.media --port PORT``; its own composition root.

A process of its own, because it alone imports PyAV (see server/media).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from server.cases.ids import OfficeId
from server.ceremony.ceremony import CeremonyId, Segment
from server.ceremony.course import recording_since
from server.ceremony.errors import ChainBroken, NotRecording
from server.ceremony.rooms import LEASE, MediaRoom, MediaWorkerPlace
from server.ceremony.status import CeremonyStatus, Step
from server.media.janus.link import JanusAccess
from server.media.janus.rooms import JanusEngine
from server.media.rooms import EmbeddedEngine
from server.media.spool import Place
from server.media.ways import direct, relayed
from server.media.web import application
from server.media.webm import MEDIA_TYPE
from server.media.worker import MediaWorker, RoomState, Standing, WorkerPorts
from server.settings import Settings, SettingsError
from server.transaction import NOBODY, BooksUnavailable, Scope
from server.wiring.logs import configure_logs
from server.wiring.parts import Parts, now
from server.wiring.relays import relay_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aiortc import RTCConfiguration

    from server.ceremony.ceremony import Ceremony
    from server.ceremony.lines import Line
    from server.media.engine import Engine
    from server.media.spool import Entry
    from server.media.worker import RoomName

LOOPBACK: Final = "127.0.0.1"
ANNOUNCE_S: Final = 3.0
"""A fifth of a lease: a worker that says nothing for one is taken for gone."""

_AWAY: Final = (BooksUnavailable, SQLAlchemyError)


@dataclass(frozen=True, slots=True)
class PlatformDesk:
    """The `Desk` of server/media/worker.py: the same books and store as every other process."""

    parts: Parts
    place: MediaWorkerPlace
    seconds: Callable[[], float]

    def announce(self, *, rooms: int, going: bool = False) -> None:
        """Say that this worker lives; ``going``: that it takes no new rooms."""
        seen = now() - 2 * LEASE if going else now()
        with self.parts.open_transaction(NOBODY) as tx:
            tx.media_workers.announce(replace(self.place, rooms=rooms, seen_at=seen))

    def hold(self, room: RoomName) -> Standing:
        at = now()
        ahead = round((self.seconds() - at.timestamp()) * 1000)
        with self.parts.open_transaction(_scope(room)) as tx:
            ceremony = tx.ceremonies.get(CeremonyId(room.ceremony))
            known = tx.rooms.get(room.ceremony)
            tx.rooms.lease(
                MediaRoom(
                    ceremony=room.ceremony,
                    office=room.office,
                    case=room.case,
                    worker=self.place.name,
                    leased_until=at + LEASE,
                    clock_ahead_ms=ahead,
                ),
                now=at,
            )
            key_frames = tx.rooms.take_key_frames(room.ceremony)
        state = RoomState.RECORDING if ceremony.status.records else RoomState.OPEN
        if ceremony.status.is_final or (known is not None and known.close_asked_at is not None):
            state = RoomState.CLOSING
        return Standing(
            state=state,
            removed=ceremony.put_out_now | ceremony.unseated.keys(),
            key_frames=key_frames,
            places=_places(ceremony),
            stills=frozenset() if known is None else known.stills,
        )

    def deliver(self, room: RoomName, entry: Entry, content: bytes) -> None:
        # The object first: the chain must never point at nothing.
        stored = self.parts.put(OfficeId(room.office), content)
        if stored.hex != entry.sha256:
            raise OSError("the file on the disk is not the one that was recorded")
        with self.parts.open_transaction(_scope(room)) as tx:
            ceremony = tx.ceremonies.get(CeremonyId(room.ceremony), lock=True)
            segment = _segment(entry, _recording_since(ceremony))
            try:
                ceremony.add_segment(segment, now())
            except ChainBroken:
                # Another worker went on before this one was back.
                ceremony.add_late_segment(segment, now())
            tx.ceremonies.save(ceremony)

    def happened(self, room: RoomName, what: str, participant: str) -> None:
        """Put on record who came, left or fell silent, while it is evidence."""
        with self.parts.open_transaction(_scope(room)) as tx:
            ceremony = tx.ceremonies.get(CeremonyId(room.ceremony), lock=True)
            if not ceremony.status.records:
                return
            # Also of whoever has no seat any more: that the line ended is evidence as well.
            ceremony.note(f"line_{what}", now(), by=participant, facts={})
            if what == "recording_failed" and ceremony.status is not CeremonyStatus.INTERRUPTED:
                # What is not recorded is not evidence: nothing goes on until it is.
                ceremony.take(Step.INTERRUPT, by=participant, at=now(), reason=what)
            tx.ceremonies.save(ceremony)

    def measured(self, room: RoomName, lines: Sequence[Line]) -> None:
        with self.parts.open_transaction(_scope(room)) as tx:
            tx.rooms.measured(room.ceremony, self.place.name, lines, at=now())

    def release(self, room: RoomName) -> None:
        with self.parts.open_transaction(_scope(room)) as tx:
            tx.rooms.release(room.ceremony, self.place.name)


def _scope(room: RoomName) -> Scope:
    return Scope(office=OfficeId(room.office))


def _recording_since(ceremony: Ceremony) -> int:
    """Return when recording began, in milliseconds since 1970: 0 on the ceremony's clock."""
    began = recording_since(ceremony.links)
    if began is None:
        raise NotRecording
    return round(began.timestamp() * 1000)


def _places(ceremony: Ceremony) -> dict[str, Place]:
    """Return where each participant's segments stand, for a worker that goes on for another."""
    if not ceremony.segments:
        return {}
    since = _recording_since(ceremony)
    return {
        each.participant: Place(
            index=each.index + 1, prev_sha256=each.sha256, ends_ms=each.ends_ms + since
        )
        for each in ceremony.segments
    }


def _segment(entry: Entry, since: int) -> Segment:
    starts = max(0, entry.starts_ms - since)
    return Segment(
        participant=entry.participant,
        index=entry.index,
        starts_ms=starts,
        ends_ms=max(entry.ends_ms - since, starts + 1),
        sha256=entry.sha256,
        size=entry.size,
        media_type=MEDIA_TYPE,
        prev_sha256=entry.prev_sha256,
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description="Carry the live video of ceremonies, and record it."
    )
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args(arguments)
    configure_logs()
    asyncio.run(_serve(Parts(Settings.from_environ(os.environ)), asked.port))


async def _serve(parts: Parts, port: int) -> None:
    settings, boot, seconds = parts.settings, secrets.token_hex(4), _steady()
    if settings.media_spool is None or settings.media_url is None:
        raise SettingsError("FEIGUI_MEDIA_SPOOL and FEIGUI_MEDIA_URL must be set")
    engine = _engine(parts)
    # The spool is the worker: another one on another disk has other segments.
    place = MediaWorkerPlace(
        name=_named(settings.media_spool),
        url=settings.media_url,
        engine=engine.name,
        rooms=0,
        seen_at=now(),
    )
    desk = PlatformDesk(parts, place, seconds)
    ports = WorkerPorts(
        desk=desk, spool=settings.media_spool, boot=boot, seconds=seconds, engine=engine
    )
    worker = MediaWorker(ports)
    app = application(
        worker, key=parts.secret("media-key"), seconds=time.time, origin=settings.public_url
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await worker.start()
    # Whoever finds it listening also finds that it lives.
    await _announce(desk, worker)
    await web.TCPSite(runner, LOOPBACK, port).start()
    announcing = asyncio.create_task(_go_on_announcing(desk, worker))
    structlog.get_logger("feigui.media").info("ready", boot=boot, engine=engine.name)
    told = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, told.set)
    await told.wait()
    announcing.cancel()
    await worker.stop()
    await runner.cleanup()
    with suppress(*_AWAY):
        desk.announce(rooms=0, going=True)


async def _announce(desk: PlatformDesk, worker: MediaWorker) -> None:
    try:
        await asyncio.to_thread(desk.announce, rooms=worker.load)
    except _AWAY as error:
        # Rooms go on; new ones go to others until it is back.
        log = structlog.get_logger("feigui.media")
        log.warning("desk_away", error=type(error).__name__)


async def _go_on_announcing(desk: PlatformDesk, worker: MediaWorker) -> None:
    while True:
        await asyncio.sleep(ANNOUNCE_S)
        await _announce(desk, worker)


def _engine(parts: Parts) -> Engine:
    """Return what this worker carries rooms with: Janus where it is told of one."""
    url = parts.settings.janus_url
    if url is None:
        return EmbeddedEngine(ways=_ways(parts))
    return JanusEngine(
        JanusAccess(
            url=url,
            # Janus takes its secrets as text, ours are files of hexadecimal digits: those.
            api_secret=parts.secret("janus-api-secret").hex(),
            room_key=parts.secret("janus-room-key").hex(),
        )
    )


def _ways(parts: Parts) -> Callable[[], RTCConfiguration]:
    relay = relay_of(parts)
    if relay is None or not parts.settings.media_relayed:
        return direct

    def through() -> RTCConfiguration:
        name = {"room": "", "participant": "media-worker"}
        return relayed(relay.ice_servers(**name, now=round(time.time())))

    return through


def _steady() -> Callable[[], float]:
    """Return a clock that begins at the right time and never goes back."""
    began, since = datetime.now(UTC).timestamp(), time.monotonic()
    return lambda: began + time.monotonic() - since


def _named(spool: Path) -> str:
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = spool / "worker"
    if not name.exists():
        name.write_text(secrets.token_hex(8))
    return name.read_text()


if __name__ == "__main__":
    main()
