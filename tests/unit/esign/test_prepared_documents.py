"""What may be signed at all, and the fields that are made for it."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
import typst
from pikepdf import Array, Dictionary, Name, String

from esign.errors import FieldMissing, LintFailed
from esign.lints.documents import SEALING_LINTS
from esign.pdf.drawings import Handwriting, RoundSeal, TypesetPage
from esign.pdf.fields import SignaturePlace, party_field, prepare_fields
from esign.pdf.revisions import has_revision
from esign.testing import archival_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BOX = (80.0, 60.0, 220.0, 110.0)


def changed(change: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(BytesIO(archival_page())) as pdf:
        change(pdf)
        saved = BytesIO()
        pdf.save(saved)
    return saved.getvalue()


def told(document: bytes) -> list[str]:
    return [reason for lint in SEALING_LINTS if (reason := lint(document))]


def open_action(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.URI, URI=String("https://example.test"))


def script_by_name(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array()))


def script_on_a_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = Array(
        [Dictionary(Subtype=Name.Link, A=Dictionary(S=Name.JavaScript))]
    )


def launch_deep_inside(pdf: pikepdf.Pdf) -> None:
    action = pdf.make_indirect(Dictionary(S=Name.Launch))
    pdf.Root.Odd = Array([Array([Dictionary(Next=action)])])


def launch_named_elsewhere(pdf: pikepdf.Pdf) -> None:
    """The kind of the action is an object of its own, as ISO 32000-1 7.3.10 allows."""
    kind = pdf.make_indirect(Name.Launch)
    pdf.Root.Odd = pdf.make_indirect(Dictionary(Type=Name.Action, S=kind, F=String("x.exe")))


def launch_named_elsewhere_inside(pdf: pikepdf.Pdf) -> None:
    kind = pdf.make_indirect(Name.Launch)
    then = Dictionary(S=Name.GoTo, Next=Array([Dictionary(S=kind)]))
    pdf.Root.Odd = pdf.make_indirect(Array([Array([then])]))


def attached_file(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["other.txt"] = b"unseen"


def loose_file(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Odd = pdf.make_indirect(Dictionary(EF=Dictionary()))


def signed_field(pdf: pikepdf.Pdf) -> None:
    field = Dictionary(FT=Name.Sig, T=String("x"), V=Dictionary())
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))


def no_marker(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Metadata


@pytest.mark.parametrize(
    ("change", "words"),
    [
        # Something that happens when the file is opened.
        (open_action, "scripts or actions"),
        # Scripts, where they are listed and where they hide.
        (script_by_name, "contains scripts"),
        (script_on_a_page, "scripts or actions"),
        (launch_deep_inside, "scripts or actions"),
        (launch_named_elsewhere, "scripts or actions"),
        (launch_named_elsewhere_inside, "scripts or actions"),
        # Files inside, listed or loose.
        (attached_file, "other files"),
        (loose_file, "other files"),
        # Somebody signed before.
        (signed_field, "already signed"),
        # Nothing says that it is made to be kept.
        (no_marker, "not marked as PDF/A"),
    ],
)
def test_document_that_must_not_be_sealed_is_refused_with_the_reason(
    change: Callable[[pikepdf.Pdf], None], words: str
) -> None:
    (reason,) = told(changed(change))
    assert words in reason


def written(entries: bytes, kind: bytes = b"") -> bytes:
    """Return a page beside which ``entries`` stand, byte by byte, and ``kind`` as object 5.

    As long as what a library wrote there, so that the table holds.
    """

    def odd(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Odd = pdf.make_indirect(
            Dictionary(X=String("x" * 60), Y=pdf.make_indirect(String("y" * 12)))
        )

    document = changed(odd)
    for filler, text in ((b"/X (%b) /Y 5 0 R" % (b"x" * 60), entries), (b"(yyyyyyyyyyyy)", kind)):
        assert document.count(filler) == 1
        document = document.replace(filler, text.ljust(len(filler)) or filler)
    return document


@pytest.mark.parametrize("kind", [b"/S /Launch", b"/S /L#61unch", b"/#53 /Launch", b"/#41#41 <<>>"])
def test_action_is_known_however_its_name_is_written(kind: bytes) -> None:
    (reason,) = told(written(kind))
    assert "scripts or actions" in reason


@pytest.mark.parametrize("twice", [b"/S /Launch /S /GoTo", b"/S /Launch /#53 /GoTo"])
def test_action_of_two_kinds_is_refused_whichever_a_reader_takes(twice: bytes) -> None:
    assert told(written(twice)) == ["the document gives one entry two values"]


@pytest.mark.parametrize("kind", [b"1 0 R", b"[/Launch]", b"(Launch)"])
def test_kind_of_an_action_that_is_no_name_is_refused(kind: bytes) -> None:
    """A reference to a reference, for one, which some readers follow and some do not."""
    (reason,) = told(written(b"/S 5 0 R", kind))
    assert "scripts or actions" in reason


def test_honest_page_breaks_no_rule() -> None:
    assert told(archival_page()) == []


@pytest.mark.parametrize(
    ("document", "words"),
    [
        # Not a PDF.
        (b"GIF89a", "not a PDF"),
        # A PDF that would need repair.
        (archival_page()[:-40], "cannot be read"),
        # Larger than anything that is typeset here.
        (b"%PDF-" + bytes(64 * 1024 * 1024), "too large"),
    ],
)
def test_unreadable_document_is_refused_once(document: bytes, words: str) -> None:
    (reason,) = told(document)
    assert words in reason


def test_encrypted_document_is_refused() -> None:
    with pikepdf.open(BytesIO(archival_page())) as pdf:
        locked, open_to_read = BytesIO(), BytesIO()
        pdf.save(locked, encryption=pikepdf.Encryption(owner="o", user="u"))
        pdf.save(open_to_read, encryption=pikepdf.Encryption(owner="o", user=""))
    assert "password" in told(locked.getvalue())[0]
    assert "encrypted" in told(open_to_read.getvalue())[0]


def test_hundreds_of_pages_are_refused() -> None:
    many = changed(lambda pdf: pdf.pages.extend([pdf.pages[0]] * 500))
    assert told(many) == ["the document has no pages, or too many"]


def place(**changes: object) -> SignaturePlace:
    known = {"field": "party-01", "page": 0, "box": BOX, "label": "当事人"}
    return SignaturePlace(**{**known, **changes})  # type: ignore[arg-type]  # a test's short hand


def test_typeset_chinese_page_gets_its_fields_and_stays_archival(tmp_path: Path) -> None:
    source = tmp_path / "certificate.typ"
    source.write_text(
        '#set document(title: "公证书", date: datetime(year: 2026, month: 3, day: 1))\n'
        '#set text(font: "Noto Serif CJK SC", lang: "zh")\n= 公证书\n兹证明。'
    )
    typeset = typst.compile(str(source), pdf_standards=["a-2b"])
    seal = TypesetPage(typst.compile(str(source)))
    prepared = prepare_fields(
        typeset, [place(), place(field="office-1", box=(300, 60, 400, 160), drawing=seal)]
    )
    with pikepdf.open(BytesIO(prepared)) as pdf:
        assert [str(f.T) for f in pdf.Root.AcroForm.Fields] == ["party-01", "office-1"]
        assert pdf.Root.AcroForm.SigFlags == 3
        assert pdf.Root.Extensions.ESIC.BaseVersion == Name("/1.7")
        assert pdf.Root.AcroForm.Fields[1].AP.N.Subtype == Name.Form
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "2"


def test_prepared_document_is_the_same_every_time() -> None:
    places = [place(drawing=RoundSeal())]
    assert prepare_fields(archival_page(), places) == prepare_fields(archival_page(), places)


@pytest.mark.parametrize(
    ("places", "error"),
    [
        # Two fields of one name, and a name of another form.
        ([place(), place()], LintFailed),
        ([place(field="party-1")], LintFailed),
        # A page that is not there.
        ([place(page=7)], FieldMissing),
        # A box without height, and one turned round.
        ([place(box=(10, 10, 20, 10))], LintFailed),
        ([place(box=(20, 10, 10, 20))], LintFailed),
        # A seal that is no PDF.
        ([place(drawing=TypesetPage(b"GIF89a"))], LintFailed),
    ],
)
def test_field_that_cannot_be_made_is_refused(
    places: list[SignaturePlace], error: type[Exception]
) -> None:
    with pytest.raises(error):
        prepare_fields(archival_page(), places)


def test_document_that_breaks_a_rule_gets_no_fields() -> None:
    with pytest.raises(LintFailed):
        prepare_fields(changed(attached_file), [place()])


@pytest.mark.parametrize(
    "strokes",
    [
        # Nothing was written.
        (),
        ((),),
        # More points than a hand makes.
        (((0.5, 0.5),) * 20_001,),
        # Outside the field, and not a number.
        (((1.5, 0.5),),),
        (((float("nan"), 0.5),),),
    ],
)
def test_handwriting_that_is_none_is_refused(
    strokes: tuple[tuple[tuple[float, float], ...], ...],
) -> None:
    with pytest.raises(LintFailed):
        Handwriting(strokes)


def test_single_touch_is_drawn_as_a_dot() -> None:
    prepared = prepare_fields(archival_page(), [place(drawing=Handwriting((((0.5, 0.5),),)))])
    with pikepdf.open(BytesIO(prepared)) as pdf:
        drawn = pdf.Root.AcroForm.Fields[0].AP.N.read_bytes()
    assert drawn.splitlines()[1:4] == [b"70.00 25.00 m", b"70.00 25.00 l", b"S"]


def test_parties_are_counted_from_one_to_ninety_nine() -> None:
    assert [party_field(1), party_field(99)] == ["party-01", "party-99"]
    for wrong in (0, 100):
        with pytest.raises(FieldMissing):
            party_field(wrong)


def test_revision_is_a_beginning_up_to_an_end_of_file_mark() -> None:
    first = b"%PDF-1.7 one %%EOF"
    whole = first + b"\r\n two %%EOF\n"
    assert has_revision(whole, hashlib.sha256(first).hexdigest())
    assert has_revision(whole, hashlib.sha256(whole).hexdigest())
    assert not has_revision(whole, hashlib.sha256(whole[:-1] + b"x").hexdigest())
    assert not has_revision(whole, hashlib.sha256(b"%PDF").hexdigest())
