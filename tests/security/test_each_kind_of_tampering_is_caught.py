"""Each published way to change a signed PDF, on a certificate and on a deed of three signers.

The incremental ones twice: as they are, and closed by a genuine time-stamp, which
anybody can have from the authority; then every byte is covered again, and what
changed is all that tells. After the shadow attacks of Mainka, Mladenov and Rohlmann
(NDSS 2021) and the incremental saving and signature wrapping attacks of Mladenov
and others (CCS 2019). pyHanko's difference analysis is the second judge.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pytest
import typst
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel

from esign.errors import FormUnexpected, VerificationFailed
from esign.evidence import EvidenceDigests
from esign.pdf.deeds import PartySignature
from esign.pdf.fields import SignaturePlace, party_field, prepare_fields
from esign.pdf.renewal import append_stamp
from esign.testing import RunningOffice, running_office, sealing_places
from esign.verification import verify
from esign.verification.coverage import covered
from esign.verification.own_seal import check_own_seal
from server.catalogue.loading import load_catalogue
from server.register.checked import DIGESTS, Outcome
from server.register.document_standing import standing_of_document
from server.web.verification_result import result_of_document
from server.web.verification_wording import words
from tests.hostile.revisions import (
    Look,
    drawn,
    first_table,
    in_object_stream,
    last_table,
    stream,
    tail,
    with_objects,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.register.document_standing import DocumentStanding
    from tests.hostile.revisions import Objects

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
CATALOGUE: Final = load_catalogue()
PAPER: Final = (
    '#set document(title: "文书", date: datetime(year: 2026, month: 3, day: 1))\n'
    '#set text(font: "Noto Serif CJK SC", lang: "zh")\n= 文书\n付款壹佰元。'
)
KINDS = pytest.mark.parametrize("kind", ["certificate", "deed"])
CLOSED = pytest.mark.parametrize("closed", [False, True], ids=["as it is", "closed by a stamp"])
WHITE: Final = b"1 1 1 rg 0 0 600 850 re f"
LINE: Final = b"0 0 1 RG 100 100 m 400 700 l S"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT) as running:
        yield running


@pytest.fixture(scope="module")
def files(office: RunningOffice) -> dict[str, bytes]:
    paper = typst.compile(PAPER.encode(), pdf_standards=["a-2b"])
    return {"certificate": sealed(office, paper), "deed": signed_deed(office, paper)}


def sealed(office: RunningOffice, paper: bytes) -> bytes:
    sealer = office.sealer()
    return sealer.seal(sealer.prepare(paper))


def signed_deed(office: RunningOffice, paper: bytes, parties: int = 3) -> bytes:
    places = [
        SignaturePlace(
            field=party_field(n), page=0, box=(80, 60 * n, 220, 60 * n + 50), label="当事人"
        )
        for n in range(1, parties + 1)
    ]
    deed = prepare_fields(paper, places)
    evidence = EvidenceDigests(
        identity_check="1" * 64,
        ceremony_segment="2" * 64,
        document=hashlib.sha256(deed).hexdigest(),
    )
    for number in range(1, parties + 1):
        party = PartySignature(
            field=party_field(number), common_name=f"当事人{number}", evidence=evidence
        )
        deed = office.deed_signer().sign(deed, party)
    return deed


def judged(office: RunningOffice, document: bytes) -> DocumentStanding:
    """Judge as the public page does, before a register that has never seen the file."""
    return standing_of_document(
        document,
        catalogue=CATALOGUE,
        verify_document=lambda d: verify(d, roots=office.roots, at=office.now()),
        look_up=lambda _: None,
    )


@cache
def permitted() -> bytes:
    """The certificate's paper before anybody signed."""
    return prepare_fields(typst.compile(PAPER.encode(), pdf_standards=["a-2b"]), sealing_places())


def own_check_refuses(office: RunningOffice, document: bytes) -> bool:
    """Say whether what sealing asks of its own work before it hands it out refuses this."""
    try:
        check_own_seal(document, office.wanted(permitted()), at=office.now())
    except VerificationFailed:
        return True
    return False


def assert_caught(office: RunningOffice, document: bytes) -> None:
    assert own_check_refuses(office, document)
    found = judged(office, document)
    for language, says in (("zh-CN", "被改动"), ("en", "Altered")):
        page = result_of_document(found, len(document), words(language))
        assert words(language)(f"state.{page.state}") == says
    failed = [check.code for check in found.checks if check.outcome is Outcome.FAILED]
    # The step that failed, and a register that never kept such a file.
    assert len(failed) == 2
    assert failed[1] == DIGESTS
    assert pyhanko_objects(document)


