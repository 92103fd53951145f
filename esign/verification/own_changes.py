"""What signing may append to the paper that was permitted, and that it appended nothing else.

Each signature: its dictionary, its field's value, and the certification with the first.
The archive time-stamp: the security store, a field that is not seen, and what lists
that field. Every object of a revision is accounted for by one of these, whole; one
that is left over is `Tampered`, whatever it would have done.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from esign.errors import Tampered
from esign.pdf.own_file import OwnFile
from esign.pdf.syntax import count, reference, referred, referred_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from esign.pdf.appended import Revision
    from esign.pdf.syntax import Entries

_KIND: Final[Entries] = {b"/Filter": b"/Adobe.PPKLite"}
_SIGNATURE: Final[Entries] = {
    b"/Type": b"/Sig",
    b"/SubFilter": b"/ETSI.CAdES.detached",
    **_KIND,
}
_STAMP: Final[Entries] = {b"/Type": b"/DocTimeStamp", b"/SubFilter": b"/ETSI.RFC3161", **_KIND}
_HELD: Final = frozenset({b"/ByteRange", b"/Contents"})
"""Compared with the bytes themselves, in `esign.verification.own_seal`."""

_STATED_TIME: Final = re.compile(rb"\(D:\d{14}Z\)")
_CERTIFICATION: Final = (
    b"[<< /Type /SigRef /TransformMethod /DocMDP"
    b" /TransformParams << /Type /TransformParams /V /1.2 /P 2 >> >>]"
)
_IDENTIFIERS: Final = re.compile(
    rb"\[(<[0-9a-f]+>|\((?:[^()\\]|\\.)*\))<[0-9a-f]{32}>\]", re.DOTALL
)
_FIRST_IDENTIFIER: Final = re.compile(rb"\[\s*(<[0-9A-Fa-f]+>|\((?:[^()\\]|\\.)*\))", re.DOTALL)
_CHANGING: Final = frozenset({b"/Size", b"/ID", b"/Prev"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What the document carries, so that nobody has to be asked later; all of it DER."""

    certificates: tuple[bytes, ...]
    lists: tuple[bytes, ...]


