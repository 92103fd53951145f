"""Revisions that somebody appends to a signed file, written by hand as an attacker would."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esign.pdf.growing_file import GrowingFile
from esign.pdf.syntax import referred, referred_list, write_entries

if TYPE_CHECKING:
    from collections.abc import Callable

    from esign.pdf.syntax import Entries

    Objects = list[tuple[int, bytes]]
    Change = Callable[["Look"], Objects]

_TRAILER_ID = re.compile(rb"/ID \[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Look:
    """A signed file, as an attacker reads it."""

    document: bytes
    file: GrowingFile

    @classmethod
    def at(cls, document: bytes) -> Look:
        return cls(document, GrowingFile(document))

    @property
    def catalog(self) -> Entries:
        return self.file.entries(self.file.root)

    @property
    def pages(self) -> int:
        return referred(self.catalog, b"/Pages")

    @property
    def page(self) -> int:
        return referred_list(self.file.entries(self.pages), b"/Kids")[0]

    @property
    def fields(self) -> list[int]:
        form = referred(self.catalog, b"/AcroForm")
        return referred_list(self.file.entries(form), b"/Fields")

    def changed(self, number: int, **changes: bytes) -> tuple[int, bytes]:
        named = {b"/" + name.encode(): value for name, value in changes.items()}
        return number, write_entries({**self.file.entries(number), **named})

    def without(self, number: int, *names: bytes) -> tuple[int, bytes]:
        kept = {n: v for n, v in self.file.entries(number).items() if n not in names}
        return number, write_entries(kept)

    def fonts(self) -> list[int]:
        found = re.findall(rb"\n(\d+) 0 obj\n<<[^>]*?/Type /Font\b", self.document)
        return [int(number) for number in found]


def stream(contents: bytes, entries: bytes = b"") -> bytes:
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (entries, len(contents), contents)


def drawn(contents: bytes) -> bytes:
    """Return a form that draws ``contents``."""
    return stream(contents, b"/Type /XObject /Subtype /Form /BBox [0 0 600 850] /Resources << >>")


def with_objects(document: bytes, objects: Objects, *, root: int | None = None) -> bytes:
    """Return ``document`` with a revision in which ``objects`` are, in this order."""
    look = Look.at(document)
    body, offsets = b"", dict[int, int]()
    for number, written in objects:
        offsets[number] = len(document) + len(body)
        body += b"%d 0 obj\n%b\nendobj\n" % (number, written)
    rows = b"".join(
        b"%d 1\n%010d 00000 n \n" % (number, offsets[number]) for number in sorted(offsets)
    )
    size = max([look.file.new_number(), *(number + 1 for number in offsets)])
    return (
        document
        + body
        + tail(document, rows, at=len(document) + len(body), size=size, root=root or look.file.root)
    )


def tail(document: bytes, rows: bytes, *, at: int, size: int, root: int, prev: int = -1) -> bytes:
    identifier = _TRAILER_ID.findall(document)[-1]
    before = last_table(document) if prev < 0 else prev
    return (
        b"xref\n0 1\n0000000000 65535 f \n%btrailer << /Size %d /Root %d 0 R /Prev %d %b >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (rows, size, root, before, identifier, at)
    )


def last_table(document: bytes) -> int:
    return int(re.findall(rb"startxref\n(\d+)\n", document)[-1])


def first_table(document: bytes) -> int:
    return int(re.findall(rb"startxref\n(\d+)\n", document)[0])


def in_object_stream(document: bytes, number: int, written: bytes) -> bytes:
    """Return ``document`` with object ``number`` redefined inside a compressed stream."""
    look = Look.at(document)
    holder = look.file.new_number()
    table = holder + 1
    head = b"%d 0 " % number
    packed = zlib.compress(head + written)
    body = b"%d 0 obj\n%b\nendobj\n" % (
        holder,
        stream(packed, b"/Type /ObjStm /N 1 /First %d /Filter /FlateDecode" % len(head)),
    )
    at = len(document) + len(body)
    rows = b"".join(
        bytes([kind]) + where.to_bytes(4, "big") + bytes([index])
        for kind, where, index in (
            (2, holder, 0),
            (1, len(document), 0),
            (1, at, 0),
        )
    )
    described = b"/Type /XRef /W [1 4 1] /Index [%d 1 %d 2] /Size %d /Root %d 0 R /Prev %d %b" % (
        number,
        holder,
        table + 1,
        look.file.root,
        last_table(document),
        _TRAILER_ID.findall(document)[-1],
    )
    end = b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, stream(rows, described), at)
    return document + body + end
