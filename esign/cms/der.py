"""Write DER (X.690 section 10): a handful of functions from bytes to bytes.

A value is composed from the inside out, each byte once. Nothing is kept of its
structure, so that nesting costs nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

INTEGER: Final = 0x02
OCTET_STRING: Final = 0x04
NULL: Final = b"\x05\x00"
OBJECT_IDENTIFIER: Final = 0x06
SEQUENCE: Final = 0x30
SET: Final = 0x31
TRUE: Final = b"\x01\x01\xff"

_CONTEXT: Final = 0xA0
_LONG: Final = 0x80


def value(tag: int, *contents: bytes) -> bytes:
    """Return tag, length and ``contents``."""
    inside = contents[0] if len(contents) == 1 else b"".join(contents)
    size = len(inside)
    if size < _LONG:
        return bytes((tag, size)) + inside
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(octets))) + octets + inside


def sequence(*members: bytes) -> bytes:
    return value(SEQUENCE, *members)


def set_of(*members: bytes) -> bytes:
    """Return a SET OF, whose members DER puts in the order of their bytes."""
    return value(SET, *sorted(members))


def tagged(number: int, *members: bytes) -> bytes:
    """Return a constructed value of context tag ``number``: ``[number]``."""
    return value(_CONTEXT | number, *members)


def octets(contents: bytes) -> bytes:
    return value(OCTET_STRING, contents)


def integer(number: int) -> bytes:
    """Return a non-negative INTEGER; a bit of its own says that it is not negative."""
    return value(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


@lru_cache(maxsize=256)
def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER, X.690 8.19."""
    first, second, *others = map(int, dotted.split("."))
    return value(OBJECT_IDENTIFIER, *map(_base_128, [first * 40 + second, *others]))


def _base_128(number: int) -> bytes:
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))
