"""Only files that we wrote ourselves get a signature; what is odd is refused by name."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pikepdf
import pytest

from esign.errors import ChainInvalid, FieldMissing, FormUnexpected, RoomExceeded
from esign.pdf.drawings import Handwriting
from esign.pdf.fields import prepare_fields
from esign.pdf.growing_file import GrowingFile
from esign.pdf.late_drawing import draw_on_field
from esign.pdf.own_file import LARGEST
from esign.pdf.security_store import extend_store
from esign.pdf.signature_form import STAMP, SignatureForm, signature_entries
from esign.pdf.syntax import Entries, read_entries
from esign.testing import archival_page, sealing_places
from esign.verification.coverage import covered

if TYPE_CHECKING:
    from collections.abc import Callable

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PREPARED: Final = prepare_fields(archival_page(), sealing_places())


def grown(document: bytes = PREPARED, field: str = "notary-1", *, certifies: bool = True) -> bytes:
    """Return ``document`` with a revision whose signature is none, but whose form is right."""
    file = GrowingFile(document)
    form = SignatureForm(file)
    found, number = form.empty_field(field), file.new_number()
    if certifies:
        form.certify(number)
    draw_on_field(file, found, Handwriting((((0.5, 0.5),),)))
    form.fill(found, number)
    extend_store(file, certificates=[b"one", b"two"], lists=[b"list"])
    file.close(number, signature_entries(AT, certifies=certifies), 8)
    file.fill(b"\x30\x06signed")
    stamp = file.new_number()
    form.add_stamp_field(f"archive-{field}", beside=found, stamp=stamp)
    file.close(stamp, STAMP, 8)
    file.fill(b"\x30\x06stamps")
    return file.document()


def test_what_is_appended_is_what_the_signature_says_it_covers() -> None:
    document = grown()
    assert document.startswith(PREPARED)
    assert [reach.contents for reach in covered(document)] == [b"\x30\x06signed", b"\x30\x06stamps"]
    with pikepdf.open(BytesIO(document), attempt_recovery=False) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert pdf.get_warnings() == []
        assert [each.read_bytes() for each in pdf.Root.DSS.Certs] == [b"one", b"two"]


def test_first_identifier_stays_and_the_second_is_of_the_state() -> None:
    def identifiers(document: bytes) -> tuple[bytes, bytes]:
        with pikepdf.open(BytesIO(document)) as pdf:
            return bytes(pdf.trailer.ID[0]), bytes(pdf.trailer.ID[1])

    before, after = identifiers(PREPARED), identifiers(grown())
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_page_that_takes_no_archive_field_is_noticed_before_anybody_signs() -> None:
    document = replaced(b"/Annots [ 5 0 R 6 0 R ]", b"/Annots 5 0 R          ")
    form = SignatureForm(GrowingFile(document))
    with pytest.raises(FormUnexpected):
        form.check_page(form.empty_field("notary-1"))


def test_store_keeps_what_it_has_and_adds_nothing_twice() -> None:
    with pikepdf.open(BytesIO(grown(grown(), "office-1", certifies=False))) as pdf:
        assert len(pdf.Root.DSS.Certs) == 2
        assert len(pdf.Root.DSS.CRLs) == 1


def test_second_signature_cannot_certify() -> None:
    with pytest.raises(ChainInvalid):
        grown(grown(), "office-1", certifies=True)


def test_signature_larger_than_its_room_is_refused() -> None:
    file = GrowingFile(PREPARED)
    file.close(file.new_number(), STAMP, 8)
    with pytest.raises(RoomExceeded):
        file.fill(bytes(9))


def saved(**options: object) -> bytes:
    with pikepdf.open(BytesIO(PREPARED)) as pdf:
        document = BytesIO()
        pdf.save(document, **options)  # type: ignore[arg-type]  # a test's short hand
    return document.getvalue()


def replaced(old: bytes, new: bytes, document: bytes = PREPARED) -> bytes:
    """Return ``document`` with something else of the same length, so that offsets stay."""
    assert len(old) == len(new)
    assert document.count(old) >= 1
    return document.replace(old, new, 1)


def tail(document: bytes, **changes: bytes) -> bytes:
    """Return ``document`` with entries of its trailer changed."""
    start = document.rindex(b"trailer ") + len(b"trailer ")
    entries, end = read_entries(document, start)
    changed: Entries = {**entries, **{b"/" + k.encode(): v for k, v in changes.items()}}
    written = b"<< %b >>" % b" ".join(k + b" " + v for k, v in changed.items() if v)
    return document[:start] + written + document[end:]


TABLE_AT: Final = int(re.findall(rb"startxref\n(\d+)", PREPARED)[-1])


@pytest.mark.parametrize(
    "document",
    [
        # Not a PDF, and one that has lost its beginning.
        b"GIF89a",
        PREPARED[1:],
        # Larger than what the verifier reads.
        b"%PDF-1.7" + bytes(LARGEST),
        # Junk after the end, no end, and an end without its line.
        PREPARED + b"junk",
        PREPARED[:-4],
        PREPARED[:-1],
        # Objects inside of others, tables as streams.
        saved(object_stream_mode=pikepdf.ObjectStreamMode.generate),
        # Encrypted; tables of two kinds.
        tail(PREPARED, Encrypt=b"1 0 R"),
        tail(PREPARED, XRefStm=b"7"),
        # A table that is not where it is said to be, or nothing but a head.
        replaced(b"startxref\n%d" % TABLE_AT, b"startxref\n%d" % (TABLE_AT - 1)),
        replaced(b"trailer", b"trailed"),
        # Tables in a circle, and one further on.
        tail(PREPARED, Prev=b"%d" % TABLE_AT),
        tail(PREPARED, Prev=b"%d" % (TABLE_AT + 1)),
        # No root, no identifier, no size, more objects than there can be.
        tail(PREPARED, Root=b""),
        tail(PREPARED, ID=b""),
        tail(PREPARED, ID=b"[<00>]"),
        tail(PREPARED, Size=b"-1"),
        tail(PREPARED, Size=b"9000000"),
        # A root in no table, and one that is free.
        tail(PREPARED, Root=b"99 0 R"),
        tail(PREPARED, Root=b"0 0 R"),
        # An object elsewhere than the table says, or of another generation.
        replaced(b"0000000015 00000 n", b"0000000016 00000 n"),
        replaced(b"0000000015 00000 n", b"0000000015 00001 n"),
        replaced(b"0000000015 00000 n", b"0000000015 00000 f"),
        replaced(b"0000000015 00000 n", b"x000000015 00000 n"),
        # A form that is not there, or written into the catalog.
        replaced(b"/AcroForm", b"/AcroFarm"),
        replaced(b"/AcroForm 2 0 R", b"/AcroForm << >>"),
        # Fields that are no list of references.
        replaced(b"/Fields [ 5 0 R 6 0 R ]", b"/Fields [ 5 0 R 6 0 Q ]"),
        # A name twice, a comment, a bracket too many or too few.
        replaced(b"/SigFlags 3", b"/Fields 333"),
        replaced(b"/SigFlags 3", b"%SigFlags 3"),
        replaced(b"/SigFlags 3", b"/SigFlags ]"),
        replaced(b"/SigFlags 3", b"/SigFlags ["),
        replaced(b"/SigFlags 3", b"/SigFlags >"),
        replaced(b"<< /Fields", b"{{ /Fields"),
        # A permission without the signature that gave it.
        replaced(b"/Metadata 3 0 R", b"/Perms       41"),
        # A field without a place, or without a page.
        replaced(b"/Rect [ 90 90 210 140 ]", b"/Rect [ 90 90 210 /No ]"),
        replaced(b"/P 7 0 R /Rect [ 90", b"/P (7 R) /Rect [ 90"),
        # A page whose annotations are elsewhere.
        replaced(b"/Annots [ 5 0 R 6 0 R ]", b"/Annots 5 0 R          "),
    ],
)
def test_file_of_another_form_gets_no_signature(document: bytes) -> None:
    with pytest.raises(FormUnexpected):
        grown(document)


def deeper(levels: int) -> bytes:
    return b"<< /A " + b"[" * levels + b"]" * levels + b" >>"


def test_value_is_nested_only_so_deep() -> None:
    assert read_entries(deeper(8), 0)[0] == {b"/A": b"[" * 8 + b"]" * 8}
    with pytest.raises(FormUnexpected, match="nested"):
        read_entries(deeper(2000), 0)


@pytest.mark.parametrize(
    ("source", "entries"),
    [
        # Values of every kind, as they are written.
        (b"<<>>", {}),
        (b"<</A/B/C 1.5/D true>>", {b"/A": b"/B", b"/C": b"1.5", b"/D": b"true"}),
        (b"<< /A (a\\)b) /B <00 ff> >>", {b"/A": b"(a\\)b)", b"/B": b"<00 ff>"}),
        (b"<< /A << /B [ 1 0 R (>>) ] >> >>", {b"/A": b"<< /B [ 1 0 R (>>) ] >>"}),
        # A reference is one value, a number before a name is another.
        (b"<</A 1 0 R/B 1>>", {b"/A": b"1 0 R", b"/B": b"1"}),
    ],
)
def test_dictionary_keeps_its_values_as_they_are_written(source: bytes, entries: Entries) -> None:
    assert read_entries(source, 0) == (entries, len(source))


@pytest.mark.parametrize(
    "source",
    [
        # A reference to another generation is no reference, and three values are not one.
        b"<< /A 1 1 R >>",
        # Numbers and words that only begin like ones.
        b"<< /A 1x >>",
        b"<< /A truest >>",
        # Strings without an end.
        b"<< /A (b >>",
        b"<< /A <0g> >>",
        # No value, no name, no end.
        b"<< /A >>",
        b"<< 1 2 >>",
        b"<< /A 1",
        b"<< /A [ 1",
    ],
)
def test_dictionary_that_is_malformed_is_refused(source: bytes) -> None:
    with pytest.raises(FormUnexpected):
        read_entries(source, 0)


def described(document: bytes) -> bytes:
    """Return ``document`` with a certificate in its store that claims to be filtered."""
    return replaced(b"<< /Length 3 >>", b"<< /Langth 3 >>", document)


@pytest.mark.parametrize(
    "spoil",
    [
        described,
        lambda document: replaced(b"/Certs [", b"/Certs <", document),
        lambda document: replaced(b"\nstream\none", b"\nstram\nonee", document),
        lambda document: replaced(b"one\nendstream", b"one endstream", document),
    ],
)
def test_store_of_another_form_is_not_extended(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(FormUnexpected):
        grown(spoil(grown()), "office-1", certifies=False)


def test_field_of_another_kind_is_no_place_for_a_signature() -> None:
    with pytest.raises(FieldMissing):
        grown(replaced(b"/FT /Sig", b"/FT /Btn"))
    with pytest.raises(FieldMissing):
        grown(grown(), certifies=False)
