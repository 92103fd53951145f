"""The embedded engine's room: who publishes, who watches, and the recording of each who publishes.

Packets go from an inlet to every outlet and to the recorder in the order in which
they came; nobody waits for anybody. Connecting again retires the old connection only
once the new one stands.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aiortc import (
    InvalidAccessError,
    InvalidStateError,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)

from server.media.budget import Budget
from server.media.engine import EngineName, Session
from server.media.errors import OfferRefused, RoomUnknown
from server.media.meter import TICK_S
from server.media.ordering import Packet
from server.media.recording import Recording
from server.media.taps import Inlet, Outlet
from server.media.ways import direct

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from aiortc import RTCConfiguration, RTCRtpTransceiver
    from aiortc.rtp import RtpPacket

    from server.ceremony.lines import Line
    from server.media.engine import RoomPorts
    from server.media.spool import Spool
    from server.media.taps import Report

_KINDS: Final = {"video": "video/VP8", "audio": "audio/opus"}
_ENDED: Final = ("failed", "closed")
_UNREADABLE: Final = (
    # What aiortc raises over a text that is no session description, or none for us.
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    InvalidAccessError,
    InvalidStateError,
)


@dataclass(slots=True, eq=False)
class Publisher:
    participant: str
    session: str
    connection: RTCPeerConnection
    recording: Recording
    budget: Budget = field(default_factory=Budget)
    inlets: dict[str, Inlet] = field(default_factory=dict)


@dataclass(slots=True)
class Watcher:
    participant: str
    watches: str
    connection: RTCPeerConnection
    outlets: dict[str, Outlet] = field(default_factory=dict)


class EmbeddedEngine:
    """WebRTC in this process, by aiortc: nothing else has to run."""

    name = EngineName.EMBEDDED

    def __init__(self, *, ways: Callable[[], RTCConfiguration] = direct) -> None:
        """``ways``: which ways a new connection may take."""
        self._ways = ways

    async def start(self) -> None:
        """Nothing is to be made ready."""

    async def stop(self) -> None:
        """Nothing goes on after its rooms."""

    def open(self, room: str, spool: Spool, ports: RoomPorts) -> Room:  # noqa: ARG002  # the port's name
        return Room(spool, ports, ways=self._ways)


class Room:
    def __init__(
        self, spool: Spool, ports: RoomPorts, *, ways: Callable[[], RTCConfiguration]
    ) -> None:
        self._ways = ways
        self._spool = spool
        self._ports = ports
        self._publishers: dict[str, Publisher] = {}
        self._coming: set[Publisher] = set()
        self._watchers: dict[str, Watcher] = {}
        self._watching: asyncio.Task[None] | None = None

    async def publish(self, participant: str, offer: str, name: str) -> Session:
        """Answer an offer to send (RFC 9725 4.2); ``name`` is that of the session."""
        connection = RTCPeerConnection(self._ways())
        await _describe(connection, offer)
        pictures = any(each.kind == "video" for each in connection.getTransceivers())
        recording = Recording(participant, self._spool, self._ports, pictures=pictures)
        publisher = Publisher(participant, name, connection, recording)
        for transceiver in connection.getTransceivers():
            _only(transceiver)
            publisher.inlets[transceiver.kind] = self._inlet(publisher, transceiver)
        if not publisher.inlets:
            await connection.close()
            raise OfferRefused("nothing is sent")
        self._follow(connection, lambda: self._arrived(publisher), name=name)
        self._coming.add(publisher)
        return Session(sdp=await _answer(connection))

    async def watch(self, participant: str, watches: str, offer: str, name: str) -> Session:
        """Answer an offer to receive what ``watches`` publishes."""
        if watches not in self._publishers:
            raise RoomUnknown("nobody publishes under this name")
        connection = RTCPeerConnection(self._ways())
        watcher = Watcher(participant, watches, connection)
        await _describe(connection, offer)
        for transceiver in connection.getTransceivers():
            _only(transceiver)
            transceiver.direction = "sendonly"
            watcher.outlets[transceiver.kind] = Outlet(
                transceiver,
                wants_key_frame=lambda: self.ask_for_key_frame(watches),
                seconds=self._ports.seconds,
            )
        self._watchers[name] = watcher
        self._follow(connection, lambda: self.ask_for_key_frame(watches), name=name)
        return Session(sdp=await _answer(connection))

    async def leave(self, name: str) -> None:
        """End the session ``name``, whichever kind it is."""
        watcher = self._watchers.pop(name, None)
        if watcher is not None:
            await watcher.connection.close()
        for publisher in [*self._publishers.values(), *self._coming]:
            if publisher.session == name:
                await self._retire(publisher)

    async def answered(self, name: str, answer: str) -> None:  # noqa: ARG002  # the port's names
        """This engine makes no offers of its own."""
        raise OfferRefused("nothing was offered")

    async def kick(self, participant: str) -> None:
        for name, watcher in list(self._watchers.items()):
            if watcher.participant == participant:
                await self.leave(name)
        for publisher in [*self._publishers.values(), *self._coming]:
            if publisher.participant == participant:
                await self._retire(publisher)

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        for publisher in [*self._publishers.values(), *self._coming]:
            await self._retire(publisher)
        for name in list(self._watchers):
            await self.leave(name)

    @property
    def is_empty(self) -> bool:
        return not (self._publishers or self._coming or self._watchers)

    @property
    def publishing(self) -> list[str]:
        return sorted(self._publishers)

    @property
    def lines(self) -> list[Line]:
        return [self._line(each) for _, each in sorted(self._publishers.items())]

    def _line(self, publisher: Publisher) -> Line:
        watching = [
            outlet
            for watcher in self._watchers.values()
            if watcher.participant == publisher.participant
            for outlet in watcher.outlets.values()
        ]
        rtts = [each.rtt for each in watching if each.rtt is not None]
        return replace(
            publisher.recording.line,
            loss_down=max((e.loss for e in watching if e.loss is not None), default=None),
            rtt_ms=round(1000 * max(rtts)) if rtts else None,
            wants_stills=publisher.budget.wants_stills,
        )

    def _inlet(self, publisher: Publisher, transceiver: RTCRtpTransceiver) -> Inlet:
        kind = transceiver.kind

        async def heard(packet: RtpPacket) -> None:
            self._record(publisher, kind, packet)
            for outlet in self._outlets(publisher, kind):
                await outlet.send(packet)

        async def reported(report: Report) -> None:
            publisher.recording.report(kind, report.timestamp, report.ntp)
            for outlet in self._outlets(publisher, kind):
                await outlet.report(report)

        return Inlet(transceiver.receiver, heard=heard, reported=reported)

    def _outlets(self, publisher: Publisher, kind: str) -> Iterator[Outlet]:
        if self._publishers.get(publisher.participant) is not publisher:
            return
        for watcher in list(self._watchers.values()):
            if watcher.watches == publisher.participant and kind in watcher.outlets:
                yield watcher.outlets[kind]

    def _record(self, publisher: Publisher, kind: str, packet: RtpPacket) -> None:
        if self._publishers.get(publisher.participant) is not publisher:
            return
        publisher.recording.take(kind, Packet.of(packet, arrived=self._ports.seconds()))

    async def _arrived(self, publisher: Publisher) -> None:
        """The new connection stands: now the one before it may go."""
        self._coming.discard(publisher)
        before = self._publishers.get(publisher.participant)
        self._publishers[publisher.participant] = publisher
        if before is not None:
            before.recording.stop()
            await before.connection.close()
        self._ports.happened("published", publisher.participant)
        if self._watching is None:
            self._watching = asyncio.create_task(self._look_after())
        await self.ask_for_key_frame(publisher.participant)

    async def _retire(self, publisher: Publisher) -> None:
        self._coming.discard(publisher)
        publisher.recording.stop()
        if self._publishers.get(publisher.participant) is publisher:
            del self._publishers[publisher.participant]
            self._ports.happened("left", publisher.participant)
        await publisher.connection.close()

    async def ask_for_key_frame(self, participant: str) -> None:
        publisher = self._publishers.get(participant)
        if publisher is not None and "video" in publisher.inlets:
            await publisher.inlets["video"].ask_for_key_frame()

    def _follow(
        self, connection: RTCPeerConnection, connected: Callable[[], Awaitable[None]], *, name: str
    ) -> None:
        async def changed() -> None:
            state = connection.connectionState
            if state == "connected":
                await connected()
            elif state in _ENDED:
                await self.leave(name)

        connection.on("connectionstatechange", changed)

    async def _look_after(self) -> None:
        """Twice a second: key frames that are due, bit rates, and who has fallen silent."""
        while True:
            await asyncio.sleep(TICK_S)
            for publisher in list(self._publishers.values()):
                await self._look_after_one(publisher)

    async def _look_after_one(self, publisher: Publisher) -> None:
        recording, video = publisher.recording, publisher.inlets.get("video")
        counted = [each.counted() for each in publisher.inlets.values()]
        recording.look_after((sum(e for e, _ in counted), sum(r for _, r in counted)))
        if video is not None:
            limits = [each.limit for each in self._outlets(publisher, "video")]
            may_have = publisher.budget.tick(
                loss=recording.meter.loss,
                limits=[each for each in limits if each is not None],
                stills_asked=publisher.participant in self._ports.stills(),
            )
            await video.limit(may_have)
            if recording.needs_key_frame:
                await video.ask_for_key_frame()


async def _describe(connection: RTCPeerConnection, offer: str) -> None:
    try:
        await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
    except _UNREADABLE as error:
        await connection.close()
        raise OfferRefused("the session description cannot be read") from error


def _only(transceiver: RTCRtpTransceiver) -> None:
    """Agree on nothing but what is recorded as it comes: VP8 and Opus."""
    able = RTCRtpReceiver.getCapabilities(transceiver.kind)
    known = able.codecs if able is not None else []
    wanted = _KINDS[transceiver.kind]
    transceiver.setCodecPreferences([c for c in known if c.mimeType == wanted or c.name == "rtx"])


async def _answer(connection: RTCPeerConnection) -> str:
    try:
        await connection.setLocalDescription(await connection.createAnswer())
    except _UNREADABLE as error:
        await connection.close()
        raise OfferRefused("there is nothing to agree on") from error
    return str(connection.localDescription.sdp)
