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
import socket
import socketserver
import struct
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from esign.authorities.directory import AuthorityDirectory
from esign.clock_proof import PROOFS, proof_of
from esign.custody import wire
from esign.custody.operations import PARTS, perform
from esign.custody.places import KeyPlace
from esign.custody.vault import Vault
from esign.errors import CallerRefused, EsignError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from esign.custody.ports import Custody

    _Request = socket.socket | tuple[bytes, socket.socket]

SLOWEST_CLIENT_S: Final = 10.0
MOST_AT_ONCE: Final = 64
"""More than all threads of web, workers and time-stamper; whoever comes then has to wait."""

_CREDENTIALS: Final = struct.Struct("3i")
_PR_SET_DUMPABLE: Final = 4


class _Conversation(socketserver.BaseRequestHandler):
    server: SignerServer

    def handle(self) -> None:
        connection: socket.socket = self.request
        connection.settimeout(SLOWEST_CLIENT_S)
        try:
            try:
                # Read before refusing: what lies unread when a socket is closed tears
                # the answer away from whoever waits for it.
                request = wire.receive(connection)
                allowed = self.server.allowed(_user_of(connection))
                answer = perform(self.server.custody, request, allowed=allowed)
            except EsignError as refusal:
                answer = {"error": type(refusal).__name__, "detail": str(refusal)}
            wire.send(connection, answer)
        except OSError:
            # The caller went away or sleeps; whoever else waits matters more.
            return


class SignerServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path: Path, custody: Custody, callers: Mapping[int, str]) -> None:
        self.custody = custody
        self._callers = callers
        self._turns = threading.BoundedSemaphore(MOST_AT_ONCE)
        path.unlink(missing_ok=True)
        # Nobody else may connect, not even in the moment between bind and chmod. The
        # group is that of the folder, so whoever may ask can be let in by its group.
        only_ourselves = set(callers) == {os.geteuid()}
        before = os.umask(0o177 if only_ourselves else 0o117)
        try:
            super().__init__(str(path), _Conversation)
        finally:
            os.umask(before)

    def allowed(self, user: int) -> frozenset[str]:
        """Return what ``user`` may ask for, or raise `CallerRefused`."""
        try:
            return PARTS[self._callers[user]]
        except KeyError:
            raise CallerRefused("this user is no part of the platform") from None

    def process_request(self, request: _Request, client_address: object) -> None:
        """Wait for a turn before a thread is begun; a flood fills the queue and no memory."""
        if self._turns.acquire(timeout=SLOWEST_CLIENT_S):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: _Request, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._turns.release()


def _user_of(connection: socket.socket) -> int:
    """Return who is at the other end, as the kernel knows it (SO_PEERCRED)."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(credentials)[1])


def _caller(text: str) -> tuple[int, str]:
    user, _, part = text.partition("=")
    if part not in PARTS:
        raise argparse.ArgumentTypeError(f"the part is one of {', '.join(PARTS)}")
    return int(user), part


def _now() -> datetime:
    # A process of its own has no wiring above it, so its clock is read here.
    return datetime.now(UTC)


def harden() -> None:
    """Keep the keys out of core files and away from debuggers of the same user."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Hold the private keys and sign with them.")
    parser.add_argument("--keys", type=Path, required=True, help="the authorities' directory")
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--place", default="file:", help="where new keys are made, a URI")
    parser.add_argument(
        "--clock-proof",
        choices=PROOFS,
        default=PROOFS[0],
        help="what shows that the clock is right, by which trees of the log are dated",
    )
    parser.add_argument("--base-url", default="http://127.0.0.1:8000/authorities")
    parser.add_argument(
        "--caller",
        type=_caller,
        action="append",
        metavar="UID=PART",
        help="who may ask for what; by default our own user for everything",
    )
    asked = parser.parse_args(arguments)
    callers = dict(asked.caller or [(os.geteuid(), "platform")])
    harden()
    vault = Vault(
        AuthorityDirectory(asked.keys),
        now=_now,
        base_url=asked.base_url,
        proof=proof_of(asked.clock_proof, now=_now),
        place=KeyPlace.parse(asked.place),
    )
    with SignerServer(asked.socket, vault, callers) as server:
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
