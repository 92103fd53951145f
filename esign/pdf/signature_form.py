"""The form of a document: its fields, filled one by one, and what says that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from esign.errors import ChainInvalid, FieldMissing, FormUnexpected
from esign.pdf.syntax import (
    Entries,
    reference,
    referred,
    referred_list,
    write_entries,
    write_references,
)

if TYPE_CHECKING:
    from datetime import datetime

    from esign.pdf.growing_file import GrowingFile

_SIGNATURE: Final[Entries] = {
    b"/Type": b"/Sig",
    b"/Filter": b"/Adobe.PPKLite",
    b"/SubFilter": b"/ETSI.CAdES.detached",
}
STAMP: Final[Entries] = {
    b"/Type": b"/DocTimeStamp",
    b"/Filter": b"/Adobe.PPKLite",
    b"/SubFilter": b"/ETSI.RFC3161",
}
"""The dictionary of a document time-stamp, ETSI EN 319 142-1 5.4.3."""

# Only further signatures and what belongs to them (ISO 32000-1 12.8.2.2).
_CERTIFICATION: Final = (
    b"[<< /Type /SigRef /TransformMethod /DocMDP"
    b" /TransformParams << /Type /TransformParams /V /1.2 /P 2 >> >>]"
)
_PRINTED_LOCKED: Final = b"132"

RENEWED: Final = b"archive-renewed"
"""How the fields of renewed archive time-stamps begin; a number follows."""


def signature_entries(at: datetime, *, certifies: bool) -> Entries:
    """Return a signature dictionary; ``at`` is in UTC."""
    stated = {**_SIGNATURE, b"/M": at.strftime("(D:%Y%m%d%H%M%SZ)").encode()}
    return {**stated, b"/Reference": _CERTIFICATION} if certifies else stated


class SignatureForm:
    def __init__(self, file: GrowingFile) -> None:
        self._file = file
        self._number = referred(file.entries(file.root), b"/AcroForm")

    def empty_field(self, name: str) -> int:
        """Return the object number of the unsigned field ``name``."""
        wanted = b"(%b)" % name.encode("ascii")
        for number in self._fields():
            field = self._file.entries(number)
            if field.get(b"/T") == wanted and field.get(b"/FT") == b"/Sig":
                if b"/V" in field:
                    break
                return number
        raise FieldMissing("the document has no such empty field")

    def certify(self, signature: int) -> None:
        """Name ``signature`` as the one that closes the document to other changes."""
        file = self._file
        if any(b"/V" in file.entries(number) for number in self._fields()):
            raise ChainInvalid("only the first signature can certify")
        permissions = write_entries({b"/DocMDP": reference(signature)})
        if b"/Perms" in file.entries(file.root):
            raise FormUnexpected("the document is certified and has no signature")
        file.update(file.root, {b"/Perms": permissions})

    def fill(self, field: int, signature: int) -> None:
        self._file.update(field, {b"/V": reference(signature)})

    def check_page(self, field: int) -> None:
        """Raise `FormUnexpected` unless the page of ``field`` can take another one."""
        referred_list(self._file.entries(self._page_of(field)), b"/Annots")

    def add_stamp_field(self, name: str, *, beside: int, stamp: int) -> None:
        """Add a field that is not seen, on the page of the field ``beside``; it has its value."""
        file, number = self._file, self._file.new_number()
        page = self._page_of(beside)
        entries = {
            b"/FT": b"/Sig",
            b"/T": b"(%b)" % name.encode("ascii"),
            b"/TU": b"(Timestamp)",
            b"/Type": b"/Annot",
            b"/Subtype": b"/Widget",
            b"/F": _PRINTED_LOCKED,
            b"/Rect": b"[0 0 0 0]",
            b"/P": reference(page),
            b"/V": reference(stamp),
        }
        for holder, kind in ((self._number, b"/Fields"), (page, b"/Annots")):
            listed = referred_list(file.entries(holder), kind)
            file.update(holder, {kind: write_references([*listed, number])})
        file.put(number, entries)

    def next_renewal(self) -> tuple[str, int]:
        """Return the name of the next renewed stamp, and a field with a page to lie beside."""
        fields = self._fields()
        if not fields:
            raise FormUnexpected("the document has no signature to renew a stamp for")
        names = [self._file.entries(field).get(b"/T", b"") for field in fields]
        renewed = sum(name.startswith(b"(%b-" % RENEWED) for name in names)
        return f"{RENEWED.decode()}-{renewed + 1:02}", fields[0]

    def _page_of(self, field: int) -> int:
        return referred(self._file.entries(field), b"/P")

    def _fields(self) -> list[int]:
        return referred_list(self._file.entries(self._number), b"/Fields")
