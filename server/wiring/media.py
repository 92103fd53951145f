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
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web

from server.cases.ids import OfficeId
from server.ceremony.ceremony import CeremonyId, Segment
from server.ceremony.rooms import LEASE, MediaRoom
from server.ceremony.status import CeremonyStatus, Step
from server.media.web import application
from server.media.webm import MEDIA_TYPE
from server.media.worker import MediaWorker, RoomState, Standing, WorkerPorts
from server.settings import Settings, SettingsError
from server.transaction import Scope
from server.wiring.logs import configure_logs
from server.wiring.parts import Parts, now

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from server.ceremony.ceremony import Ceremony
    from server.media.spool import Entry
    from server.media.worker import RoomName

LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class PlatformDesk:
    """The `Desk` of server/media/worker.py: the same books and store as every other process."""

    parts: Parts
    worker: str

    def hold(self, room: RoomName) -> Standing:
        at = now()
        with self.parts.open_transaction(_scope(room)) as tx:
            ceremony = tx.ceremonies.get(CeremonyId(room.ceremony))
            known = tx.rooms.get(room.ceremony)
            tx.rooms.lease(
                MediaRoom(
                    ceremony=room.ceremony,
                    office=room.office,
                    case=room.case,
                    worker=self.worker,
                    leased_until=at + LEASE,
                ),
                now=at,
            )
        if ceremony.status.is_final or (known is not None and known.close_asked_at is not None):
            return Standing(state=RoomState.CLOSING)
        return Standing(state=RoomState.RECORDING if ceremony.status.records else RoomState.OPEN)

    def deliver(self, room: RoomName, entry: Entry, content: bytes) -> None:
        # The object first: the chain must never point at nothing.
        stored = self.parts.put(OfficeId(room.office), content)
        if stored.hex != entry.sha256:
            raise OSError("the file on the disk is not the one that was recorded")
        with self.parts.open_transaction(_scope(room)) as tx:
            ceremony = tx.ceremonies.get(CeremonyId(room.ceremony), lock=True)
            ceremony.add_segment(_segment(entry, _recording_since(ceremony)), now())
            tx.ceremonies.save(ceremony)

    def happened(self, room: RoomName, what: str, participant: str) -> None:
        """Put on record who came, left or fell silent, while it is evidence."""
        with self.parts.open_transaction(_scope(room)) as tx:
            ceremony = tx.ceremonies.get(CeremonyId(room.ceremony), lock=True)
            if not ceremony.status.records:
                return
            ceremony.add_event(f"line_{what}", now(), by=participant, facts={})
            if what == "recording_failed" and ceremony.status is not CeremonyStatus.INTERRUPTED:
                # What is not recorded is not evidence: nothing goes on until it is.
                ceremony.take(Step.INTERRUPT, by=participant, at=now(), reason=what)
            tx.ceremonies.save(ceremony)

    def release(self, room: RoomName) -> None:
        with self.parts.open_transaction(_scope(room)) as tx:
            tx.rooms.release(room.ceremony, self.worker)


def _scope(room: RoomName) -> Scope:
    return Scope(office=OfficeId(room.office))


def _recording_since(ceremony: Ceremony) -> int:
    """Return when recording began, in milliseconds since 1970: 0 on the ceremony's clock."""
    began = next(each.at for each in ceremony.links if each.kind == Step.START_RECORDING)
    return round(datetime.fromisoformat(began).timestamp() * 1000)


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
    spool = parts.settings.media_spool
    if spool is None:
        raise SettingsError("FEIGUI_MEDIA_SPOOL is not set")
    boot, seconds = secrets.token_hex(4), _steady()
    # The spool is the worker: another one on another disk has other segments.
    desk = PlatformDesk(parts, worker=_named(spool))
    worker = MediaWorker(WorkerPorts(desk=desk, spool=spool, boot=boot, seconds=seconds))
    app = application(
        worker,
        key=parts.secret("media-key"),
        seconds=time.time,
        origin=parts.settings.public_url,
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await worker.start()
    await web.TCPSite(runner, LOOPBACK, port).start()
    structlog.get_logger("feigui.media").info("ready", boot=boot)
    told = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, told.set)
    await told.wait()
    await worker.stop()
    await runner.cleanup()


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
