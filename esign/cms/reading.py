"""Read DER by walking over it; what is not exactly DER is refused.

For short values whose form is known before: a time-stamp's answer, a request for
one. A value is its bytes, tag first; each level is split once, and nothing is
decoded that nobody asked for.
"""

from __future__ import annotations

from typing import Final

_LONG: Final = 0x80
_LONG_TAG: Final = 0x1F


class DerMalformed(ValueError):
    """The bytes are not DER, or not the value that was expected."""


def first(der: bytes, tag: int) -> bytes:
    """Return the value that ``der`` begins with; anything may follow."""
    if der[:1] != bytes((tag,)):
        raise DerMalformed("another kind of value was expected")
    return der[: _end(der, 0, len(der))]


def only(der: bytes, tag: int) -> bytes:
    """Return ``der``, which is one value of this tag and nothing else."""
    if len(first(der, tag)) != len(der):
        raise DerMalformed("something follows the value")
    return der


def contents(value: bytes) -> bytes:
    """Return what is in a value, which has been split off before."""
    return value[_start(value) :]


def inside(value: bytes) -> list[bytes]:
    """Return the values inside a constructed one, which has been split off before."""
    position, end, found = _start(value), len(value), []
    while position < end:
        # Nearly all values are short; `_end` has the whole rule.
        short = position + 1 < end and value[position + 1] < _LONG
        stop = position + 2 + value[position + 1] if short else end + 1
        if not (stop <= end and value[position] & _LONG_TAG != _LONG_TAG):
            stop = _end(value, position, end)
        found.append(value[position:stop])
        position = stop
    return found


def expect(found: list[bytes], *tags: int) -> list[bytes]:
    """Return ``found`` if it is exactly values of these tags."""
    if tags != tuple([each[0] for each in found]):
        raise DerMalformed("other values were expected")
    return found


def _start(value: bytes) -> int:
    return 2 if value[1] < _LONG else 2 + value[1] - _LONG


def _end(der: bytes, position: int, end: int) -> int:
    """Return where the value at ``position`` ends."""
    if position + 2 > end or der[position] & _LONG_TAG == _LONG_TAG:
        raise DerMalformed("the value is cut off, or its tag is long")
    start, length = position + 2, der[position + 1]
    if length >= _LONG:
        stated = der[start : start + length - _LONG]
        start += length - _LONG
        length = int.from_bytes(stated, "big")
        # The indefinite form has no octets; the shortest form is the only one.
        if not stated or stated[0] == 0 or length < _LONG:
            raise DerMalformed("the length is not in its shortest form")
    if not start + length <= end:
        raise DerMalformed("the value is cut off")
    return start + length