def pyhanko_objects(document: bytes) -> bool:
    """Say whether pyHanko finds something, too: it reads without being strict."""
    try:
        reader = PdfFileReader(BytesIO(document), strict=False)
        found = list(reader.embedded_signatures)
        for signature in found:
            signature.compute_integrity_info()
        facts = [signature.summarise_integrity_info() for signature in found]
        digests = [_imprint(s) == s.compute_digest() for s in found]
    except (PdfError, SignatureValidationError, ValueError, KeyError, TypeError):
        return True
    if not found or not all(digests):
        return True
    reaches_all = facts[-1]["coverage"] is SignatureCoverageLevel.ENTIRE_FILE
    return not reaches_all or any(
        fact["docmdp_ok"] is False
        or getattr(fact["diff_result"], "modification_level", ModificationLevel.OTHER)
        is ModificationLevel.OTHER
        for fact in facts
    )


def _imprint(signature: object) -> bytes:
    info = signature.signer_info  # type: ignore[attr-defined]  # pyHanko's
    if signature.sig_object_type == "/DocTimeStamp":  # type: ignore[attr-defined]  # likewise
        data = signature.signed_data["encap_content_info"]["content"].parsed  # type: ignore[attr-defined]  # likewise
        imprint: bytes = data["message_imprint"]["hashed_message"].native
        return imprint
    attributes = {a["type"].native: a["values"][0].native for a in info["signed_attrs"]}
    stated: bytes = attributes["message_digest"]
    return stated


def stamped(office: RunningOffice, document: bytes) -> bytes:
    """Close ``document`` with a genuine time-stamp, whatever was done to it."""
    root_list = office.revocation().trust.root_list
    return append_stamp(
        document, certificates=[], lists=[root_list], stamper=office.stamps.stamper()
    )


def assert_revision_is_caught(
    office: RunningOffice, document: bytes, objects: Objects, *, closed: bool
) -> None:
    altered = with_objects(document, objects)
    assert_caught(office, stamped(office, altered) if closed else altered)


@KINDS
def test_a_file_that_nobody_touched_passes_and_so_does_one_with_a_further_stamp(
    office: RunningOffice, files: dict[str, bytes], kind: str
) -> None:
    """Or none of the others proves anything."""
    for document in (files[kind], stamped(office, files[kind])):
        verify(document, roots=office.roots, at=AT)
        assert not pyhanko_objects(document)
    # Or that sealing would refuse it proves nothing either.
    assert own_check_refuses(office, files[kind]) == (kind == "deed")


@KINDS
def test_a_flipped_byte_of_the_text(
    office: RunningOffice, files: dict[str, bytes], kind: str
) -> None:
    altered = bytearray(files[kind])
    altered[altered.index(b"stream\n") + 20] ^= 1
    assert_caught(office, bytes(altered))


