"""The servers that `tests.benchmarks.media_rooms` compares, each a process of its own.

``python -m tests.benchmarks.media_servers ENGINE FOLDER`` prints its port and serves until
its input ends. All speak the same: WHIP to send, the same shape to watch, our tickets.
Another engine is one more entry of `ENGINES`, here and nowhere else; what it starts below
itself is counted with it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRecorder, MediaRelay

from server.ceremony.tickets import read_ticket
from server.embedded.account import server_account
from server.embedded.janus import API_SECRET, ROOM_KEY, start_janus
from server.embedded.state import opened_state
from server.media.janus.link import JanusAccess
from server.media.janus.rooms import JanusEngine
from server.media.rooms import EmbeddedEngine
from server.media.web import SDP, application
from server.media.worker import MediaWorker, RoomState, Standing, WorkerPorts
from tests.media.tickets import KEY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aiortc import MediaStreamTrack

    from server.ceremony.lines import Line
    from server.ceremony.tickets import MediaTicket
    from server.media.engine import Engine
    from server.media.spool import Entry
    from server.media.worker import RoomName

LOOPBACK: Final = "127.0.0.1"


class RecordingDesk:
    """A platform that wants everything recorded, and keeps none of it."""

    def hold(self, room: RoomName) -> Standing:
        return Standing(state=RoomState.RECORDING)

    def deliver(self, room: RoomName, entry: Entry, content: bytes) -> None:
        """Take a segment; what the evidence store costs is measured elsewhere."""

    def happened(self, room: RoomName, what: str, participant: str) -> None: ...

    def measured(self, room: RoomName, lines: Sequence[Line]) -> None: ...

    def release(self, room: RoomName) -> None: ...


async def feigui(folder: Path) -> web.Application:
    return await _worker(folder, EmbeddedEngine())


async def janus(folder: Path) -> web.Application:
    """Our worker as well, which records what Janus passes on: both are counted."""
    ending = ExitStack()
    state = ending.enter_context(opened_state(folder))
    server, url = start_janus(state, server_account())
    ending.callback(server.stop)
    access = JanusAccess(
        url=url, api_secret=state.secret(API_SECRET), room_key=state.secret(ROOM_KEY)
    )
    app = await _worker(folder / "spool", JanusEngine(access))

    async def end(_: web.Application) -> None:
        ending.close()

    app.on_cleanup.append(end)
    return app


async def _worker(spool: Path, engine: Engine) -> web.Application:
    ports = WorkerPorts(
        desk=RecordingDesk(), spool=spool, boot="bench", seconds=time.time, engine=engine
    )
    worker = MediaWorker(ports)
    await worker.start()
    return application(worker, key=KEY, seconds=time.time, origin="*")


@dataclass(slots=True)
class Published:
    tracks: list[MediaStreamTrack] = field(default_factory=list)
    recorder: MediaRecorder | None = None


@dataclass(slots=True)
class Relaying:
    """A room as aiortc's own examples have it: frames decoded once, encoded for each."""

    folder: Path
    relay: MediaRelay = field(default_factory=MediaRelay)
    rooms: dict[tuple[str, str], Published] = field(default_factory=dict)
    connections: dict[str, RTCPeerConnection] = field(default_factory=dict)

    async def publish(self, request: web.Request) -> web.Response:
        ticket = _ticket(request)
        connection = self.connections[ticket.id] = RTCPeerConnection()
        published = self.rooms[ticket.room, ticket.participant] = Published()
        # Of the forms that it can write, this one costs it the least.
        recorder = MediaRecorder(str(self.folder / f"{ticket.id}.mp4"))

        @connection.on("track")
        def _(track: MediaStreamTrack) -> None:
            published.tracks.append(track)
            recorder.addTrack(self.relay.subscribe(track))

        answer = await _answered(connection, await request.text())
        await recorder.start()
        published.recorder = recorder
        return answer

    async def watch(self, request: web.Request) -> web.Response:
        ticket = _ticket(request)
        connection = self.connections[ticket.id] = RTCPeerConnection()
        for track in self.rooms[ticket.room, ticket.watches or ""].tracks:
            connection.addTrack(self.relay.subscribe(track))
        return await _answered(connection, await request.text())

    async def leave(self, request: web.Request) -> web.Response:
        connection = self.connections.pop(request.match_info["session"], None)
        if connection is not None:
            await connection.close()
        return web.Response()


async def aiortc_relay(folder: Path) -> web.Application:
    relaying = Relaying(folder)
    app = web.Application()
    app.add_routes(
        [
            web.post("/whip", relaying.publish),
            web.post("/whep", relaying.watch),
            web.delete("/sessions/{session}", relaying.leave),
        ]
    )
    return app


def _ticket(request: web.Request) -> MediaTicket:
    return read_ticket(request.headers["Authorization"].split()[1], KEY, now=time.time())


async def _answered(connection: RTCPeerConnection, offer: str) -> web.Response:
    await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    return web.Response(status=201, text=connection.localDescription.sdp, content_type=SDP)


ENGINES: Final[dict[str, Callable[[Path], Awaitable[web.Application]]]] = {
    "feigui": feigui,
    "janus": janus,
    "aiortc relay": aiortc_relay,
}


async def _serve(engine: str, folder: Path) -> None:
    runner = web.AppRunner(await ENGINES[engine](folder), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], Path(sys.argv[2])))
