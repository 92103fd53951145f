"""The one file that reaches into aiortc 1.16: packets before its jitter buffer, and back out.

aiortc decodes what it receives and encodes what it sends. A room does neither: it
needs the packets. There is no public way to them (aiortc issue 55), so the handlers of
single objects are replaced here, and `tests/unit/media/test_taps.py` holds the names
that are leant on; the version is pinned to its minor for the same reason.
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aiortc import MediaStreamTrack
from aiortc.codecs import is_rtx
from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
    pack_remb_fci,
    unpack_remb_fci,
    unwrap_rtx,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiortc import RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver
    from aiortc.rtp import AnyRtcpPacket, RtcpReceiverInfo, RtpPacket

_NTP_FRACTION: Final = 1 << 32
_VERSION_2: Final = 0x80
_PADDED: Final = 0x20
_WHOLE_LOSS: Final = 256
_DELAY_UNITS: Final = 65536
_HISTORY: Final = 512
"""Packets kept for whoever asks again: two seconds of a good picture."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an RTCP sender report says of one stream."""

    ssrc: int
    timestamp: int
    ntp: float
    """Seconds since 1900 on the sender's clock."""

    packet: RtcpSrPacket


class Inlet:
    """A receiver's packets, as they come; its statistics and requests go on as before."""

    def __init__(
        self,
        receiver: RTCRtpReceiver,
        *,
        heard: Callable[[RtpPacket], Awaitable[None]],
        reported: Callable[[Report], Awaitable[None]],
    ) -> None:
        self._receiver: Any = receiver
        self._heard = heard
        self._reported = reported
        self._usual_rtcp = receiver._handle_rtcp_packet  # noqa: SLF001  # see above
        self._ssrc: int | None = None
        _replace(receiver, _handle_rtp_packet=self._rtp, _handle_rtcp_packet=self._rtcp)
        # The decoder's thread takes this the moment it starts, and ends.
        self._private("decoder_queue").put(None)

    def _private(self, name: str) -> Any:  # noqa: ANN401  # several things, none of them public
        return getattr(self._receiver, f"_RTCRtpReceiver__{name}")

    async def _rtp(self, packet: RtpPacket, arrival_time_ms: int) -> None:  # noqa: ARG002  # aiortc's name
        codecs = self._private("codecs")
        codec = codecs.get(packet.payload_type)
        if codec is None:
            return
        streams = self._private("remote_streams")
        if packet.ssrc not in streams:
            streams[packet.ssrc] = StreamStatistics(codec.clockRate)
        streams[packet.ssrc].add(packet)
        if is_rtx(codec):
            sent_again = self._unwrapped(packet, codec.parameters.get("apt"))
            if sent_again is None:
                return
            packet = sent_again
        self._ssrc = packet.ssrc
        missing = self._private("nack_generator")
        if missing is not None and missing.add(packet):
            await self._receiver._send_rtcp_nack(packet.ssrc, sorted(missing.missing))  # noqa: SLF001  # see above
        await self._heard(packet)

    def _unwrapped(self, packet: RtpPacket, payload_type: object) -> RtpPacket | None:
        original = self._private("rtx_ssrc").get(packet.ssrc)
        # Two octets are the number; a probe of the line has nothing after them.
        if original is None or not isinstance(payload_type, int) or len(packet.payload) <= 2:  # noqa: PLR2004  # RFC 4588
            return None
        return unwrap_rtx(packet, payload_type=payload_type, ssrc=original)

    async def _rtcp(self, packet: AnyRtcpPacket) -> None:
        await self._usual_rtcp(packet)
        if isinstance(packet, RtcpSrPacket):
            told = packet.sender_info
            ntp = told.ntp_timestamp / _NTP_FRACTION
            await self._reported(Report(packet.ssrc, told.rtp_timestamp, ntp, packet))

    def counted(self) -> tuple[int, int]:
        """Return packets that were sent here by their numbers, and that came at first."""
        stream = self._private("remote_streams").get(self._ssrc)
        return (0, 0) if stream is None else (stream.packets_expected, stream.packets_received)

    async def ask_for_key_frame(self) -> None:
        """Picture loss indication, RFC 4585 6.3.1."""
        if self._ssrc is not None:
            await self._receiver._send_rtcp_pli(self._ssrc)  # noqa: SLF001  # see above

    async def limit(self, bits_per_second: int) -> None:
        """Receiver estimated maximum bitrate: the sender sends no more than this."""
        own = self._private("rtcp_ssrc")
        if own is None or self._ssrc is None:
            return
        packet = RtcpPsfbPacket(
            fmt=RTCP_PSFB_APP,
            ssrc=own,
            media_ssrc=0,
            fci=pack_remb_fci(bits_per_second, [self._ssrc]),
        )
        await self._receiver._send_rtcp(packet)  # noqa: SLF001  # see above


