"""Whatever document of ours, whatever fields: each signature appends, and all of them hold.

And whatever happened to a document before: it is signed, or refused by a name of
ours; never a crash in the middle of somebody's act.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pikepdf
import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils.reader import PdfFileReader

from esign.authorities import profiles
from esign.authorities.directory import TSA
from esign.errors import EsignError
from esign.pdf.drawings import Handwriting, RoundSeal, TypesetPage
from esign.pdf.fields import NOTARY_FIELD, OFFICE_FIELD, SignaturePlace, party_field, prepare_fields
from esign.pdf.levels import PadesLevel
from esign.pdf.signing import Act, Signatory, sign_field
from esign.testing import RunningOffice, archival_page, running_office
from esign.tsa.authority import TimeStampingAuthority
from esign.tsa.client import TimeStampSource
from esign.verification.changes import ReviewedOnce, check_changes
from esign.verification.coverage import covered
from esign.verification.der import check_der
from esign.verification.strict_cms import check_strict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from esign.cms.algorithms import Hashed

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
EXAMPLES: Final = settings(
    max_examples=20,
    deadline=None,
    # The office is the same for all; it is asked, not changed.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
HANDWRITING: Final = Handwriting((((0.1, 0.2), (0.9, 0.1)), ((0.4, 0.4),)))
FIELDS: Final = (NOTARY_FIELD, OFFICE_FIELD, *map(party_field, (1, 2, 3, 10, 99)))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT) as running:
        yield running


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Documents as pikepdf writes them: pages, texts and entries that nobody thought of."""
    numbers = st.integers(-99, 999)
    odd = st.text(st.characters(codec="utf-8"), max_size=12)
    with pikepdf.new() as pdf:
        for _ in range(draw(st.integers(1, 3))):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.contents_add(b"%d %d 72 72 re S" % (draw(numbers), draw(numbers)))
            page.obj.Rotate = draw(st.sampled_from([0, 90, 270]))
            page.obj[Name("/Odd")] = Dictionary(
                Text=String(draw(odd)), List=Array([1, Array([Name.Two]), draw(st.booleans())])
            )
            if draw(st.booleans()):
                note = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([1, 1, 9, 9]))
                page.obj.Annots = pdf.make_indirect(Array([pdf.make_indirect(note)]))
        pdf.docinfo[Name.Title] = draw(odd)
        saved = BytesIO()
        mode = draw(st.sampled_from(list(pikepdf.ObjectStreamMode)))
        pdf.save(saved, object_stream_mode=mode)
    return saved.getvalue()


@st.composite
def places(draw: st.DrawFn) -> list[SignaturePlace]:
    names = draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3, unique=True))
    drawings = [None, RoundSeal(), HANDWRITING, TypesetPage(archival_page())]
    found = []
    for name in names:
        left, bottom = draw(st.floats(0, 400)), draw(st.floats(0, 700))
        width, height = draw(st.floats(1, 150)), draw(st.floats(1, 120))
        found.append(
            SignaturePlace(
                field=name,
                page=draw(st.sampled_from([0, -1])),
                box=(left, bottom, left + width, bottom + height),
                label=draw(st.text(st.characters(codec="utf-8"), max_size=8)),
                drawing=draw(st.sampled_from(drawings)),
            )
        )
    return found


def local_source(office: RunningOffice) -> TimeStampSource:
    authority = TimeStampingAuthority(
        certificate=office.files.certificate(TSA),
        key=f"file:{TSA}",
        custody=office.vault,
        now=office.now,
        proof=lambda: None,
    )
    return TimeStampSource("", roots=office.roots, now=office.now, exchange=authority.answer)


def signed(
    office: RunningOffice, document: bytes, field: str, level: PadesLevel, *, by: Signatory
) -> bytes:
    act = Act(
        field=field,
        level=level,
        certifies=b"/ByteRange" not in document,
        at=AT,
        handwriting=HANDWRITING if field.startswith("party") else None,
    )
    stamper = local_source(office).stamper()
    return sign_field(document, act, by, revocation=office.revocation(), stamper=stamper)


def digest_of(signed: bytes, hashed: Hashed) -> bytes:
    return hashed(signed).digest()


def check_whole(document: bytes, fields: Sequence[str]) -> None:
    """Every byte is covered, qpdf has nothing to say, pyHanko sees no other change."""
    for reach in covered(document):
        check_der(reach.contents)
        signed = document[: reach.gap_start] + document[reach.gap_end : reach.end]
        check_strict(reach.contents, partial(digest_of, signed))
    with pikepdf.open(BytesIO(document), attempt_recovery=False) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert pdf.get_warnings() == []
    reader = PdfFileReader(BytesIO(document), strict=True)
    names = [signature.field_name for signature in reader.embedded_regular_signatures]
    assert names == list(fields)
    for signature in reader.embedded_signatures:
        check_changes(signature, ReviewedOnce())


@EXAMPLES
@given(
    base=documents(),
    fields=places(),
    levels=st.lists(st.sampled_from(PadesLevel), min_size=3, max_size=3),
)
def test_all_signatures_of_any_document_hold(
    office: RunningOffice,
    base: bytes,
    fields: list[SignaturePlace],
    levels: list[PadesLevel],
) -> None:
    document = prepare_fields(base, fields)
    by = office.signatory(profiles.NOTARY)
    for place, level in zip(fields, levels, strict=False):
        before = document
        document = signed(office, before, place.field, level, by=by)
        assert document.startswith(before)
    check_whole(document, [place.field for place in fields])


@settings(EXAMPLES, max_examples=6)
@given(text=st.text(st.sampled_from("公证处房屋買賣ABC ()\\"), max_size=60), fields=places())
def test_all_signatures_of_a_typeset_document_hold(
    office: RunningOffice, text: str, fields: list[SignaturePlace]
) -> None:
    paper = '#set document(date: datetime(year: 2026, month: 3, day: 1))\n#sys.inputs.at("text")'
    base = typst.compile(paper.encode(), pdf_standards=["a-2b"], sys_inputs={"text": text})
    document = prepare_fields(base, fields)
    by = office.signatory(profiles.NOTARY)
    for place in fields:
        document = signed(office, document, place.field, PadesLevel.B_LTA, by=by)
    check_whole(document, [place.field for place in fields])


@pytest.fixture(scope="module")
def half_signed(office: RunningOffice) -> bytes:
    fields = [
        SignaturePlace(field=name, page=0, box=(50, at, 150, at + 50), label="签名")
        for name, at in (("party-01", 100), ("party-02", 200))
    ]
    by = office.signatory(profiles.NOTARY)
    prepared = prepare_fields(archival_page(), fields)
    return signed(office, prepared, "party-01", PadesLevel.B_LTA, by=by)


@settings(EXAMPLES, max_examples=250)
@given(data=st.data())
def test_altered_document_is_signed_or_refused_by_name(
    office: RunningOffice, half_signed: bytes, data: st.DataObject
) -> None:
    document = bytearray(half_signed)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(document) - 1))
        until = at + data.draw(st.integers(0, 12))
        document[at:until] = data.draw(
            st.one_of(st.binary(max_size=12), st.sampled_from([b"<<", b">>", b"[", b"1 0 R", b""]))
        )
    by = office.signatory(profiles.NOTARY)
    try:
        grown = signed(office, bytes(document), "party-02", PadesLevel.B_B, by=by)
    except EsignError:
        return
    assert grown.startswith(document)
