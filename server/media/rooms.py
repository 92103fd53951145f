"""A room: who publishes, who watches, and the recording of each who publishes.

Packets go from an inlet to every outlet and to the recorder in the order in which
they came; nobody waits for anybody. Connecting again retires the old connection only
once the new one stands.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog
from aiortc import (
    InvalidAccessError,
    InvalidStateError,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)

from server.media.errors import OfferRefused, RecordingFailed, RoomUnknown
from server.media.ordering import Packet
from server.media.taps import Inlet, Outlet
from server.media.uplink import Closed, UplinkRecorder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from aiortc import RTCRtpTransceiver
    from aiortc.rtp import RtpPacket

    from server.media.spool import Spool
    from server.media.taps import Report

MOST_BITS: Final = 1_200_000
"""A good picture of 640 by 480; a room of four then stays below five megabits a second."""

LEAST_BITS: Final = 60_000
WATCH_S: Final = 0.5
SILENT_S: Final = 3.0
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

log = structlog.get_logger("feigui.media")


@dataclass(slots=True, eq=False)
class Publisher:
    participant: str
    session: str
    connection: RTCPeerConnection
    inlets: dict[str, Inlet] = field(default_factory=dict)
    recorder: UplinkRecorder | None = None
    is_silent: bool = False


@dataclass(slots=True)
class Watcher:
    participant: str
    watches: str
    connection: RTCPeerConnection
    outlets: dict[str, Outlet] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPorts:
    """What a room needs of the process around it."""

    seconds: Callable[[], float]
    """A clock that never goes back, in seconds since 1970."""

    is_recording: Callable[[], bool]
    happened: Callable[[str, str], None]
    """Told of ``published``, ``left``, ``silent``, ``heard``, ``recording_failed``, and of whom."""


class Room:
    def __init__(self, spool: Spool, ports: RoomPorts) -> None:
        self._spool = spool
        self._ports = ports
        self._publishers: dict[str, Publisher] = {}
        self._coming: set[Publisher] = set()
        self._watchers: dict[str, Watcher] = {}
        self._watching: asyncio.Task[None] | None = None

    async def publish(self, participant: str, offer: str, name: str) -> str:
        """Answer an offer to send (RFC 9725 4.2); ``name`` is that of the session."""
        connection = RTCPeerConnection()
        publisher = Publisher(participant, name, connection)
        await _describe(connection, offer)
        for transceiver in connection.getTransceivers():
            _only(transceiver)
            publisher.inlets[transceiver.kind] = self._inlet(publisher, transceiver)
        if not publisher.inlets:
            await connection.close()
            raise OfferRefused("nothing is sent")
        self._follow(connection, lambda: self._arrived(publisher), name=name)
        self._coming.add(publisher)
        return await _answer(connection)

    async def watch(self, participant: str, watches: str, offer: str, name: str) -> str:
        """Answer an offer to receive what ``watches`` publishes."""
        if watches not in self._publishers:
            raise RoomUnknown("nobody publishes under this name")
        connection = RTCPeerConnection()
        watcher = Watcher(participant, watches, connection)
        await _describe(connection, offer)
        for transceiver in connection.getTransceivers():
            _only(transceiver)
            transceiver.direction = "sendonly"
            watcher.outlets[transceiver.kind] = Outlet(
                transceiver, wants_key_frame=lambda: self._ask_for_key_frame(watches)
            )
        self._watchers[name] = watcher
        self._follow(connection, lambda: self._ask_for_key_frame(watches), name=name)
        return await _answer(connection)

    async def leave(self, name: str) -> None:
        """End the session ``name``, whichever kind it is."""
        watcher = self._watchers.pop(name, None)
        if watcher is not None:
            await watcher.connection.close()
        for publisher in [*self._publishers.values(), *self._coming]:
            if publisher.session == name:
                await self._retire(publisher)

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
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

    def _inlet(self, publisher: Publisher, transceiver: RTCRtpTransceiver) -> Inlet:
        kind = transceiver.kind

        async def heard(packet: RtpPacket) -> None:
            self._record(publisher, kind, packet)
            for outlet in self._outlets(publisher, kind):
                await outlet.send(packet)

        async def reported(report: Report) -> None:
            if publisher.recorder is not None:
                clock = publisher.recorder.video if kind == "video" else publisher.recorder.audio
                clock.report(report.timestamp, report.ntp, self._ports.seconds())
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
        if not self._ports.is_recording():
            self._stop_recording(publisher)
            return
        if publisher.recorder is None:
            publisher.recorder = self._recorder(publisher)
        taken = Packet(
            sequence=packet.sequence_number,
            timestamp=packet.timestamp,
            marker=bool(packet.marker),
            payload=packet.payload,
            arrived=self._ports.seconds(),
        )
        try:
            publisher.recorder.add(kind, taken)
        except (RecordingFailed, OSError) as error:
            # Never go on as if it were recorded.
            log.error("recording_failed", error=type(error).__name__)  # noqa: TRY400  # no traceback: paths name people
            publisher.recorder = None
            self._ports.happened("recording_failed", publisher.participant)

    def _recorder(self, publisher: Publisher) -> UplinkRecorder:
        participant = publisher.participant

        def open_file(starts: float) -> Path:
            return self._spool.part(participant, round(starts * 1000))

        def closed(segment: Closed) -> None:
            starts, ends = round(segment.starts * 1000), round(segment.ends * 1000)
            entry = self._spool.keep(segment.path, participant, starts, ends)
            log.info("segment", index=entry.index, size=entry.size)

        return UplinkRecorder(
            pictures="video" in publisher.inlets, open_file=open_file, closed=closed
        )

    def _stop_recording(self, publisher: Publisher) -> None:
        recorder, publisher.recorder = publisher.recorder, None
        if recorder is not None:
            recorder.close()

    async def _arrived(self, publisher: Publisher) -> None:
        """The new connection stands: now the one before it may go."""
        self._coming.discard(publisher)
        before = self._publishers.get(publisher.participant)
        self._publishers[publisher.participant] = publisher
        if before is not None:
            self._stop_recording(before)
            await before.connection.close()
        self._ports.happened("published", publisher.participant)
        if self._watching is None:
            self._watching = asyncio.create_task(self._look_after())
        await self._ask_for_key_frame(publisher.participant)

    async def _retire(self, publisher: Publisher) -> None:
        self._coming.discard(publisher)
        self._stop_recording(publisher)
        if self._publishers.get(publisher.participant) is publisher:
            del self._publishers[publisher.participant]
            self._ports.happened("left", publisher.participant)
        await publisher.connection.close()

    async def _ask_for_key_frame(self, participant: str) -> None:
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
            await asyncio.sleep(WATCH_S)
            for publisher in list(self._publishers.values()):
                await self._look_after_one(publisher)

    async def _look_after_one(self, publisher: Publisher) -> None:
        recorder, video = publisher.recorder, publisher.inlets.get("video")
        if video is not None:
            limits = [each.limit for each in self._outlets(publisher, "video")]
            given = [each for each in limits if each is not None]
            await video.limit(max(LEAST_BITS, min([MOST_BITS, *given])))
        if recorder is None:
            return
        if video is not None and recorder.needs_key_frame:
            await video.ask_for_key_frame()
        silent = self._ports.seconds() - recorder.heard > SILENT_S
        if silent != publisher.is_silent:
            publisher.is_silent = silent
            self._ports.happened("silent" if silent else "heard", publisher.participant)
            if silent:
                # What came so far is whole; what comes later is another segment.
                self._stop_recording(publisher)


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
