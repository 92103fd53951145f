"""A media worker in a process of its own, so that it can be killed; its desk is a folder.

python -m tests.media.worker_process FOLDER ENGINE
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from server.media.janus.link import JanusAccess
from server.media.janus.rooms import JanusEngine
from server.media.rooms import EmbeddedEngine
from server.media.spool import Entry
from server.media.web import application
from server.media.worker import MediaWorker, RoomState, Standing, WorkerPorts
from tests.media.tickets import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.ceremony.lines import Line
    from server.media.engine import Engine
    from server.media.worker import RoomName


@dataclass
class DeskFolder:
    """The platform as files: what it says is written there, what it is given is put there."""

    folder: Path

    def say(self, state: RoomState, *, away: bool = False) -> None:
        """``away``: it takes no segments for now."""
        partial = self.folder / "says.partial"
        partial.write_text(json.dumps({"state": state, "away": away}))
        partial.replace(self.folder / "says.json")

    def given(self) -> list[tuple[Entry, bytes]]:
        entries = [
            Entry(**json.loads(each.read_text())) for each in sorted(self.folder.glob("*.json.0"))
        ]
        return [(each, (self.folder / each.name).read_bytes()) for each in entries]

    @property
    def is_released(self) -> bool:
        return (self.folder / "released").exists()

    def happened_to(self, participant: str) -> list[str]:
        told = self.folder / f"{participant}.told"
        return told.read_text().split() if told.exists() else []

    def hold(self, room: RoomName) -> Standing:  # there is one room
        return Standing(state=RoomState(self._said()["state"]))

    def deliver(self, room: RoomName, entry: Entry, content: bytes) -> None:  # there is one room
        if self._said()["away"]:
            raise OSError
        (self.folder / entry.name).write_bytes(content)
        written = self.folder / f"{entry.name}.json"
        written.write_text(json.dumps(asdict(entry)))
        written.rename(f"{written}.0")

    def happened(self, room: RoomName, what: str, participant: str) -> None:  # there is one room
        with (self.folder / f"{participant}.told").open("a") as told:
            told.write(f"{what}\n")

    def measured(self, room: RoomName, lines: Sequence[Line]) -> None:  # there is one room
        partial = self.folder / "lines.partial"
        partial.write_text(json.dumps([asdict(each) for each in lines]))
        partial.replace(self.folder / "lines.json")

    def release(self, room: RoomName) -> None:  # there is one room
        (self.folder / "released").touch()

    def _said(self) -> dict[str, str]:
        said: dict[str, str] = json.loads((self.folder / "says.json").read_text())
        return said


def engine_of(told: str) -> Engine:
    """``told``: ``embedded``, or the address and secrets of a Janus with blanks between."""
    if told == "embedded":
        return EmbeddedEngine()
    url, api_secret, room_key = told.split()
    return JanusEngine(JanusAccess(url=url, api_secret=api_secret, room_key=room_key))


async def serve(folder: Path, engine: Engine) -> None:
    desk = DeskFolder(folder)
    ports = WorkerPorts(
        desk=desk,
        spool=folder / "spool",
        boot=secrets.token_hex(4),
        seconds=time.time,
        engine=engine,
    )
    worker = MediaWorker(ports)
    runner = web.AppRunner(application(worker, key=KEY, seconds=time.time, origin="*"))
    await runner.setup()
    await worker.start()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    partial = folder / "address.partial"
    partial.write_text(f"{os.getpid()} http://127.0.0.1:{runner.addresses[0][1]}")
    partial.replace(folder / "address")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), engine_of(sys.argv[2])))
