"""What becomes of a room when Janus refuses one thing while the session stands."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from aiohttp import web

from server.media.engine import RoomPorts
from server.media.janus.link import JanusAccess
from server.media.janus.rooms import JanusEngine
from server.media.spool import Spool
from tests.to_the_end import to_the_end

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 5.0
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\nm=audio 9 X 111\r\na=mid:0\r\nm=video 9 X 96\r\na=mid:1\r\n"
)


class FakeJanus:
    """A server that answers as Janus does (its REST interface), and says no to some watchers."""

    def __init__(self) -> None:
        self.handles: list[int] = []
        self.refuses: set[int] = set()
        self.asked: list[tuple[int, str]] = []
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def tell(self, handle: int, what: str) -> None:
        self._events.put_nowait({"janus": what, "sender": handle})

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/janus", self._made)
        app.router.add_post("/janus/1", self._made)
        app.router.add_get("/janus/1", self._told)
        app.router.add_post("/janus/1/{handle}", self._message)
        return app

    async def _made(self, request: web.Request) -> web.Response:
        said = await request.json()
        number = 1
        if said["janus"] == "attach":
            number = 10 + len(self.handles)
            self.handles.append(number)
        return web.json_response({"janus": "success", "data": {"id": number}})

    async def _told(self, _: web.Request) -> web.Response:
        return web.json_response([await self._events.get()])

    async def _message(self, request: web.Request) -> web.Response:
        said, handle = await request.json(), int(request.match_info["handle"])
        what = said.get("body", {}).get("request", said["janus"])
        self.asked.append((handle, what))
        data = {"videoroom": "event"}
        if what == "switch" and handle in self.refuses:
            data = {"error_code": "425", "error": "no"}
        answer = {"janus": "success", "plugindata": {"data": data}, "jsep": {"sdp": SDP}}
        return web.json_response(answer)


class Room:
    """A room of the engine at a fake Janus, until its loop ends."""

    def __init__(self, folder: Path) -> None:
        self.janus, self.told = FakeJanus(), list[tuple[str, str]]()
        self._folder = folder

    async def open(self) -> None:
        self._runner = web.AppRunner(self.janus.application(), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/janus"
        self._engine = JanusEngine(JanusAccess(url=url, api_secret="a", room_key="b"))
        self._ports = RoomPorts(
            seconds=time.time,
            is_recording=lambda: False,
            happened=lambda what, who: self.told.append((what, who)),
        )
        spool = Spool(self._folder, boot="0")
        self.room = self._engine.open("room", spool, self._ports)

    async def close(self) -> None:
        await self.room.close()
        await self._engine.stop()
        await self._runner.cleanup()

    async def publish(self, name: str) -> int:
        """Come as the party; return the handle when the connection stands."""
        before = self.told.count(("published", "party"))
        await self.room.publish("party", SDP, name)
        handle = self.janus.handles[-1]
        self.janus.tell(handle, "webrtcup")
        await self.until(lambda: self.told.count(("published", "party")) > before)
        return handle

    async def watch(self, name: str) -> int:
        await self.room.watch(name, "party", SDP, name)
        return self.janus.handles[-1]

    async def until(self, holds: Any) -> None:  # noqa: ANN401  # anything that is asked
        ends = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < ends, "it never came to this"
            await asyncio.sleep(0.02)


async def come_back(room: Room) -> None:
    await room.open()
    try:
        first = await room.publish("first")
        refused, turned = await room.watch("one"), await room.watch("two")
        room.janus.refuses = {refused}
        second = await room.publish("second")
        asked = room.janus.asked
        await room.until(lambda: (second, "configure") in asked)
        # Whom Janus does not turn has to come back; nobody else hears of it.
        assert (refused, "detach") in asked
        assert (turned, "switch") in asked
        assert (turned, "detach") not in asked
        assert (first, "detach") in asked
    finally:
        await room.close()


def test_who_comes_back_is_seen_by_all_whom_janus_turns_and_the_others_come_again(
    tmp_path: Path,
) -> None:
    to_the_end(come_back(Room(tmp_path)))
