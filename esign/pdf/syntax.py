"""The part of PDF's syntax that our own files use, read strictly.

Dictionaries stay what they are in the file: names with the bytes of their values.
Whatever is not expected (comments, other generations than 0, a name twice) is
`FormUnexpected`; nothing is repaired.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from esign.errors import FormUnexpected

Entries: TypeAlias = dict[bytes, bytes]
"""A dictionary: names, with their solidus, and values as they are written."""

DEEPEST: Final = 16

_SPACE: Final = re.compile(rb"[\x00\t\n\x0c\r ]*")
_ENDS: Final = rb"(?![^\x00-\x20()<>\[\]{}/%])"
_NAMED: Final = rb"/[^\x00-\x20()<>\[\]{}/%]+"
_SIMPLE: Final = (
    rb"(?:\d{1,10} 0 R|" + _NAMED + rb"|[+-]?(?:\d+\.?\d*|\.\d+)|true|false|null)" + _ENDS + rb""
    rb"|\((?:[^()\\]|\\.)*\)"
    rb"|<[0-9A-Fa-f\s]*>"
)
_PLAIN: Final = re.compile(_SIMPLE, re.DOTALL)
_NAME: Final = re.compile(_NAMED)
_SPACES: Final = rb"[\x00\t\n\x0c\r ]*"
_FLAT: Final = rb"\[" + _SPACES + rb"(?:(?:" + _SIMPLE + rb")" + _SPACES + rb")*\]"
_PAIR: Final = re.compile(
    rb"(" + _NAMED + rb")" + _SPACES + rb"(" + _SIMPLE + rb"|" + _FLAT + rb")" + _SPACES, re.DOTALL
)
"""A name, and a value with nothing inside or an array of such: what nearly all entries are."""

_REFERENCE: Final = re.compile(rb"(\d{1,10}) 0 R")
_REFERENCES: Final = re.compile(rb"\[\s*((?:\d{1,10} 0 R\s*)*)\]")
_COUNT: Final = re.compile(rb"\d{1,10}")


def read_entries(source: bytes, at: int) -> tuple[Entries, int]:
    """Return the dictionary that begins at ``at``, and where it ends."""
    return _entries(source, at, 0)


def _entries(source: bytes, at: int, depth: int) -> tuple[Entries, int]:
    if not source.startswith(b"<<", at):
        raise FormUnexpected("a dictionary was expected")
    entries: Entries = {}
    at = _skip(source, at + 2)
    while not source.startswith(b">>", at):
        pair = _PAIR.match(source, at)
        name, held, at = (pair[1], pair[2], pair.end()) if pair else _pair(source, at, depth)
        if name in entries:
            raise FormUnexpected("a dictionary names something twice")
        entries[name] = held
    return entries, at + 2


def _pair(source: bytes, at: int, depth: int) -> tuple[bytes, bytes, int]:
    """Return a name, its value, and where the next begins."""
    name = _NAME.match(source, at)
    if name is None:
        raise FormUnexpected("a dictionary cannot be read")
    start = _skip(source, name.end())
    end = _end_of_value(source, start, depth + 1)
    return name[0], source[start:end], _skip(source, end)


def _end_of_value(source: bytes, at: int, depth: int) -> int:
    if not depth <= DEEPEST:
        raise FormUnexpected("a value is nested beyond reason")
    if plain := _PLAIN.match(source, at):
        return plain.end()
    if source.startswith(b"<<", at):
        return _entries(source, at, depth)[1]
    if not source.startswith(b"[", at):
        raise FormUnexpected("a value cannot be read")
    at = _skip(source, at + 1)
    while not source.startswith(b"]", at):
        at = _skip(source, _end_of_value(source, at, depth + 1))
    return at + 1


def _skip(source: bytes, at: int) -> int:
    found = _SPACE.match(source, at)
    return found.end() if found else at


def write_entries(entries: Entries) -> bytes:
    return b"<< %b >>" % b" ".join(b"%b %b" % entry for entry in entries.items())


def reference(number: int) -> bytes:
    return b"%d 0 R" % number


def referred(entries: Entries, name: bytes) -> int:
    """Return the number of the object that ``name`` refers to."""
    found = _REFERENCE.fullmatch(entries.get(name, b""))
    if found is None:
        raise FormUnexpected("a reference is missing")
    return int(found[1])


def referred_list(entries: Entries, name: bytes) -> list[int]:
    """Return the numbers of the objects in the array of references ``name``."""
    found = _REFERENCES.fullmatch(entries.get(name, b""))
    if found is None:
        raise FormUnexpected("an array of references is missing")
    return [int(each[1]) for each in _REFERENCE.finditer(found[1])]


def write_references(numbers: list[int]) -> bytes:
    return b"[ %b ]" % b" ".join(map(reference, numbers))


def count(entries: Entries, name: bytes) -> int:
    """Return the non-negative integer ``name``."""
    found = entries.get(name, b"")
    if not _COUNT.fullmatch(found):
        raise FormUnexpected("a number is missing")
    return int(found)
