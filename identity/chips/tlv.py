"""Tag-length-value, as chips and certificates write it (ISO/IEC 7816-4 annex E, X.690).

Every length is definite and inside its parent, every depth and count is limited, and nothing
follows the last value. Lengths need not be the shortest: LDS allows that, and signatures
are verified over the bytes as they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.chips.refusal import ChipFault, ChipRefused

if TYPE_CHECKING:
    from identity.chips.refusal import ChipFile

DEEPEST: Final = 24
"""Levels. A certificate in a SOD goes to 13; chosen with room for unusual extensions."""
MOST_VALUES: Final = 5_000
"""Values in one signed object or certificate. Those of a SOD are a few hundred; chosen."""

_CONSTRUCTED: Final = 0x20
_LONG_TAG: Final = 0x1F
_MORE: Final = 0x80
_LONGEST_TAG: Final = 3
_MOST_LENGTH_OCTETS: Final = 4


@dataclass(frozen=True, slots=True)
class Tlv:
    tag: int
    """All octets of the tag as one number: 0x7F61 has two."""
    value: bytes
    raw: bytes


def read_all(content: bytes, *, place: ChipFile | None, most: int = MOST_VALUES) -> list[Tlv]:
    """Return the values that fill ``content``; raises `ChipRefused` with what is wrong."""
    found: list[Tlv] = []
    position = 0
    while position < len(content):
        if not len(found) < most:
            raise ChipRefused(ChipFault.TOO_MANY_VALUES, place)
        tag, start, end = _bounds(content, position, len(content), place)
        found.append(Tlv(tag, content[start:end], content[position:end]))
        position = end
    return found


def read_only(content: bytes, tag: int, *, place: ChipFile | None) -> Tlv:
    """Return the one value that ``content`` is, which has this ``tag``."""
    found, start, end = _bounds(content, 0, len(content), place)
    if found != tag:
        raise ChipRefused(ChipFault.TAG_WRONG, place)
    if end != len(content):
        raise ChipRefused(ChipFault.TRAILING_BYTES, place)
    return Tlv(found, content[start:end], content)


def check_limits(
    content: bytes,
    *,
    place: ChipFile | None,
    most: int = MOST_VALUES,
) -> None:
    """Walk over one value without decoding or copying; raises `ChipRefused` at the first limit."""
    waiting, seen = [(0, len(content), 0)], 0
    while waiting:
        position, end, depth = waiting.pop()
        if not depth <= DEEPEST:
            raise ChipRefused(ChipFault.TOO_DEEP, place)
        while position < end:
            seen += 1
            if not seen <= most:
                raise ChipRefused(ChipFault.TOO_MANY_VALUES, place)
            _, start, stop = _bounds(content, position, end, place)
            if content[position] & _CONSTRUCTED:
                waiting.append((start, stop, depth + 1))
            position = stop
            if depth == 0 and position != end:
                raise ChipRefused(ChipFault.TRAILING_BYTES, place)
    if not seen:
        raise ChipRefused(ChipFault.CUT_OFF, place)


def _bounds(
    content: bytes, position: int, end: int, place: ChipFile | None
) -> tuple[int, int, int]:
    """Return the tag at ``position``, and where its value begins and ends."""
    tag, position = _tag(content, position, end, place)
    if not position < end:
        raise ChipRefused(ChipFault.CUT_OFF, place)
    length, start = content[position], position + 1
    if length == _MORE:
        raise ChipRefused(ChipFault.INDEFINITE_LENGTH, place)
    if length > _MORE:
        octets = length - _MORE
        if not octets <= _MOST_LENGTH_OCTETS:
            raise ChipRefused(ChipFault.LENGTH_ABSURD, place)
        length, start = int.from_bytes(content[start : start + octets], "big"), start + octets
    if not start + length <= end:
        raise ChipRefused(ChipFault.CUT_OFF, place)
    return tag, start, start + length


def _tag(content: bytes, position: int, end: int, place: ChipFile | None) -> tuple[int, int]:
    start = position
    if not position < end:
        raise ChipRefused(ChipFault.CUT_OFF, place)
    position += 1
    if content[start] & _LONG_TAG == _LONG_TAG:
        while position < end and content[position] & _MORE:
            position += 1
        position += 1
    if not position <= end:
        raise ChipRefused(ChipFault.CUT_OFF, place)
    # Tag 0 ends the indefinite form and is nothing in the definite one; padding looks like it.
    if not (content[start] != 0 and position - start <= _LONGEST_TAG):
        raise ChipRefused(ChipFault.TAG_WRONG, place)
    return int.from_bytes(content[start:position], "big"), position
