"""Append revisions to a file of our own making; what is there is never touched.

A revision is objects, a table and a trailer (ISO 32000-1 7.5.6), and around the
hole for its signature everything has its place and size before anything is
hashed. Each byte is hashed once, however many signatures follow; once more for each
further digest that a signature wants (SM3).
"""

from __future__ import annotations

import hashlib
import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

from esign.errors import FormUnexpected, RoomExceeded
from esign.pdf.own_file import OwnFile
from esign.pdf.syntax import Entries, referred, write_entries

if TYPE_CHECKING:
    from hashlib import _Hash

    from esign.cms.algorithms import Hashed

_IDENTIFIERS: Final = re.compile(rb"\[\s*(<[0-9A-Fa-f]+>|\((?:[^()\\]|\\.)*\))\s*\S.*\]", re.DOTALL)
_RANGE_WIDTH: Final = 40
"""Of the four numbers in brackets, each below 64 MiB, with blanks after them."""


class GrowingFile:
    def __init__(self, document: bytes) -> None:
        """Raises `FormUnexpected` unless ``document`` is of the form that we write."""
        self._base = OwnFile(document)
        self._parts = [document]
        self._length = len(document)
        self._running: dict[Hashed, _Hash] = {hashlib.sha256: hashlib.sha256(document)}
        self._trailer = self._base.trailer
        self._table_at = self._base.table_at
        self._size = self._base.size
        self._known: dict[int, Entries] = {}
        self._written: dict[int, bytes] = {}
        self._hole = 0
        self.root = referred(self._trailer, b"/Root")

    def entries(self, number: int) -> Entries:
        """Return the newest state of a dictionary; it is not to be changed."""
        if number not in self._known:
            self._known[number] = self._base.dictionary(number)
        return self._known[number]

    def stream(self, number: int) -> bytes:
        return self._base.stream(number)

    def new_number(self) -> int:
        self._size += 1
        return self._size - 1

    def put(self, number: int, entries: Entries) -> None:
        """Write a dictionary into the revision that is being made."""
        self._known[number] = entries
        self._written[number] = write_entries(entries)

    def update(self, number: int, changes: Entries) -> None:
        self.put(number, {**self.entries(number), **changes})

    def add_stream(self, contents: bytes, entries: Entries | None = None) -> int:
        number = self.new_number()
        described = write_entries({**(entries or {}), b"/Length": b"%d" % len(contents)})
        self._written[number] = b"%b\nstream\n%b\nendstream" % (described, contents)
        return number

    def close(
        self, number: int, signature: Entries, room: int, *, hashed: Hashed = hashlib.sha256
    ) -> bytes:
        """End the revision with ``signature``, and return the digest of all but its contents.

        The signature dictionary is object ``number``; ``room`` is the most bytes that
        `fill` may put into it.
        """
        if hashed not in self._running:
            self._running[hashed] = hashed(self.document())
        at, parts, offsets = self._length, [], {}
        for each, written in self._written.items():
            offsets[each] = at
            parts.append(b"%d 0 obj\n%b\nendobj\n" % (each, written))
            at += len(parts[-1])
        offsets[number] = at
        head = b"%d 0 obj\n%b /ByteRange " % (number, write_entries(signature)[:-3])
        hole_at = at + len(head) + _RANGE_WIDTH + len(b" /Contents ")
        hole_end = hole_at + 2 * room + 2
        after = b" >>\nendobj\n"
        table = self._table(offsets, hole_end + len(after))
        reach = b"[0 %d %d %d]" % (hole_at, hole_end, len(after) + len(table))
        before = b"".join([*parts, head, reach.ljust(_RANGE_WIDTH), b" /Contents "])
        self._update(before)
        digest = self._running[hashed].copy()
        digest.update(after + table)
        self._parts += [before, b"", after + table]
        self._length, self._hole = hole_end + len(after) + len(table), room
        self._table_at = hole_end + len(after)
        self._written = {}
        return digest.digest()

    def fill(self, contents: bytes) -> None:
        """Put the signature into the hole that `close` left."""
        if not len(contents) <= self._hole:
            raise RoomExceeded("the signature is larger than its room")
        hole = b"<%b>" % contents.hex().encode().ljust(2 * self._hole, b"0")
        self._parts[-2] = hole
        self._update(hole)
        self._update(self._parts[-1])

    def _update(self, part: bytes) -> None:
        for running in self._running.values():
            running.update(part)

    def document(self) -> bytes:
        return b"".join(self._parts)

    def _table(self, offsets: dict[int, int], table_at: int) -> bytes:
        runs = [b"xref\n0 1\n0000000000 65535 f \n"]
        numbered = enumerate(sorted(offsets))
        for _, run in groupby(numbered, key=lambda pair: pair[1] - pair[0]):
            numbers = [number for _, number in run]
            runs.append(b"%d %d\n" % (numbers[0], len(numbers)))
            runs += [b"%010d 00000 n \n" % offsets[number] for number in numbers]
        self._trailer = {
            **self._trailer,
            b"/Size": b"%d" % self._size,
            b"/ID": self._identifiers(),
            b"/Prev": b"%d" % self._table_at,
        }
        trailer = write_entries(self._trailer)
        return b"%btrailer %b\nstartxref\n%d\n%%%%EOF\n" % (b"".join(runs), trailer, table_at)

    def _identifiers(self) -> bytes:
        """Keep the first, which is the document's; the second is this state's (14.4)."""
        found = _IDENTIFIERS.fullmatch(self._trailer.get(b"/ID", b""))
        if found is None:
            raise FormUnexpected("the document has no identifier")
        state = self._running[hashlib.sha256].copy().hexdigest()[:32].encode()
        return b"[%b<%b>]" % (found[1], state)
