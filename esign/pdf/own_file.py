"""Read a file of our own making: where its objects are, and nothing that is not asked for.

What ``prepare_fields`` saves has one cross-reference table, all objects in the
open, and ends with its end-of-file mark; each signature appends one more table.
Anything else is `FormUnexpected` (ISO 32000-1 7.5.4 to 7.5.6 are the forms).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from esign.errors import FormUnexpected
from esign.pdf.syntax import Entries, count, read_entries

LARGEST: Final = 64 * 1024 * 1024
"""As the verifier has it: what it would not read is not signed either."""

MOST_REVISIONS: Final = 600
"""Two for each of the verifier's 300 signatures."""

MOST_OBJECTS: Final = 8_388_607
"""ISO 32000-1 annex C.2."""

_TAIL: Final = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n\Z")
_LONGEST_TAIL: Final = 64
_TABLE: Final = b"xref\n"
_RUN: Final = re.compile(rb"(\d{1,7}) (\d{1,7}) ?\n")
_ROW: Final = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \n| \r|\r\n)")
_ROW_SIZE: Final = 20
_TRAILER: Final = re.compile(rb"trailer\s+")
_FORBIDDEN: Final = frozenset({b"/Encrypt", b"/XRefStm"})


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows of consecutive objects in a table."""

    first: int
    size: int
    rows_at: int


class OwnFile:
    def __init__(self, document: bytes) -> None:
        """Raises `FormUnexpected` unless ``document`` is of the form that we write."""
        if not (document.startswith(b"%PDF-") and len(document) <= LARGEST):
            raise FormUnexpected("the document cannot be read")
        tail = _TAIL.search(document, max(0, len(document) - _LONGEST_TAIL))
        if tail is None:
            raise FormUnexpected("the document does not end where it says")
        self._document = document
        self._runs: list[_Run] = []
        self.table_at = int(tail[1])
        self.trailer = self._read_tables(self.table_at)
        self.size = count(self.trailer, b"/Size")
        if not self.size <= MOST_OBJECTS:
            raise FormUnexpected("the document has too many objects")

    def dictionary(self, number: int) -> Entries:
        return self._dictionary(number)[0]

    def stream(self, number: int) -> bytes:
        """Return the contents of a stream that is only that: not filtered, not described."""
        entries, at = self._dictionary(number)
        size = count(entries, b"/Length")
        begins = b"\nstream\n"
        start = at + len(begins)
        if not (
            entries.keys() == {b"/Length"}
            and self._document.startswith(begins, at)
            and self._document.startswith(b"\nendstream", start + size)
        ):
            raise FormUnexpected("a stream cannot be read")
        return self._document[start : start + size]

    def _dictionary(self, number: int) -> tuple[Entries, int]:
        at = self._offset(number)
        head = b"%d 0 obj\n" % number
        if not self._document.startswith(head, at):
            raise FormUnexpected("an object is not where the table says")
        return read_entries(self._document, at + len(head))

    def _offset(self, number: int) -> int:
        for run in self._runs:
            if 0 <= number - run.first < run.size:
                at = run.rows_at + (number - run.first) * _ROW_SIZE
                row = _ROW.match(self._document, at)
                if row is None or (row[2], row[3]) != (b"00000", b"n"):
                    raise FormUnexpected("an object is free or of another generation")
                return int(row[1])
        raise FormUnexpected("an object is in no table")

    def _read_tables(self, newest: int) -> Entries:
        trailer, at = self._read_table(newest)
        last, revisions = trailer, 1
        while b"/Prev" in last:
            previous = count(last, b"/Prev")
            # Always further back: no circle, and no table that was moved.
            if not (previous < at and revisions < MOST_REVISIONS):
                raise FormUnexpected("the tables are not in order")
            last, at = self._read_table(previous)
            revisions += 1
        return trailer

    def _read_table(self, at: int) -> tuple[Entries, int]:
        document, position = self._document, at + len(_TABLE)
        if not document.startswith(_TABLE, at):
            raise FormUnexpected("a table is not where the document says")
        while run := _RUN.match(document, position):
            found = _Run(int(run[1]), int(run[2]), run.end())
            self._runs.append(found)
            position = found.rows_at + found.size * _ROW_SIZE
        start = _TRAILER.match(document, position)
        if start is None:
            raise FormUnexpected("a table cannot be read")
        trailer, _ = read_entries(document, start.end())
        if _FORBIDDEN & trailer.keys():
            raise FormUnexpected("the document is encrypted, or has tables of two kinds")
        return trailer, at