@KINDS
@CLOSED
def test_content_added_to_a_page(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    new = look.file.new_number()
    before = look.file.entries(look.page)[b"/Contents"]
    objects = [
        look.changed(look.page, Contents=b"[ %b %d 0 R ]" % (before, new)),
        (new, stream(LINE)),
    ]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_the_contents_of_a_page_replaced_by_others(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    new = look.file.new_number()
    objects = [look.changed(look.page, Contents=b"%d 0 R" % new), (new, stream(LINE))]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_the_stream_of_a_page_redefined_in_place(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    number = int(look.file.entries(look.page)[b"/Contents"].split()[0])
    objects = [(number, stream(LINE))]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_an_annotation_over_the_text(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    note = look.file.new_number()
    shown = note + 1
    before = look.file.entries(look.page)[b"/Annots"]
    objects = [
        look.changed(look.page, Annots=before[:-1] + b" %d 0 R ]" % note),
        (
            note,
            b"<< /Type /Annot /Subtype /FreeText /Rect [50 600 500 800] /Contents (1000)"
            b" /F 4 /AP << /N %d 0 R >> >>" % shown,
        ),
        (shown, drawn(LINE)),
    ]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@pytest.mark.parametrize("junk", [b"\n", b"\x00", b"% a remark\n", b"%%EOF\n", b"PK\x03\x04"])
def test_junk_after_the_end(
    office: RunningOffice, files: dict[str, bytes], kind: str, junk: bytes
) -> None:
    """Both judges see it in the file itself; that no such file was given out is told beside."""
    assert_caught(office, files[kind] + junk)


@KINDS
def test_a_signature_from_another_file(
    office: RunningOffice, files: dict[str, bytes], kind: str
) -> None:
    other = sealed(office, typst.compile(b"= Other", pdf_standards=["a-2b"]))
    donor, own = covered(other)[0], covered(files[kind])[0]
    room = own.gap_end - own.gap_start - 2
    contents = donor.contents.hex().encode().ljust(room, b"0")
    document = files[kind]
    assert_caught(
        office, document[: own.gap_start + 1] + contents[:room] + document[own.gap_end - 1 :]
    )


@KINDS
def test_two_fields_of_one_file_exchange_their_signatures(
    office: RunningOffice, files: dict[str, bytes], kind: str
) -> None:
    document = bytearray(files[kind])
    ranges = covered(files[kind])
    first, second = ranges[0], ranges[1 if kind == "certificate" else 2]
    for here, there in ((first, second), (second, first)):
        room = here.gap_end - here.gap_start - 2
        put = there.contents.hex().encode().ljust(room, b"0")[:room]
        document[here.gap_start + 1 : here.gap_end - 1] = put
    assert_caught(office, bytes(document))


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        # Nothing is left that would prove the seal.
        ("certificate", "tampered"),
        # The stamps of the earlier signers prove the last one, too: only the digest tells.
        ("deed", "unknown"),
    ],
)
def test_the_last_revision_cut_off(
    office: RunningOffice, files: dict[str, bytes], kind: str, status: str
) -> None:
    """Without its archive time-stamp the file is never what was given out; the page says so."""
    cut = files[kind][: covered(files[kind])[-2].end]
    found = judged(office, cut)
    assert found.standing.status == status
    assert {check.code for check in found.checks if check.outcome is Outcome.FAILED} >= {DIGESTS}


def test_the_last_signer_cut_off_a_deed_is_what_the_register_notices(
    office: RunningOffice, files: dict[str, bytes]
) -> None:
    """The file is genuine: what two had signed before the third. Only the digest tells."""
    earlier = files["deed"][: covered(files["deed"])[-3].end]
    found = judged(office, earlier)
    assert len(found.report.signatures if found.report else ()) == 2
    assert (found.standing.status, found.standing.registered) == ("unknown", None)
    (digests,) = (check for check in found.checks if check.code == DIGESTS)
    assert digests.outcome is Outcome.FAILED
    assert hashlib.sha256(earlier).hexdigest() in digests.evidence
    page = result_of_document(found, len(earlier), words("en"))
    assert page.state == "unknown"
    assert "the register has no certificate that is this file" in page.says


@KINDS
@CLOSED
def test_shadow_hide_a_layer_is_taken_away(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    """What covered something is emptied, so that what lay below is seen."""
    look = Look.at(files[kind])
    field = look.file.entries(look.fields[1])
    number = int(field[b"/AP"].split(b"/N")[1].split()[0])
    objects = [(number, drawn(b""))] if kind == "certificate" else [(number, drawn(WHITE))]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_shadow_replace_a_value_is_laid_over_by_a_form_field(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    field, shown = look.file.new_number(), look.file.new_number()
    form = int(look.catalog[b"/AcroForm"].split()[0])
    every = b" ".join(b"%d 0 R" % number for number in (*look.fields, field))
    before = look.file.entries(look.page)[b"/Annots"]
    objects = [
        look.changed(form, Fields=b"[ %b ]" % every),
        look.changed(look.page, Annots=before[:-1] + b" %d 0 R ]" % field),
        (
            field,
            b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (sum) /V (1000) /F 4"
            b" /Rect [50 600 500 800] /AP << /N %d 0 R >> >>" % shown,
        ),
        (shown, drawn(LINE)),
    ]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_shadow_replace_what_is_seen_of_a_signature_is_redrawn(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    shown = look.file.new_number()
    objects = [
        look.changed(look.fields[0], AP=b"<< /N %d 0 R >>" % shown),
        (shown, drawn(LINE)),
    ]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_shadow_replace_a_field_is_moved_and_enlarged(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    objects = [look.changed(look.fields[0], Rect=b"[0 0 595 842]")]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_shadow_replace_a_font_that_shows_other_letters(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    number = look.fonts()[0]
    objects = [(number, b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>")]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_shadow_hide_and_replace_the_pages_are_others(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    new, contents = look.file.new_number(), look.file.new_number()
    objects = [
        look.changed(look.pages, Kids=b"[ %d 0 R ]" % new),
        (new, look.changed(look.page, Contents=b"%d 0 R" % contents)[1]),
        (contents, stream(LINE)),
    ]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_shadow_hide_and_replace_the_catalogue_is_another(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    root, pages, page, contents = (look.file.new_number() for _ in range(4))
    objects = [
        (root, look.changed(look.file.root, Pages=b"%d 0 R" % pages)[1]),
        (pages, b"<< /Type /Pages /Count 1 /Kids [ %d 0 R ] >>" % page),
        (
            page,
            look.changed(look.page, Parent=b"%d 0 R" % pages, Contents=b"%d 0 R" % contents)[1],
        ),
        (contents, stream(LINE)),
    ]
    altered = with_objects(files[kind], objects, root=root)
    assert_caught(office, stamped(office, altered) if closed else altered)


@KINDS
@CLOSED
def test_a_second_page_appended(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    page, contents = look.file.new_number(), look.file.new_number()
    objects = [
        look.changed(look.pages, Kids=b"[ %d 0 R %d 0 R ]" % (look.page, page), Count=b"2"),
        (
            page,
            b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R >>"
            % (look.pages, contents),
        ),
        (contents, stream(LINE)),
    ]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_optional_content_switched_off(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    group = look.file.new_number()
    layers = b"<< /OCGs [ %d 0 R ] /D << /OFF [ %d 0 R ] >> >>" % (group, group)
    objects = [
        look.changed(look.file.root, OCProperties=layers),
        (group, b"<< /Type /OCG /Name (text) >>"),
    ]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_an_action_that_runs_when_the_file_is_opened(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    run = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    objects = [look.changed(look.file.root, OpenAction=run)]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_the_certification_taken_out(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    """With `/Perms` gone, a viewer would allow whatever comes next."""
    look = Look.at(files[kind])
    objects = [look.without(look.file.root, b"/Perms")]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
@CLOSED
def test_a_field_emptied_of_its_signature(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    look = Look.at(files[kind])
    objects = [look.without(look.fields[1], b"/V")]
    assert_revision_is_caught(office, files[kind], objects, closed=closed)


@KINDS
def test_an_object_redefined_inside_a_compressed_stream(
    office: RunningOffice, files: dict[str, bytes], kind: str
) -> None:
    look = Look.at(files[kind])
    number, written = look.changed(look.page, MediaBox=b"[0 0 10 10]")
    assert_caught(office, in_object_stream(files[kind], number, written))


@KINDS
@CLOSED
def test_an_object_written_twice_in_one_revision(
    office: RunningOffice, files: dict[str, bytes], kind: str, *, closed: bool
) -> None:
    """Readers differ on which of the two counts."""
    look = Look.at(files[kind])
    number, same = look.changed(look.page)
    objects = [look.changed(look.page, MediaBox=b"[0 0 10 10]"), (number, same)]
    assert_revision_is_caught(office, files[kind], objects, closed=False)
    if closed:
        objects.reverse()
        assert_revision_is_caught(office, files[kind], objects, closed=True)


@KINDS
def test_a_table_that_leads_back_past_the_last_signature(
    office: RunningOffice, files: dict[str, bytes], kind: str
) -> None:
    look, document = Look.at(files[kind]), files[kind]
    back = b"startxref\n%d\n%%%%EOF\n" % first_table(document)
    assert_caught(office, document + back)
    skipping = tail(
        document,
        b"",
        at=len(document),
        size=look.file.new_number(),
        root=look.file.root,
        prev=first_table(document),
    )
    assert_caught(office, document + skipping)


@KINDS
def test_a_table_that_points_into_other_bytes(
    office: RunningOffice, files: dict[str, bytes], kind: str
) -> None:
    """The page is read from bytes that were signed, but as something else."""
    look, document = Look.at(files[kind]), files[kind]
    elsewhere = document.index(b"%d 0 obj" % look.pages)
    rows = b"%d 1\n%010d 00000 n \n" % (look.page, elsewhere)
    end = tail(document, rows, at=len(document), size=look.file.new_number(), root=look.file.root)
    altered = document + end
    assert_caught(office, altered)
    assert last_table(altered) == len(document)


@KINDS
def test_a_freed_object(office: RunningOffice, files: dict[str, bytes], kind: str) -> None:
    look, document = Look.at(files[kind]), files[kind]
    contents = int(look.file.entries(look.page)[b"/Contents"].split()[0])
    rows = b"%d 1\n0000000000 00001 f \n" % contents
    end = tail(document, rows, at=len(document), size=look.file.new_number(), root=look.file.root)
    altered = document + end
    assert_caught(office, altered)
    assert_caught(office, stamped(office, altered))


@KINDS
def test_tampering_with_the_form_of_a_file_is_not_stamped_over_by_us(
    office: RunningOffice, files: dict[str, bytes], kind: str
) -> None:
    """Our own writer appends only to what it wrote itself."""
    look = Look.at(files[kind])
    number, written = look.changed(look.page)
    with pytest.raises(FormUnexpected):
        stamped(office, in_object_stream(files[kind], number, written))
    with pytest.raises(VerificationFailed):
        office.renewer().renew(files[kind] + b"\n")
