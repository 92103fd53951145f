"""Where Janus sends a publisher's packets: a port of this machine, with a key of its own.

Whoever can run a process on the machine can send to the port. So what comes is SRTP
(RFC 3711) under a key that only Janus was told, and what it does not open is dropped.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiortc.rtp import RtpPacket
from pylibsrtp import Error as SrtpError
from pylibsrtp import Policy, Session

from server.media.clock import AUDIO_RATE, VIDEO_RATE
from server.media.janus.arrivals import QuickestArrivals
from server.media.ordering import Packet

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.media.recording import Recording

LOOPBACK: Final = "127.0.0.1"
KINDS: Final = {96: "video", 111: "audio"}
"""Payload types that Janus is asked to give the forwarded packets, so that they tell their kind."""

_KEY_AND_SALT: Final = 30
"""Octets of AES_CM_128_HMAC_SHA1_80 (RFC 4568 6.2)."""

log = structlog.get_logger("feigui.media")


class Forwarding(asyncio.DatagramProtocol):
    def __init__(self, recording: Recording, seconds: Callable[[], float]) -> None:
        self._recording = recording
        self._seconds = seconds
        self._key = secrets.token_bytes(_KEY_AND_SALT)
        self._srtp = Session(Policy(key=self._key, ssrc_type=Policy.SSRC_ANY_INBOUND))
        self._arrivals = {
            "video": QuickestArrivals(VIDEO_RATE),
            "audio": QuickestArrivals(AUDIO_RATE),
        }
        self._transport: asyncio.DatagramTransport | None = None
        self._has_begun = False

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(LOOPBACK, 0)
        )

    def asked(self, mids: dict[str, str]) -> dict[str, Any]:
        """Return what `rtp_forward` is asked with; ``mids``: kind -> media identification."""
        if self._transport is None:
            raise RuntimeError("the port is not open")
        port = self._transport.get_extra_info("sockname")[1]
        return {
            "host": LOOPBACK,
            "host_family": "ipv4",
            "streams": [
                {"mid": mids[kind], "port": port, "pt": number}
                for number, kind in KINDS.items()
                if kind in mids
            ],
            "srtp_suite": 80,
            "srtp_crypto": base64.b64encode(self._key).decode(),
        }

    def begin(self) -> None:
        """From here on, record what comes: the participant has no other connection now."""
        self._has_begun = True

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:  # noqa: ARG002  # the base class's name
        try:
            packet = RtpPacket.parse(self._srtp.unprotect(data))
        except (SrtpError, ValueError):
            # Sent by somebody else, or twice.
            return
        kind = KINDS.get(packet.payload_type)
        if kind is not None and self._has_begun:
            self._take(kind, packet)

    def _take(self, kind: str, packet: RtpPacket) -> None:
        arrived = self._seconds()
        self._recording.take(kind, Packet.of(packet, arrived=arrived))
        told = self._arrivals[kind].add(packet.timestamp, arrived)
        if told is not None:
            self._recording.report(kind, told[0], told[1], arrived=told[1])
