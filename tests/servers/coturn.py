"""Debian's coturn, run by the very configuration that docs/ tells operators to run it by."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aioice.ice

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIGURATION: Final = Path(__file__).parents[2] / "docs" / "turnserver.conf"
PATIENCE_S: Final = 20.0


@dataclass(frozen=True)
class Coturn:
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"turn:127.0.0.1:{self.port}?transport=udp"

    def said(self) -> str:
        return self.log.read_text()


def own_address() -> str:
    """Return the address under which a media worker on this machine is met."""
    return str(aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=False)[0])


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def coturn(
    folder: Path, *, secret: str, worker: str | None = None, port: int | None = None
) -> Iterator[Coturn]:
    """Run it on a free port; it relays to ``worker`` only, by default to this machine."""
    port = port or free_port()
    configuration = folder / "turnserver.conf"
    text = CONFIGURATION.read_text()
    for name, value in {
        "LISTENING_IP": "127.0.0.1",
        "LISTENING_PORT": str(port),
        "RELAY_IP": own_address(),
        "TURN_KEY": secret,
        "WORKER_IP": worker or own_address(),
    }.items():
        text = text.replace(f"={name}\n", f"={value}\n")
    configuration.write_text(text)
    log = folder / "coturn.log"
    command = ["turnserver", "-c", str(configuration), "--pidfile", str(folder / "coturn.pid")]
    command += ["--userdb", str(folder / "turndb"), "--verbose"]
    with log.open("w") as told:
        running = subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT, cwd=folder)
    try:
        _until_it_answers(port, running)
        yield Coturn(port, log)
    finally:
        running.terminate()
        running.wait()


def _until_it_answers(port: int, running: subprocess.Popen[bytes]) -> None:
    """Ask for nothing but an echo (STUN binding, RFC 8489) until there is an answer."""
    asked = b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12)
    ends = time.monotonic() + PATIENCE_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.2)
        probe.connect(("127.0.0.1", port))
        while True:
            try:
                probe.send(asked)
                probe.recv(2048)
            except (TimeoutError, ConnectionRefusedError):
                assert running.poll() is None, "coturn ended"
                assert time.monotonic() < ends, "coturn does not answer"
            else:
                return
