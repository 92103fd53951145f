"""What each revision of a PDF signs, and what it may have changed.

In each revision after the first there is exactly one signature, which covers everything before
and around it. Each object that a revision writes has to be one of the few that signing writes
(DocMDP 2, ISO 32000-1 12.8.2.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from esign.offline.parts.der import der_end
from esign.offline.parts.faults import Fault, require
from esign.offline.parts.pdf_files import Entries, Pdf, Revision, references

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


@dataclass
class Covered:
    """The signature of one revision: its dictionary, its CMS, and the bytes it covers."""

    number: int
    entries: Entries
    contents: bytes
    content: bytes

    @property
    def is_stamp(self) -> bool:
        return self.entries.get(b"/Type") == b"/DocTimeStamp"


def signature_of(pdf: Pdf, index: int) -> Covered:
    """Return the one signature of a revision, which covers the file up to the revision's end."""
    revision, where = pdf.revisions[index], pdf.where
    numbers = [n for n, (entries, _) in revision.written.items() if b"/ByteRange" in entries]
    require(len(numbers) == 1, "pdf_coverage", where, "a revision without exactly one signature")
    entries = revision.written[numbers[0]][0]
    reach = _RANGE.fullmatch(b"/ByteRange " + entries[b"/ByteRange"])
    if reach is None:
        raise Fault("pdf_coverage", where, "ByteRange")
    zero, gap, after, rest = (int(number) for number in reach.groups())
    hole = entries.get(b"/Contents", b"")
    starts = revision.start < gap < after < revision.table_at
    require(zero == 0 and starts and pdf.data[gap:after] == hole, "pdf_coverage", where, "Contents")
    require(
        after + rest == revision.end, "pdf_coverage", where, "a signature does not reach to the end"
    )
    require(re.fullmatch(rb"<(?:[0-9a-f]{2})+>", hole), "pdf_coverage", where, "Contents")
    padded = bytes.fromhex(hole[1:-1].decode())
    _, end = der_end(padded, 0)
    require(not any(padded[end:]), "pdf_coverage", where, "after the signature")
    kinds = {(b"/Sig", b"/ETSI.CAdES.detached"), (b"/DocTimeStamp", b"/ETSI.RFC3161")}
    require((entries.get(b"/Type"), entries.get(b"/SubFilter")) in kinds, "pdf_form", where)
    return Covered(
        numbers[0], entries, padded[:end], pdf.data[:gap] + pdf.data[after : revision.end]
    )


def check_changes(pdf: Pdf, index: int, signature: Covered) -> None:
    """Raise `pdf_changed` unless a revision wrote only what signing writes."""
    revision, before = pdf.revisions[index], index - 1
    root = references(pdf.revisions[0].trailer[b"/Root"])[0]
    same = all(
        revision.trailer.get(k) == pdf.revisions[0].trailer.get(k) for k in (b"/Root", b"/Info")
    )
    require(same, "pdf_changed", pdf.where, "trailer")
    form = references(pdf.known(root, before)[b"/AcroForm"])[0]
    old_fields = references(pdf.known(form, before)[b"/Fields"])
    new_fields = references(pdf.known(form, index)[b"/Fields"])
    catalog = pdf.known(root, index)
    store = references(catalog[b"/DSS"])[0] if b"/DSS" in catalog else None
    held = pdf.known(store, index) if store is not None else {}
    stored = {
        n
        for kind in (b"/Certs", b"/CRLs", b"/OCSPs")
        if kind in held
        for n in references(held[kind])
    }
    own = (b"%d 0 R" % signature.number, index == 1)
    for number, (entries, _) in revision.written.items():
        old = pdf.entries(number, before)
        changed = {k for k in {*entries, *(old or {})} if entries.get(k) != (old or {}).get(k)}
        if number == root:
            good = _catalog_may(entries, old or {}, changed, own)
        elif number == form:
            good = changed <= {b"/Fields"} and new_fields[: len(old_fields)] == old_fields
        elif number == signature.number:
            good = old is None
        elif number == store:
            good = changed <= {b"/Certs", b"/CRLs", b"/OCSPs"} and _grows(old, entries, changed)
        elif number in stored:
            good = old is None and set(entries) == {b"/Length"}
        elif old is None:
            good = _is_new_stamp(entries, own[0]) if number in new_fields else _is_drawing(entries)
        elif number in old_fields:
            good = _is_filled(entries, changed, own[0], revision)
        else:
            good = (
                old.get(b"/Type") == b"/Page"
                and changed <= {b"/Annots"}
                and _grows(old, entries, changed)
            )
            added = references(entries.get(b"/Annots", b"[]"))[
                len(references(old.get(b"/Annots", b"[]"))) :
            ]
            good = good and set(added) <= set(new_fields) - set(old_fields)
        require(good, "pdf_changed", pdf.where, f"object {number}")
    values = [pdf.known(number, index).get(b"/V") for number in new_fields]
    require(values.count(own[0]) == 1, "pdf_changed", pdf.where, "a signature without its field")


def _catalog_may(
    entries: Entries, old: Entries, changed: set[bytes], own: tuple[bytes, bool]
) -> bool:
    """Only the security store is added, and by the first signature the certification."""
    certifies = b"/Perms" not in changed or (
        own[1]
        and re.fullmatch(rb"<<\s*/DocMDP\s+%b\s*>>" % own[0], entries.get(b"/Perms", b""))
        is not None
    )
    return (
        certifies
        and changed <= {b"/DSS", b"/Perms"}
        and (b"/DSS" not in changed or b"/DSS" not in old)
    )


def _grows(old: Entries | None, new: Entries, names: set[bytes]) -> bool:
    """Each list of references begins with what it was."""
    pairs = [(references((old or {}).get(n, b"[]")), references(new.get(n, b"[]"))) for n in names]
    return all(after[: len(before)] == before for before, after in pairs)


def _is_new_stamp(entries: Entries, own: bytes) -> bool:
    unseen = entries.get(b"/Rect") == b"[0 0 0 0]" and entries.get(b"/V") == own
    allowed = {b"/FT", b"/T", b"/TU", b"/Type", b"/Subtype", b"/F", b"/Rect", b"/P", b"/V"}
    return unseen and entries.get(b"/FT") == b"/Sig" and set(entries) <= allowed


def _is_drawing(entries: Entries) -> bool:
    """Handwriting: a form of lines, without resources of its own."""
    plain = entries.get(b"/Subtype") == b"/Form" and entries.get(b"/Resources") == b"<< >>"
    return plain and set(entries) <= {b"/Type", b"/Subtype", b"/BBox", b"/Resources", b"/Length"}


def _is_filled(entries: Entries, changed: set[bytes], own: bytes, revision: Revision) -> bool:
    """A field that waited gets its value, and a party's field the handwriting of this revision."""
    drawn = re.fullmatch(rb"<<\s*/N\s+(\d+) 0 R\s*>>", entries.get(b"/AP", b""))
    fresh = drawn is not None and int(drawn[1]) in revision.written
    may_draw = b"/AP" not in changed or (fresh and entries.get(b"/T", b"").startswith(b"(party-"))
    return (
        entries.get(b"/V") == own and changed <= {b"/V", b"/AP"} and b"/V" in changed and may_draw
    )
