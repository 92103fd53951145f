"""Whatever is done to a sealed certificate, verification calls it tampered."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from esign.errors import NotAPdf, NotOurs, Tampered, TooLarge, VerificationFailed
from esign.pdf.fields import prepare_fields
from esign.testing import RunningOffice, archival_page, running_office, sealing_places
from esign.verification import coverage, verify
from esign.verification.own_seal import Wanted, check_own_seal

if TYPE_CHECKING:
    from collections.abc import Iterator

SEALED_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=SEALED_AT) as running:
        yield running


@pytest.fixture(scope="module")
def sealed(office: RunningOffice) -> bytes:
    return office.sealed()


class Handed:
    """What is altered, without a word of it in the report of a failing example.

    Hypothesis prints every argument (of a dataclass, every field) and warns of one that is
    long; here a warning is an error, and would be told instead of what really failed.
    """

    def __init__(self, office: RunningOffice, sealed: bytes, wanted: Wanted) -> None:
        """``wanted`` is what the sealer was asked for, as it asks of its own work."""
        self.office, self.sealed, self.wanted = office, sealed, wanted

    def __repr__(self) -> str:
        return "Handed(...)"

    def verify(self, document: bytes) -> None:
        check(self.office, document)

    def check_own_seal(self, document: bytes) -> None:
        check_own_seal(document, self.wanted, at=SEALED_AT)


@pytest.fixture(scope="module")
def handed(office: RunningOffice, sealed: bytes) -> Handed:
    wanted = office.wanted(prepare_fields(archival_page(), sealing_places()))
    made = Handed(office, sealed, wanted)
    made.check_own_seal(sealed)
    return made


def check(office: RunningOffice, document: bytes) -> None:
    verify(document, roots=office.roots, at=SEALED_AT)


def test_untouched_certificate_passes(office: RunningOffice, sealed: bytes) -> None:
    check(office, sealed)


@settings(max_examples=400, deadline=None)
@given(place=st.integers(0, 2**31), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_caught(place: int, bit: int, handed: Handed) -> None:
    """No byte of the file is free to change, whichever it is."""
    altered = bytearray(handed.sealed)
    altered[place % len(handed.sealed)] ^= 1 << bit
    with pytest.raises(Tampered):
        handed.verify(bytes(altered))


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, 2**31), bit=st.integers(0, 7))
def test_one_flipped_bit_in_the_last_signature_is_caught(
    place: int, bit: int, handed: Handed
) -> None:
    """The archive time-stamp is covered by nothing but its own strict form."""
    last = coverage.covered(handed.sealed)[-1]
    altered = bytearray(handed.sealed)
    altered[last.gap_start + place % (last.gap_end - last.gap_start)] ^= 1 << bit
    with pytest.raises(Tampered):
        handed.verify(bytes(altered))


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, 2**31), bit=st.integers(0, 7))
def test_one_flipped_bit_is_never_handed_out_by_the_sealer(
    place: int, bit: int, handed: Handed
) -> None:
    altered = bytearray(handed.sealed)
    altered[place % len(handed.sealed)] ^= 1 << bit
    with pytest.raises(VerificationFailed):
        handed.check_own_seal(bytes(altered))


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, 2**31), bit=st.integers(0, 7))
def test_one_flipped_bit_in_a_signature_is_never_handed_out_by_the_sealer(
    place: int, bit: int, handed: Handed
) -> None:
    """Each of the three, from its first bit to the last of the zeros that fill its room."""
    reach = coverage.covered(handed.sealed)[place % 3]
    altered = bytearray(handed.sealed)
    altered[reach.gap_start + place % (reach.gap_end - reach.gap_start)] ^= 1 << bit
    with pytest.raises(VerificationFailed):
        handed.check_own_seal(bytes(altered))


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(1, 50_000))
def test_cut_file_is_caught(cut: int, handed: Handed) -> None:
    """A beginning of the file is never taken for the whole."""
    kept = handed.sealed[: -min(cut, len(handed.sealed) - 5)]
    with pytest.raises((Tampered, NotOurs)):
        handed.verify(kept)


@pytest.mark.parametrize("junk", [b"\n", b"\x00", b"%%EOF\n", b"junk after the end"])
def test_junk_after_the_end_is_caught(office: RunningOffice, sealed: bytes, junk: bytes) -> None:
    with pytest.raises(Tampered):
        check(office, sealed + junk)


def test_appended_annotation_is_caught(office: RunningOffice, sealed: bytes) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(sealed))
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(
                [generic.NumberObject(n) for n in (80, 600, 300, 640)]
            ),
            generic.pdf_name("/Contents"): generic.pdf_string("and all my other houses"),
        }
    )
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page["/Annots"])
    altered = BytesIO()
    writer.write(altered)
    with pytest.raises(Tampered):
        check(office, altered.getvalue())


def test_appended_page_content_is_caught(office: RunningOffice, sealed: bytes) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(sealed))
    page = writer.root["/Pages"]["/Kids"][0]
    drawn = writer.add_object(generic.StreamObject(stream_data=b"0 0 595 842 re f"))
    page[generic.pdf_name("/Contents")] = drawn
    writer.update_container(page)
    altered = BytesIO()
    writer.write(altered)
    with pytest.raises(Tampered):
        check(office, altered.getvalue())


def test_cut_off_archive_time_stamp_does_not_pass_for_the_certificate(
    office: RunningOffice, sealed: bytes
) -> None:
    """What remains is a whole file; but it claims less, and says so."""
    before_last = coverage.covered(sealed)[-2].end
    with pytest.raises(Tampered):
        check(office, sealed[: before_last + 10])
    report = verify(sealed, roots=office.roots, at=SEALED_AT)
    assert {s.level.value for s in report.signatures} == {"B-LTA"}


def test_rewritten_file_is_caught(office: RunningOffice, sealed: bytes) -> None:
    with pikepdf.open(BytesIO(sealed)) as pdf:
        rewritten = BytesIO()
        pdf.save(rewritten)
    with pytest.raises(Tampered):
        check(office, rewritten.getvalue())


def test_swapped_signatures_are_caught(office: RunningOffice, sealed: bytes) -> None:
    first, second, *_ = coverage.covered(sealed)
    one, two = sealed[first.gap_start : first.gap_end], sealed[second.gap_start : second.gap_end]
    width = min(len(one), len(two)) - 2
    altered = bytearray(sealed)
    altered[first.gap_start + 1 : first.gap_start + 1 + width] = two[1 : 1 + width]
    altered[second.gap_start + 1 : second.gap_start + 1 + width] = one[1 : 1 + width]
    with pytest.raises(Tampered):
        check(office, bytes(altered))


def test_upper_case_digit_in_the_last_signature_is_caught(
    office: RunningOffice, sealed: bytes
) -> None:
    last = coverage.covered(sealed)[-1]
    position = sealed.index(b"a", last.gap_start)
    altered = bytearray(sealed)
    altered[position] = ord("A")
    with pytest.raises(Tampered):
        check(office, bytes(altered))


@pytest.mark.parametrize(
    ("document", "error"),
    [
        # An image that somebody sent by mistake.
        (b"\x89PNG\r\n\x1a\n", NotAPdf),
        (b"", NotAPdf),
        # An honest PDF that nobody signed.
        (archival_page(), NotOurs),
        # A file that only pretends to have a range.
        (b"%PDF-1.7\n/ByteRange [0 1 2", Tampered),
        # A range that reaches far beyond the file.
        (b"%PDF-1.7\n/ByteRange [0 9 19 99999999999999999999]", Tampered),
        # A range that goes backwards.
        (b"%PDF-1.7\n/ByteRange [0 30 9 40]", Tampered),
        # A range with a gap in which there is no signature.
        (b"%PDF-1.7\n/ByteRange [0 9 19 30]" + b" " * 15, Tampered),
    ],
)
def test_file_that_is_no_signed_pdf_is_refused_by_name(
    office: RunningOffice, document: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        check(office, document)


def test_enormous_file_is_refused_before_it_is_read(office: RunningOffice) -> None:
    with pytest.raises(TooLarge):
        check(office, bytes(coverage.LARGEST + 1))


def test_file_with_hundreds_of_ranges_is_refused(office: RunningOffice) -> None:
    with pytest.raises(NotOurs):
        check(office, b"%PDF-1.7\n" + b"/ByteRange [0 9 19 30]" * 301)
