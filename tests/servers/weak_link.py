"""A line as bad as it is told to be, between somebody's browser and the relay.

UDP in both directions through a thread of its own: delay, loss, nothing at all, and
another address towards the other side, as when a telephone changes its network.
"""

from __future__ import annotations

import asyncio
import random
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL: Final = "127.0.0.1"
LARGEST: Final = 2048


class WeakLink:
    """What is set here holds from the next packet on."""

    def __init__(self, port: int) -> None:
        self._far = (LOCAL, port)
        self._random = random.Random(20260302)  # noqa: S311  # it loses packets, and the same ones
        self._loop = asyncio.new_event_loop()
        self._near = _socket()
        self._far_sides: dict[tuple[str, int], socket.socket] = {}
        self.port = int(self._near.getsockname()[1])
        self.delay_s = 0.0
        """In each direction."""

        self.loss = 0.0
        """Of every packet, in each direction."""

        self.is_dead = False
        self.passed = self.lost = 0
        self._loop.call_soon(lambda: self._loop.add_reader(self._near, self._from_near))
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def change_address(self) -> None:
        """From now on the far side sees somebody else, and does not know him."""
        self._loop.call_soon_threadsafe(self._forget)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._forget)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._near.close()
        self._loop.close()

    def _forget(self) -> None:
        for each in self._far_sides.values():
            self._loop.remove_reader(each)
            each.close()
        self._far_sides.clear()

    def _from_near(self) -> None:
        data, address = self._near.recvfrom(LARGEST)
        if address not in self._far_sides:
            side = self._far_sides[address] = _socket()
            self._loop.add_reader(side, self._from_far, side, address)
        self._carry(self._far_sides[address], data, self._far)

    def _from_far(self, side: socket.socket, address: tuple[str, int]) -> None:
        self._carry(self._near, side.recv(LARGEST), address)

    def _carry(self, by: socket.socket, data: bytes, to: tuple[str, int]) -> None:
        if self.is_dead or self._random.random() < self.loss:
            self.lost += 1
            return
        self.passed += 1
        self._loop.call_later(self.delay_s, _send, by, data, to)


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((LOCAL, 0))
    made.setblocking(False)
    return made


def _send(by: socket.socket, data: bytes, to: tuple[str, int]) -> None:
    if by.fileno() != -1:
        by.sendto(data, to)


@contextmanager
def weak_link(port: int) -> Iterator[WeakLink]:
    """Carry UDP between a port of its own and ``port`` for the length of the block."""
    link = WeakLink(port)
    try:
        yield link
    finally:
        link.end()
