"""A writer of DER for tests: it writes what it is told, right or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn1crypto import core

if TYPE_CHECKING:
    from datetime import datetime

SEQUENCE, SET, INTEGER, BITS, OCTETS, NULL = 0x30, 0x31, 0x02, 0x03, 0x04, 0x05


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    octets = tag.to_bytes((tag.bit_length() + 7) // 8, "big")
    if size < 0x80:
        return octets + bytes([size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return octets + bytes([0x80 | len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    return tlv(SEQUENCE, *parts)


def set_of(*parts: bytes) -> bytes:
    return tlv(SET, *sorted(parts))


def integer(value: int) -> bytes:
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(content: bytes) -> bytes:
    return tlv(OCTETS, content)


def bits(content: bytes, *, unused: int = 0) -> bytes:
    return tlv(BITS, bytes([unused]), content)


def oid(dotted: str) -> bytes:
    written: bytes = core.ObjectIdentifier(dotted).dump()
    return written


def null() -> bytes:
    return tlv(NULL)


def boolean(*, value: bool) -> bytes:
    return tlv(0x01, b"\xff" if value else b"\x00")


def printable(text: str) -> bytes:
    return tlv(0x13, text.encode("ascii"))


def utf8(text: str) -> bytes:
    return tlv(0x0C, text.encode())


def utc_time(moment: datetime) -> bytes:
    return tlv(0x17, f"{moment:%y%m%d%H%M%SZ}".encode("ascii"))


def generalized_time(moment: datetime, *, tag: int = 0x18) -> bytes:
    return tlv(tag, f"{moment:%Y%m%d%H%M%SZ}".encode("ascii"))


def nested(depth: int) -> bytes:
    value = null()
    for _ in range(depth):
        value = sequence(value)
    return value
