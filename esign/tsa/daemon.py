"""The time-stamping process: ``python -m esign.tsa.daemon --authorities DIR --custody SOCKET``.

HTTP as RFC 3161 section 3.4 has it, on loopback unless told otherwise.  Prints
``ready PORT``; holds no key.  Like the signer it is its own composition root.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Final

from esign.authorities.directory import AuthorityDirectory
from esign.clock_proof import PROOFS, proof_of
from esign.custody.client import CustodyClient
from esign.tsa.on_duty import AuthorityOnDuty

if TYPE_CHECKING:
    from esign.tsa.authority import TimeStampingAuthority

LARGEST_REQUEST: Final = 4096
SLOWEST_CLIENT_S: Final = 10.0


class _Exchange(BaseHTTPRequestHandler):
    server: TimeStampServer
    timeout = SLOWEST_CLIENT_S
    # Answer in one packet; else the caller's delayed acknowledgement costs 40 ms.
    disable_nagle_algorithm = True
    wbufsize = -1
    server_version = "feigui-tsa"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.headers.get_content_type() != "application/timestamp-query":
            self._say(415)
        elif not (length.isascii() and length.isdigit()):
            self._say(411)
        elif not int(length) <= LARGEST_REQUEST:
            self._say(413)
        else:
            self._say(200, self.server.authority.answer(self.rfile.read(int(length))))

    def _say(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body)))
        if not body:
            # What is left of a refused body must not be read as a next request.
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Say nothing: the audit of every stamp is with the key that made it."""


class TimeStampServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], authority: TimeStampingAuthority | AuthorityOnDuty
    ) -> None:
        self.authority = authority
        super().__init__(address, _Exchange)


def _now() -> datetime:
    # A process of its own has no wiring above it, so its clock is read here.
    return datetime.now(UTC)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Stamp time over HTTP.")
    parser.add_argument("--authorities", type=Path, required=True)
    parser.add_argument("--custody", type=Path, required=True, help="the signer's socket")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one and says which")
    parser.add_argument("--clock-proof", choices=PROOFS, default=PROOFS[0])
    asked = parser.parse_args(arguments)
    authority = AuthorityOnDuty(
        AuthorityDirectory(asked.authorities),
        custody=CustodyClient(asked.custody),
        now=_now,
        proof=proof_of(asked.clock_proof, now=_now),
    )
    with TimeStampServer((asked.host, asked.port), authority) as server:
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, lambda *_: threading.Thread(target=server.shutdown).start())
        sys.stdout.write(f"ready {server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
