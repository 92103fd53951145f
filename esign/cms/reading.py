"""Read DER by walking over it; what is not exactly DER is refused.

For short values whose form is known before: a time-stamp's answer, a certificate's
issuer. Each level is split once, and nothing is decoded that nobody asked for.
"""

from __future__ import annotations

from typing import Final, NamedTuple

_LONG: Final = 0x80
_LONG_TAG: Final = 0x1F


class DerMalformed(ValueError):
    """The bytes are not DER, or not the value that was expected."""


class Value(NamedTuple):
    """One value: its tag, all its bytes, and where its contents begin in them."""

    tag: int
    whole: bytes
    start: int

    @property
    def contents(self) -> bytes:
        return self.whole[self.start :]


def only(der: bytes, tag: int) -> Value:
    """Return the one value that ``der`` is."""
    found = first(der, tag)
    if len(found.whole) != len(der):
        raise DerMalformed("something follows the value")
    return found


def first(der: bytes, tag: int) -> Value:
    """Return the value that ``der`` begins with; anything may follow."""
    start, stop = _bounds(der, 0, len(der))
    if der[0] != tag:
        raise DerMalformed("another kind of value was expected")
    return Value(tag, der[:stop], start)


def inside(parent: Value) -> list[Value]:
    """Return the values inside a constructed one."""
    der, position, found = parent.whole, parent.start, []
    end = len(der)
    while position < end:
        start, stop = _bounds(der, position, end)
        found.append(Value(der[position], der[position:stop], start - position))
        position = stop
    return found


def expect(found: list[Value], *tags: int) -> list[Value]:
    """Return ``found`` if it is exactly values of these tags."""
    if [each.tag for each in found] != list(tags):
        raise DerMalformed("other values were expected")
    return found


def _bounds(der: bytes, position: int, end: int) -> tuple[int, int]:
    """Return where the contents of the value at ``position`` begin and end."""
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
    return start, start + length