class Growth:
    """A file of ours as it grows: the paper, and one revision after the other."""

    def __init__(self, prepared: bytes) -> None:
        self._base = OwnFile(prepared)
        self._known: dict[int, Entries] = {}
        self._size = self._base.size
        self._trailer = self._base.trailer
        self._table_at = self._base.table_at
        self._root = referred(self._base.trailer, b"/Root")
        self._is_certified = False

    def signed(self, revision: Revision, field: str) -> Entries:
        """Take a signature in and return its dictionary; anything but one in ``field`` raises."""
        left = _Left(revision)
        number, entries = self._signature(left)
        stated = _but(entries, _HELD | {b"/M", b"/Reference"})
        _require(stated == _SIGNATURE, "a signature's dictionary")
        _require(_STATED_TIME.fullmatch(entries.get(b"/M", b"")), "a signature's stated time")
        _require(entries.get(b"/Reference") == self._certification(), "the certification")
        if not self._is_certified:
            permits = b"<< /DocMDP %b >>" % reference(number)
            self._take(left, self._root, {b"/Perms": permits})
            self._is_certified = True
        self._take(left, self._empty_field(field), {b"/V": reference(number)})
        self._finish(revision, left)
        return entries

    def _certification(self) -> bytes | None:
        """The first signature certifies (ISO 32000-1 12.8.2.2), and no other."""
        return None if self._is_certified else _CERTIFICATION

    def stamped(self, revision: Revision, name: str, *, beside: str) -> tuple[Entries, Store]:
        """Take the archive time-stamp in; return its dictionary and the store that it covers."""
        left = _Left(revision)
        number, entries = self._signature(left)
        _require(_but(entries, _HELD) == _STAMP, "an archive time-stamp's dictionary")
        page = referred(self._state(self._field(beside)), b"/P")
        wanted = _stamp_field(name, page, number)
        field = left.new(lambda entries: entries == wanted, self._size)
        left.take(field)
        form = referred(self._state(self._root), b"/AcroForm")
        for holder, kind in ((form, b"/Fields"), (page, b"/Annots")):
            listed = referred_list(self._state(holder), kind)
            grown = left.entries(holder)
            _require(referred_list(grown, kind) == [*listed, field], "the list of fields")
            self._take(left, holder, {kind: grown[kind]})
        store = self._store(left)
        self._finish(revision, left)
        return entries, store

    def _store(self, left: _Left) -> Store:
        number = referred(left.entries(self._root), b"/DSS")
        _require(number >= self._size, "the security store")
        self._take(left, self._root, {b"/DSS": reference(number)})
        entries = left.take(number)
        _require(entries.keys() == {b"/Certs", b"/CRLs"}, "the security store")
        found = (referred_list(entries, kind) for kind in (b"/Certs", b"/CRLs"))
        certificates, lists = (
            tuple(left.stream(each, self._size) for each in numbers) for numbers in found
        )
        return Store(certificates=certificates, lists=lists)

    def _signature(self, left: _Left) -> tuple[int, Entries]:
        number = left.new(lambda e: e.keys() >= _HELD, self._size)
        return number, left.take(number)

    def _take(self, left: _Left, number: int, changes: Entries) -> None:
        """Take an object that is as it was, but for ``changes``."""
        before = self._state(number)
        _require(left.take(number) == {**before, **changes}, "an object that was there")
        self._known[number] = {**before, **changes}

    def _empty_field(self, name: str) -> int:
        number = self._field(name)
        _require(b"/V" not in self._state(number), "a field that was signed")
        return number

    def _field(self, name: str) -> int:
        form = referred(self._state(self._root), b"/AcroForm")
        wanted = (b"(%b)" % name.encode(), b"/Sig")
        for number in referred_list(self._state(form), b"/Fields"):
            state = self._state(number)
            if (state.get(b"/T"), state.get(b"/FT")) == wanted:
                return number
        raise Tampered("the sealed file has no such field")

    def _state(self, number: int) -> Entries:
        return self._known[number] if number in self._known else self._base.dictionary(number)

    def _finish(self, revision: Revision, left: _Left) -> None:
        left.nothing()
        trailer, before = revision.trailer, self._trailer
        size = count(trailer, b"/Size")
        new = sorted(number for number in revision.objects if number >= self._size)
        _require(new == list(range(self._size, size)), "the numbers of new objects")
        _require(count(trailer, b"/Prev") == self._table_at, "where the table before is")
        _require(_but(trailer, _CHANGING) == _but(before, _CHANGING), "the trailer")
        own, first = (
            _IDENTIFIERS.fullmatch(trailer.get(b"/ID", b"")),
            _FIRST_IDENTIFIER.match(before.get(b"/ID", b"")),
        )
        _require(own and first and own[1] == first[1], "the document's identifier")
        self._known.update({n: revision.objects[n].entries for n in new})
        self._trailer, self._table_at, self._size = trailer, revision.table_at, size


class _Left:
    """The objects of a revision that nothing has accounted for yet."""

    def __init__(self, revision: Revision) -> None:
        self._objects = dict(revision.objects)

    def new(self, is_wanted: Callable[[Entries], bool], since: int) -> int:
        """Return the only new object for which ``is_wanted`` holds."""
        found = [
            number
            for number, written in self._objects.items()
            if number >= since and is_wanted(written.entries)
        ]
        _require(len(found) == 1, "the number of signatures in a revision")
        return found[0]

    def entries(self, number: int) -> Entries:
        if number not in self._objects:
            raise Tampered("something that signing writes is missing")
        return self._objects[number].entries

    def take(self, number: int) -> Entries:
        entries = self.entries(number)
        _require(self._objects.pop(number).stream is None, "a stream in the place of a dictionary")
        return entries

    def stream(self, number: int, since: int) -> bytes:
        """Take a stream that is new: none may take the place of what the paper draws."""
        is_plain = self.entries(number).keys() == {b"/Length"}
        _require(number >= since and is_plain, "a stream of the security store")
        stream = self._objects.pop(number).stream
        if stream is None:
            raise Tampered("a certificate or list is missing from the security store")
        return stream

    def nothing(self) -> None:
        _require(not self._objects, "an object that signing does not write")


def _stamp_field(name: str, page: int, stamp: int) -> Entries:
    """Return the one form of a field that nobody sees: without a size or an appearance."""
    return {
        b"/FT": b"/Sig",
        b"/T": b"(%b)" % name.encode(),
        b"/TU": b"(Timestamp)",
        b"/Type": b"/Annot",
        b"/Subtype": b"/Widget",
        b"/F": b"132",
        b"/Rect": b"[0 0 0 0]",
        b"/P": reference(page),
        b"/V": reference(stamp),
    }


def _but(entries: Entries, names: frozenset[bytes] | set[bytes]) -> Entries:
    return {name: value for name, value in entries.items() if name not in names}


def _require(holds: object, what: str) -> None:
    if not holds:
        raise Tampered(f"the sealed file is not as signing leaves it: {what}")
