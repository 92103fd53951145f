"""Read what was appended to a file of our own, byte by byte: nothing is passed over.

A revision is objects, one table with exactly these objects, and a trailer that leads
back to the table before (ISO 32000-1 7.5.6). It is read from its first byte to its
last, not searched, so that a byte that is none of these is a refusal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from esign.errors import FormUnexpected
from esign.pdf.syntax import Entries, count, read_entries

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEAD: Final = re.compile(rb"([1-9]\d{0,9}) 0 obj\n")
_STREAM: Final = b"\nstream\n"
_STREAM_END: Final = b"\nendstream"
_END: Final = b"\nendobj\n"
_TABLE: Final = b"xref\n0 1\n0000000000 65535 f \n"
_RUN: Final = re.compile(rb"([1-9]\d{0,6}) ([1-9]\d{0,6})\n")
_ROW: Final = re.compile(rb"(\d{10}) 00000 n \n")
_TRAILER: Final = b"trailer "
_TAIL: Final = b"\nstartxref\n%d\n%%%%EOF\n"


@dataclass(frozen=True, slots=True)
class Written:
    """An object as one revision has it."""

    entries: Entries
    stream: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    objects: Mapping[int, Written]
    table_at: int
    trailer: Entries


def read_revision(document: bytes, start: int, end: int) -> Revision:
    """Return what is between ``start`` and ``end``, or raise `FormUnexpected`."""
    objects: dict[int, Written] = {}
    offsets: dict[int, int] = {}
    at = start
    while head := _HEAD.match(document, at):
        number = int(head[1])
        if number in objects:
            raise FormUnexpected("an object is there twice in one revision")
        offsets[number] = at
        objects[number], at = _object(document, head.end())
    listed, trailer_at = _table(document, at)
    if listed != offsets:
        raise FormUnexpected("the table does not say where the objects are")
    if not document.startswith(_TRAILER, trailer_at):
        raise FormUnexpected("a revision has no trailer")
    trailer, after = read_entries(document, trailer_at + len(_TRAILER))
    if document[after:end] != _TAIL % at:
        raise FormUnexpected("a revision does not end where it says")
    return Revision(objects=objects, table_at=at, trailer=trailer)


def _object(document: bytes, at: int) -> tuple[Written, int]:
    """Return a dictionary or a stream, and where the next thing begins."""
    entries, at = read_entries(document, at)
    stream = None
    if document.startswith(_STREAM, at):
        begins = at + len(_STREAM)
        at = begins + count(entries, b"/Length")
        stream = document[begins:at]
        if not document.startswith(_STREAM_END, at):
            raise FormUnexpected("a stream is not as long as it says")
        at += len(_STREAM_END)
    if not document.startswith(_END, at):
        raise FormUnexpected("an object does not end")
    return Written(entries, stream), at + len(_END)


def _table(document: bytes, at: int) -> tuple[dict[int, int], int]:
    """Return object -> offset, and where the trailer begins."""
    if not document.startswith(_TABLE, at):
        raise FormUnexpected("a revision has no table where one is expected")
    at += len(_TABLE)
    listed: dict[int, int] = {}
    while run := _RUN.match(document, at):
        at = run.end()
        for number in range(int(run[1]), int(run[1]) + int(run[2])):
            row = _ROW.match(document, at)
            if row is None or number in listed:
                raise FormUnexpected("a table cannot be read")
            listed[number], at = int(row[1]), row.end()
    return listed, at
