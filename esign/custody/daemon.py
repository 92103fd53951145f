"""The signer process: ``python -m esign.custody.daemon --keys DIR --socket PATH``.

Prints ``ready`` when it listens.  It is its own composition root: the one place
in custody that reads the clock and opens a socket.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import signal
import socketserver
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from esign.authorities.directory import AuthorityDirectory
from esign.custody import wire
from esign.custody.operations import perform
from esign.custody.places import KeyPlace
from esign.custody.vault import Vault
from esign.errors import EsignError

if TYPE_CHECKING:
    import socket

    from esign.custody.ports import Custody

SLOWEST_CLIENT_S: Final = 10.0
_PR_SET_DUMPABLE: Final = 4


class _Conversation(socketserver.BaseRequestHandler):
    server: SignerServer

    def handle(self) -> None:
        connection: socket.socket = self.request
        connection.settimeout(SLOWEST_CLIENT_S)
        try:
            try:
                answer = perform(self.server.custody, wire.receive(connection))
            except EsignError as refusal:
                answer = {"error": type(refusal).__name__, "detail": str(refusal)}
            wire.send(connection, answer)
        except OSError:
            # The caller went away or sleeps; whoever else waits matters more.
            return


class SignerServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path: Path, custody: Custody) -> None:
        self.custody = custody
        path.unlink(missing_ok=True)
        # Nobody else may connect, not even in the moment between bind and chmod.
        before = os.umask(0o177)
        try:
            super().__init__(str(path), _Conversation)
        finally:
            os.umask(before)


def harden() -> None:
    """Keep the keys out of core files and away from debuggers of the same user."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Hold the private keys and sign with them.")
    parser.add_argument("--keys", type=Path, required=True, help="the authorities' directory")
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--place", default="file:", help="where new keys are made, a URI")
    parser.add_argument("--base-url", default="http://127.0.0.1:8000/authorities")
    asked = parser.parse_args(arguments)
    harden()
    # A process of its own has no wiring above it, so its clock is read here.
    vault = Vault(
        AuthorityDirectory(asked.keys),
        now=lambda: datetime.now(UTC),
        base_url=asked.base_url,
        place=KeyPlace.parse(asked.place),
    )
    with SignerServer(asked.socket, vault) as server:
        serve_until_told(server)
    asked.socket.unlink(missing_ok=True)


def serve_until_told(server: socketserver.BaseServer) -> None:
    """Serve until SIGTERM or SIGINT, then let the running requests end."""
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
