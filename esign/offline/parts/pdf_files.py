"""PDF (ISO 32000-1), only as we write it.

One cross-reference table for each revision, objects in the open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from esign.offline.parts.digests import sha256
from esign.offline.parts.faults import Fault, require

Entries = dict[bytes, bytes]
_SPACE = re.compile(rb"[\x00\t\n\x0c\r ]*")
_NAME = re.compile(rb"/[^\x00-\x20()<>\[\]{}/%]+")
_PLAIN = re.compile(
    rb"\d{1,10} 0 R(?![^\x00-\x20()<>\[\]{}/%])|/[^\x00-\x20()<>\[\]{}/%]+|[+-]?(?:\d+\.?\d*|\.\d+)"
    rb"|true|false|null|\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>",
    re.DOTALL,
)
_ROW = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \n| \r|\r\n)")
_REFERENCE = re.compile(rb"(\d{1,10}) 0 R")


def read_dictionary(data: bytes, at: int, depth: int = 0) -> tuple[Entries, int]:
    """Return the dictionary at ``at``, its values as they are written, and where it ends."""
    require(data.startswith(b"<<", at) and depth < 16, "pdf_form")
    found: Entries = {}
    at = _skip(data, at + 2)
    while not data.startswith(b">>", at):
        name = _NAME.match(data, at)
        if name is None or name[0] in found:
            raise Fault("pdf_form", "", "a dictionary")
        start = _skip(data, name.end())
        end = _value_end(data, start, depth + 1)
        found[name[0]] = data[start:end]
        at = _skip(data, end)
    return found, at + 2


def _value_end(data: bytes, at: int, depth: int) -> int:
    plain = _PLAIN.match(data, at)
    if plain and not data.startswith(b"<<", at):
        return plain.end()
    if data.startswith(b"<<", at):
        return read_dictionary(data, at, depth)[1]
    require(data.startswith(b"[", at) and depth < 16, "pdf_form", "", "a value")
    at = _skip(data, at + 1)
    while not data.startswith(b"]", at):
        at = _skip(data, _value_end(data, at, depth + 1))
    return at + 1


def _skip(data: bytes, at: int) -> int:
    found = _SPACE.match(data, at)
    return found.end() if found else at


def references(value: bytes) -> list[int]:
    """Return the numbers in an array of references, or of the one reference that ``value`` is."""
    require(
        re.fullmatch(rb"(\[\s*(\d{1,10} 0 R\s*)*\]|\d{1,10} 0 R)", value),
        "pdf_form",
        "",
        "references",
    )
    return [int(found[1]) for found in _REFERENCE.finditer(value)]


@dataclass
class Revision:
    start: int
    table_at: int
    end: int
    offsets: dict[int, int]
    trailer: Entries
    written: dict[int, tuple[Entries, bytes]] = field(default_factory=dict)
    """Number -> dictionary and stream, in later revisions only."""


class Pdf:
    """The revisions of one file, oldest first."""

    def __init__(self, data: bytes, where: str) -> None:
        self.data, self.where = data, where
        require(data.startswith(b"%PDF-"), "pdf_form", where)
        tail = re.search(rb"startxref\n(\d{1,10})\n%%EOF\n\Z", data[-64:])
        if tail is None:
            raise Fault("pdf_coverage", where, "the file does not end where its last table says")
        at: int | None = int(tail[1])
        newest_first: list[Revision] = []
        while at is not None:
            revision = self._revision(at)
            newest_first.append(revision)
            previous = revision.trailer.get(b"/Prev")
            require(previous is None or int(previous) < at, "pdf_form", where, "order of tables")
            at = None if previous is None else int(previous)
        self.revisions = newest_first[::-1]
        require(
            self.revisions[-1].end == len(data),
            "pdf_coverage",
            where,
            "bytes after the last revision",
        )
        for before, revision in zip(self.revisions, self.revisions[1:]):
            revision.start = before.end
            self._read_objects(revision)

    def _revision(self, at: int) -> Revision:
        data, offsets = self.data, {}
        require(data.startswith(b"xref\n", at), "pdf_form", self.where, "a table")
        position = at + 5
        while True:
            run = re.compile(rb"(\d{1,7}) (\d{1,7}) ?\n").match(data, position)
            if run is None:
                break
            position = run.end()
            for number in range(int(run[1]), int(run[1]) + int(run[2])):
                row = _ROW.match(data, position)
                if row is None or number in offsets:
                    raise Fault("pdf_form", self.where, "a table")
                position = row.end()
                if row[3] == b"n":
                    require(row[2] == b"00000", "pdf_form", self.where, "generation")
                    offsets[number] = int(row[1])
        start = re.compile(rb"trailer\s+").match(data, position)
        if start is None:
            raise Fault("pdf_form", self.where, "a trailer")
        trailer, end = read_dictionary(data, start.end())
        require(not {b"/Encrypt", b"/XRefStm"} & set(trailer), "pdf_form", self.where)
        mark = b"\nstartxref\n%d\n%%%%EOF\n" % at
        require(data.startswith(mark, end), "pdf_coverage", self.where, "after a trailer")
        return Revision(0, at, end + len(mark), offsets, trailer)

    def _read_objects(self, revision: Revision) -> None:
        """Read a later revision from its first byte to its table: objects, and nothing between."""
        at = revision.start
        for number, offset in sorted(revision.offsets.items(), key=lambda pair: pair[1]):
            require(offset == at, "pdf_changed", self.where, "something between the objects")
            entries, stream, at = self._object(number, offset)
            revision.written[number] = (entries, stream)
        require(at == revision.table_at, "pdf_changed", self.where, "something between the objects")

    def _object(self, number: int, offset: int) -> tuple[Entries, bytes, int]:
        head = b"%d 0 obj\n" % number
        require(self.data.startswith(head, offset), "pdf_form", self.where, "an object")
        entries, at = read_dictionary(self.data, offset + len(head))
        stream = b""
        if self.data.startswith(b"\nstream\n", at):
            start = at + len(b"\nstream\n")
            stream = self.data[start : start + int(entries.get(b"/Length", b"-1"))]
            at = start + len(stream)
            require(self.data.startswith(b"\nendstream", at), "pdf_form", self.where, "a stream")
            at += len(b"\nendstream")
        require(self.data.startswith(b"\nendobj\n", at), "pdf_form", self.where, "an object's end")
        return entries, stream, at + len(b"\nendobj\n")

    def entries(self, number: int, upto: int) -> Entries | None:
        """Return a dictionary as it stands after revision ``upto``; ``None`` where there is none."""
        for revision in self.revisions[upto::-1]:
            if number in revision.written:
                return revision.written[number][0]
            if number in revision.offsets:
                head = b"%d 0 obj\n" % number
                require(
                    self.data.startswith(head, revision.offsets[number]), "pdf_form", self.where
                )
                return read_dictionary(self.data, revision.offsets[number] + len(head))[0]
        return None

    def known(self, number: int, upto: int) -> Entries:
        found = self.entries(number, upto)
        if found is None:
            raise Fault("pdf_form", self.where, "a reference to nothing")
        return found

    def stored(self, kind: bytes) -> list[bytes]:
        """Return what the document security store (EN 319 142-1 5.4.2) holds: certificates, lists."""
        last = len(self.revisions) - 1
        catalog = self.known(references(self.revisions[0].trailer[b"/Root"])[0], last)
        if b"/DSS" not in catalog:
            return []
        listed = self.known(references(catalog[b"/DSS"])[0], last).get(kind, b"[]")
        streams = {n: held[1] for r in self.revisions[1:] for n, held in r.written.items()}
        require(set(references(listed)) <= set(streams), "pdf_form", self.where, "security store")
        return [streams[number] for number in references(listed)]

    def has_state(self, digest: bytes) -> bool:
        """Say whether the file, or one of its earlier states, has this SHA-256."""
        return any(sha256(self.data[: revision.end]) == digest for revision in self.revisions)
