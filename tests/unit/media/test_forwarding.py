"""What reaches the recorder's port: the packets that only Janus can have sent, and no others."""

from __future__ import annotations

import asyncio
import base64
import socket
from typing import TYPE_CHECKING

import pytest
from aiortc.rtp import RtpPacket
from pylibsrtp import Policy, Session

from server.media.engine import RoomPorts
from server.media.janus.forwarding import Forwarding
from server.media.recording import Recording
from server.media.spool import Spool
from tests.to_the_end import to_the_end

if TYPE_CHECKING:
    from pathlib import Path


def packet(number: int, kind: int = 111) -> bytes:
    made = RtpPacket(payload_type=kind, sequence_number=number, timestamp=number * 960)
    made.payload, made.ssrc = b"\xfc sound", 7
    return bytes(made.serialize())


async def heard(folder: Path, *, by_whom: str) -> bool:
    """Send a packet as Janus, or as somebody else on the machine; say whether it is recorded."""
    spool = Spool(folder, boot="b")
    ports = RoomPorts(
        seconds=asyncio.get_running_loop().time,
        is_recording=lambda: True,
        happened=lambda _, __: None,
    )
    recording = Recording("party", spool, ports, pictures=False)
    forwarding = Forwarding(recording, ports.seconds)
    with pytest.raises(RuntimeError):
        forwarding.asked({"audio": "0"})
    await forwarding.open()
    forwarding.begin()
    asked = forwarding.asked({"audio": "0"})
    key = base64.b64decode(asked["srtp_crypto"]) if by_whom == "janus" else bytes(30)
    policy = Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND)
    sent = {
        "janus": Session(policy).protect(packet(1)),
        "a stranger": Session(policy).protect(packet(1)),
        "a stranger in the clear": packet(1),
        "noise": b"\x00",
    }[by_whom]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(sent, (asked["host"], asked["streams"][0]["port"]))
    for _ in range(5):
        await asyncio.sleep(0)
    await asyncio.to_thread(lambda: None)
    was_heard = recording.is_on
    recording.stop()
    forwarding.close()
    await asyncio.sleep(0)
    return was_heard


@pytest.mark.parametrize(
    ("by_whom", "is_recorded"),
    [
        ("janus", True),
        # Everybody on the machine can send to the port, and nobody else has the key.
        ("a stranger", False),
        ("a stranger in the clear", False),
        ("noise", False),
    ],
)
def test_only_janus_is_believed(
    by_whom: str, is_recorded: bool, tmp_path: Path
) -> None:  # a table of cases
    assert to_the_end(heard(tmp_path, by_whom=by_whom)) is is_recorded
