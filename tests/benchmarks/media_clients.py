"""People in rooms, for `tests.benchmarks.media_rooms`: all of them in this one process.

``python -m tests.benchmarks.media_clients CLIP`` reads orders from its input, a line of
JSON each, and answers each with one. What is sent was encoded before (VP8 and Opus, from
``CLIP``), and what comes is counted and not decoded, so that nothing of the machine is
spent here that could go to the server.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import sys
import time
from dataclasses import dataclass, field
from fractions import Fraction
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

import av
from aiohttp import ClientSession
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender, RTCSessionDescription

from server.ceremony.tickets import read_ticket
from server.media.taps import Inlet
from tests.media.tickets import KEY, ticket

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiortc.rtp import RtpPacket


PATIENCE_S: Final = 150.0
_CLOCKS: Final = {"video": 90_000, "audio": 48_000}
_STEPS: Final = {"video": 90_000 // 15, "audio": 960}
"""Frames of a fifteenth of a second and of 20 ms, in ticks."""


def read_clip(path: str) -> dict[str, list[bytes]]:
    with av.open(path) as clip:
        found: dict[str, list[bytes]] = {"video": [], "audio": []}
        for packet in clip.demux():
            if packet.size:
                found[packet.stream.type].append(bytes(packet))
    return found


class Encoded(MediaStreamTrack):
    """Frames of the clip again and again, each when it is due."""

    def __init__(self, kind: str, frames: list[bytes]) -> None:
        super().__init__()
        self.kind = kind
        self._frames = frames
        self._began = time.monotonic()
        self._number = 0

    async def recv(self) -> Any:  # noqa: ANN401 - the base class's frame, which a packet may replace
        ticks = self._number * _STEPS[self.kind]
        due = self._began + ticks / _CLOCKS[self.kind]
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        packet = av.Packet(self._frames[self._number % len(self._frames)])
        packet.pts, packet.time_base = ticks, Fraction(1, _CLOCKS[self.kind])
        self._number += 1
        return packet


@dataclass(slots=True)
class Session:
    connection: RTCPeerConnection
    url: str
    token: str
    frames: int = 0
    """Whole pictures that came: each ends with a marked packet (RFC 7741 4.1)."""


@dataclass(slots=True)
class People:
    clip: dict[str, list[bytes]]
    http: ClientSession
    sessions: list[Session] = field(default_factory=list)

    async def join(self, url: str, room: str, who: str) -> None:
        connection = RTCPeerConnection()
        for kind in ("audio", "video"):
            connection.addTransceiver(Encoded(kind, self.clip[kind]), direction="sendonly")
        await self._begin(connection, f"{url}/whip", ticket(who, room=room))

    async def watch(self, url: str, room: str, who: str, whom: str) -> None:
        connection = RTCPeerConnection()
        for kind in ("audio", "video"):
            connection.addTransceiver(kind, direction="recvonly")
        kept: list[Session] = []
        _count(connection, kept)
        token = ticket(who, room=room, watches=whom)
        kept.append(await self._begin(connection, f"{url}/whep", token, kept))

    async def _begin(
        self, connection: RTCPeerConnection, url: str, token: str, kept: list[Session] | None = None
    ) -> Session:
        for each in connection.getTransceivers():
            if each.kind == "video":
                every = RTCRtpSender.getCapabilities("video").codecs
                each.setCodecPreferences([c for c in every if c.mimeType == "video/VP8"])
        await connection.setLocalDescription(await connection.createOffer())
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
        offer = connection.localDescription.sdp
        async with self.http.post(url, data=offer, headers=headers) as answer:
            sdp = await answer.text()
            if answer.status == HTTPStatus.NOT_ACCEPTABLE and kept is not None:
                await connection.close()
                connection = RTCPeerConnection()
                where = urljoin(url, answer.headers["Location"])
                await self._take(connection, sdp, where, headers=headers, kept=kept)
            else:
                answer.raise_for_status()
                described = RTCSessionDescription(sdp=sdp, type="answer")
                await connection.setRemoteDescription(described)
        id_ = read_ticket(token, KEY, now=time.time()).id
        made = Session(connection, f"{url.rpartition('/')[0]}/sessions/{id_}", token)
        self.sessions.append(made)
        await _until(lambda: connection.connectionState == "connected")
        return made

    async def _take(
        self,
        connection: RTCPeerConnection,
        offer: str,
        where: str,
        *,
        headers: dict[str, str],
        kept: list[Session],
    ) -> None:
        """Take the offer that an engine has of its own in the place of ours."""
        await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        _count(connection, kept)
        await connection.setLocalDescription(await connection.createAnswer())
        answer = connection.localDescription.sdp
        async with self.http.patch(where, data=answer, headers=headers) as taken:
            taken.raise_for_status()

    async def fill(self, url: str, rooms: int, people: int) -> None:
        """Let ``people`` into each room; everybody sends, and watches everybody else."""
        for room in (secrets.token_hex(8) for _ in range(rooms)):
            names = [f"p{number}" for number in range(people)]
            for who in names:
                await self.join(url, room, who)
            await asyncio.sleep(1.0)
            for who in names:
                for whom in names:
                    if who != whom:
                        await self.watch(url, room, who, whom)
        watching = [each for each in self.sessions if "watch" in _act_of(each)]
        # A server that cannot keep up is measured by what it delivers.
        await _until(lambda: any(each.frames for each in watching))

    async def leave(self) -> None:
        for each in self.sessions:
            headers = {"Authorization": f"Bearer {each.token}"}
            async with self.http.delete(each.url, headers=headers):
                pass
            await each.connection.close()
        self.sessions.clear()

    def frames(self) -> int:
        return sum(each.frames for each in self.sessions)


def _act_of(session: Session) -> str:
    return "watch" if session.connection.getTransceivers()[0].direction == "recvonly" else "send"


def _count(connection: RTCPeerConnection, kept: list[Session]) -> None:
    for each in connection.getTransceivers():
        Inlet(each.receiver, heard=_counted(each.kind, kept), reported=_unheard)


def _counted(kind: str, kept: list[Session]) -> Any:  # noqa: ANN401 - a coroutine function
    async def heard(packet: RtpPacket) -> None:
        if kind == "video" and packet.marker and kept:
            kept[0].frames += 1

    return heard


async def _unheard(_: object) -> None:
    """Nobody here sets picture and sound beside each other."""


async def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > ends:
            raise SystemExit("the rooms never came to work")
        await asyncio.sleep(0.05)


async def _obey(people: People, order: dict[str, Any]) -> object:
    match order["do"]:
        case "fill":
            await people.fill(order["url"], order["rooms"], order["people"])
        case "leave":
            await people.leave()
    return {"frames": people.frames()}


async def _main(clip: str) -> None:
    logging.getLogger("aiortc").setLevel(logging.ERROR)
    loop = asyncio.get_running_loop()
    async with ClientSession() as http:
        people = People(read_clip(clip), http)
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            sys.stdout.write(json.dumps(await _obey(people, json.loads(line))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