class _NeverTrack(MediaStreamTrack):
    """Something to send that never comes, so that the sender's own encoder stays idle."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> Any:  # noqa: ANN401  # the base class's signature
        await asyncio.Event().wait()


class Outlet:
    """Sends packets that somebody else made, under this connection's own names."""

    def __init__(
        self,
        transceiver: RTCRtpTransceiver,
        *,
        wants_key_frame: Callable[[], Awaitable[None]],
        seconds: Callable[[], float],
    ) -> None:
        self._seconds = seconds
        self._transceiver = transceiver
        self._sender: Any = transceiver.sender
        self._wants_key_frame = wants_key_frame
        self._sent: dict[int, bytes] = {}
        self._shift: tuple[int, int] | None = None
        self._source: int | None = None
        self._last = (0, 0)
        self._told: dict[int, float] = {}
        self.limit: int | None = None
        """Bits per second that the other side can take, when it has said so."""

        self.loss: int | None = None
        """Thousandths that did not arrive, when the other side has said so."""

        self.rtt: float | None = None
        """Seconds there and back, when the other side has said enough to know."""

        sender: RTCRtpSender = transceiver.sender
        sender.replaceTrack(_NeverTrack(transceiver.kind))
        _replace(sender, _run_rtcp=self._quiet, _handle_rtcp_packet=self._rtcp)

    async def _quiet(self) -> None:
        """Take the place of the sender's own reports; the publisher's are passed on instead."""
        self._sender._RTCRtpSender__rtcp_started.set()  # noqa: SLF001  # see above
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self._sender._RTCRtpSender__rtcp_exited.set()  # noqa: SLF001  # see above

    async def _rtcp(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            for number in packet.lost:
                again = self._sent.get(number % _HISTORY)
                if again is not None and again[2:4] == number.to_bytes(2, "big"):
                    await self._write(again)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt in (RTCP_PSFB_FIR, RTCP_PSFB_PLI):
            await self._wants_key_frame()
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            try:
                self.limit = unpack_remb_fci(packet.fci)[0]
            except ValueError:
                return
        elif isinstance(packet, (RtcpRrPacket, RtcpSrPacket)):
            for told in packet.reports:
                if told.ssrc == self._sender._ssrc:  # noqa: SLF001  # see above
                    self._arrived(told)

    def _arrived(self, told: RtcpReceiverInfo) -> None:
        """Learn how much arrived, and how long it took there and back (RFC 3550 6.4.1)."""
        self.loss = round(told.fraction_lost * 1000 / _WHOLE_LOSS)
        sent = self._told.get(told.lsr)
        if sent is not None:
            self.rtt = max(0.0, self._seconds() - sent - told.dlsr / _DELAY_UNITS)

    async def send(self, packet: RtpPacket) -> None:
        """Pass a packet on; numbers go on without a break when the publisher changes."""
        codecs = self._transceiver._codecs  # noqa: SLF001  # see above
        if not codecs:
            return
        if packet.ssrc != self._source or self._shift is None:
            self._source = packet.ssrc
            number, timestamp = self._last
            self._shift = (
                number + 1 - packet.sequence_number,
                timestamp + 1 - packet.timestamp,
            )
        number = (packet.sequence_number + self._shift[0]) & 0xFFFF
        timestamp = (packet.timestamp + self._shift[1]) & 0xFFFFFFFF
        self._last = (number, timestamp)
        size = packet.padding_size
        # RFC 3550 5.1: the last octet says how many there are, itself included.
        padding = bytes(size - 1) + bytes((size,)) if size else b""
        data = struct.pack(
            "!BBHLL",
            _VERSION_2 | (_PADDED if size else 0),
            packet.marker << 7 | (codecs[0].payloadType or 0),
            number,
            timestamp,
            self._sender._ssrc,  # noqa: SLF001  # see above
        )
        data += packet.payload + padding
        self._sent[number % _HISTORY] = data
        await self._write(data)

    async def report(self, report: Report) -> None:
        """Pass on when the publisher's stream was where, so that picture meets sound."""
        if self._shift is None or report.ssrc != self._source:
            return
        told = report.packet.sender_info
        head = struct.pack(
            "!BBHLQLLL",
            _VERSION_2,
            200,
            6,
            self._sender._ssrc,  # noqa: SLF001  # see above
            told.ntp_timestamp,
            (report.timestamp + self._shift[1]) & 0xFFFFFFFF,
            told.packet_count,
            told.octet_count,
        )
        middle = (told.ntp_timestamp >> 16) & 0xFFFFFFFF
        self._told = {**dict(list(self._told.items())[-7:]), middle: self._seconds()}
        await self._write(head)

    async def _write(self, data: bytes) -> None:
        try:
            await self._sender.transport._send_rtp(data)  # noqa: SLF001  # see above
        except ConnectionError:
            # The other side left; whoever watches the connection clears up.
            return


def _replace(part: object, **handlers: Callable[..., Awaitable[None]]) -> None:
    """Put our handlers in the place of one object's own."""
    for name, handler in handlers.items():
        if not hasattr(part, name):
            raise RuntimeError(f"aiortc has no {name} any more")
        setattr(part, name, handler)
