"""One request and one answer over a Unix socket: four bytes of length, then JSON.

Both ends refuse a message above the limit before reading it.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Final

from esign.errors import RequestRefused

if TYPE_CHECKING:
    import socket

LARGEST: Final = 64 * 1024
_LENGTH: Final = struct.Struct(">I")


def send(connection: socket.socket, message: dict[str, str]) -> None:
    body = json.dumps(message).encode()
    if len(body) > LARGEST:
        raise RequestRefused("the message is too large")
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive(connection: socket.socket) -> dict[str, str]:
    """Return one message of text fields, or raise `RequestRefused`."""
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    if not length <= LARGEST:
        raise RequestRefused("the message is too large")
    try:
        message = json.loads(_exactly(connection, length))
    except (ValueError, RecursionError):
        raise RequestRefused("the message is not JSON") from None
    if not isinstance(message, dict) or not all(isinstance(v, str) for v in message.values()):
        raise RequestRefused("the message is not an object of texts")
    return message


def _exactly(connection: socket.socket, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        piece = connection.recv(length - len(received))
        if not piece:
            raise RequestRefused("the message ended early")
        received += piece
    return bytes(received)
