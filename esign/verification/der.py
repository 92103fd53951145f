"""DER (X.690 section 10) checked by walking over it: one way to write each value.

Nothing is decoded or copied, so hostile nesting costs nothing; what is too deep
or too long is refused before a library that decodes sees it.
"""

from __future__ import annotations

from typing import Final

from esign.errors import Tampered

DEEPEST: Final = 32
MOST_VALUES: Final = 20_000

_CONSTRUCTED: Final = 0x20
_LONG_TAG: Final = 0x1F
_LONG_LENGTH: Final = 0x80
_BOOLEAN, _INTEGER, _NULL = 0x01, 0x02, 0x05


def check_der(der: bytes) -> None:
    """Raise `Tampered` unless ``der`` is exactly one value in DER."""
    waiting, seen = [(0, len(der), 0)], 0
    while waiting:
        position, end, depth = waiting.pop()
        while position < end:
            seen += 1
            if not (seen <= MOST_VALUES and depth <= DEEPEST):
                raise Tampered("a signature is nested or filled beyond reason")
            start, stop = _bounds(der, position, end)
            if der[position] & _CONSTRUCTED:
                waiting.append((start, stop, depth + 1))
            elif not _is_canonical(der[position], der[start:stop]):
                raise Tampered("a signature is not in canonical form")
            position = stop
            if depth == 0 and position != end:
                raise Tampered("a signature is followed by something")


def children(der: bytes) -> list[bytes]:
    """Return the values inside a constructed value that `check_der` has passed."""
    start, stop = _bounds(der, 0, len(der))
    found, position = [], start
    while position < stop:
        _, end = _bounds(der, position, stop)
        found.append(der[position:end])
        position = end
    return found


def _bounds(der: bytes, position: int, end: int) -> tuple[int, int]:
    """Return where the contents of the value at ``position`` begin and end."""
    # Tag 0 ends the indefinite form and is nothing in DER; padding looks like it.
    if position + 2 > end or der[position] == 0 or _is_long(der[position]):
        raise Tampered("a signature is not in canonical form")
    start, length = position + 2, der[position + 1]
    if length >= _LONG_LENGTH:
        octets = length - _LONG_LENGTH
        stated = der[start : min(start + octets, end)]
        length, start = int.from_bytes(stated, "big"), start + octets
        # The indefinite form has no octets; the shortest form is the only one.
        if not stated or stated[0] == 0 or length < _LONG_LENGTH:
            raise Tampered("a signature is not in canonical form")
    if not start + length <= end:
        raise Tampered("a signature is cut off")
    return start, start + length


def _is_long(tag: int) -> bool:
    return tag & _LONG_TAG == _LONG_TAG


def _is_canonical(tag: int, contents: bytes) -> bool:
    if tag == _BOOLEAN:
        return contents in {b"\x00", b"\xff"}
    if tag == _NULL:
        return not contents
    if tag == _INTEGER:
        # No leading octet that only repeats the sign.
        repeats = contents[:1] in {b"\x00", b"\xff"} and len(contents) > 1
        return bool(contents) and not (
            repeats and (contents[0] == 0) == (contents[1] < _LONG_LENGTH)
        )
    return True
