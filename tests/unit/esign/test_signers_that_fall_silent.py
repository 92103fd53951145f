"""A signer or a time-stamper that stops in the middle is away, and waited for no longer."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from esign.custody import wire
from esign.custody.client import CustodyClient
from esign.errors import CustodyUnavailable, TimeStampUnavailable
from esign.tsa.client import TimeStampSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def signer(place: Path, talk: Callable[[socket.socket], None]) -> Iterator[None]:
    """Take one connection, read its request, and do as told."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            wire.receive(connection)
            talk(connection)

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        listening.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


@pytest.mark.parametrize("said", [b"", b"\0\0", b"\0\0\0\x20{", b"\0\0\0\x01{"])
def test_a_signer_that_dies_in_its_answer_is_away_and_refuses_nothing(
    tmp_path: Path, said: bytes
) -> None:
    place = tmp_path / "signer.sock"
    with signer(place, lambda c: c.sendall(said)), pytest.raises(CustodyUnavailable):
        CustodyClient(place).ping()


def test_a_signer_that_is_stopped_is_waited_for_only_so_long(tmp_path: Path) -> None:
    place, over = tmp_path / "signer.sock", threading.Event()

    def be_stopped(_: socket.socket) -> None:
        over.wait()

    with signer(place, be_stopped):
        with pytest.raises(CustodyUnavailable):
            CustodyClient(place, patience_s=0.2).ping()
        over.set()


class _Dribbler(BaseHTTPRequestHandler):
    """Answers a byte at a time, for as long as anybody listens."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(2**40))
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x")
                threading.Event().wait(0.01)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Say nothing."""


class _Hurrying:
    """A clock by which every look comes a second after the last."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def test_a_time_stamper_that_dribbles_is_waited_for_only_so_long() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Dribbler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        source = TimeStampSource(
            f"http://127.0.0.1:{server.server_port}/", roots=[], now=_Hurrying()
        )
        with pytest.raises(TimeStampUnavailable, match="too long"):
            source.ask(bytes(32))
        server.shutdown()
        serving.join()
