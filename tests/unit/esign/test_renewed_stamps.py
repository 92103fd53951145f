"""Archive time-stamps are renewed before they end: proof goes on, or a person is told."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pikepdf
import pytest
from asn1crypto import crl as asn1_crl
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from esign.algorithms import SigningAlgorithm
from esign.asn1 import to_asn1
from esign.authorities.creation import create_authorities
from esign.authorities.directory import ROOT, TSA
from esign.authorities.revocation import Revoked, revocation_list
from esign.custody.keyring import Keyring
from esign.custody.uris import KeyUri
from esign.errors import (
    ChainInvalid,
    FormUnexpected,
    ListStale,
    NotOurs,
    RenewalUseless,
    SignatureDoubtful,
    StampLapsed,
    Tampered,
    TimeStampUnavailable,
)
from esign.evidence import EvidenceDigests
from esign.pdf.deeds import PartySignature
from esign.pdf.fields import SignaturePlace, party_field, prepare_fields
from esign.pdf.growing_file import GrowingFile
from esign.pdf.renewal import append_stamp
from esign.pdf.signature_form import SignatureForm
from esign.renewing import stamp_carries_until
from esign.testing import BASE_URL, RunningOffice, archival_page, running_office
from esign.tsa.lifetime import ALGORITHM_ENDS, RENEWAL_2026, AlgorithmEnd, carries_until
from esign.verification import verify
from esign.verification.archive import Stamped, check_stamps
from esign.verification.coverage import covered
from esign.verification.existence import Existence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEALED_AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
YEAR: Final = timedelta(days=365)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    """An office whose time-stamper lives for two years."""
    with running_office(tmp_path, at=SEALED_AT) as running:
        running.new_stamper(valid_for=2 * YEAR)
        yield running


def signed_deed(office: RunningOffice, parties: int = 2) -> bytes:
    places = [
        SignaturePlace(
            field=party_field(n), page=0, box=(80, 60 * n, 220, 60 * n + 50), label="当事人"
        )
        for n in range(1, parties + 1)
    ]
    deed = prepare_fields(archival_page(), places)
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


def renewed_at(office: RunningOffice, document: bytes, at: datetime) -> bytes:
    office.now.at = at
    office.new_stamper(valid_for=2 * YEAR)
    return office.renewer().renew(document).document


def pyhanko_accepts(office: RunningOffice, document: bytes, at: datetime) -> bool:
    """Ask pyHanko of each stamp at the time of the next one, and of people at the first's.

    Stage by stage, since its own walk through a chain of stamps (`ades_lta_validation`)
    slides every one to the end of the newest list of their common root, which is
    after the end of the older ones.
    """
    create_authorities(office.files.path, now=at, offices={}, base_url=BASE_URL)
    reader = PdfFileReader(BytesIO(document), strict=True)
    store = DocumentSecurityStore.read_dss(reader)
    inside = [asn1_crl.CertificateList.load(each.get_object().data) for each in store.crls]
    today = asn1_crl.CertificateList.load(office.files.revocation_list(ROOT))

    def context(moment: datetime) -> ValidationContext:
        return ValidationContext(
            trust_roots=[to_asn1(office.roots[0])],
            other_certs=store.load_certs(),
            crls=[each for each in (*inside, today) if begins(each) <= moment],
            moment=moment,
            allow_fetching=False,
            revocation_mode="require",
        )

    stamps = reader.embedded_timestamp_signatures
    told = [validate_pdf_timestamp(s, context(at), skip_diff=True).timestamp for s in stamps]
    stages = [
        validate_pdf_timestamp(stamp, context(moment))
        for stamp, moment in zip(stamps, [*told[1:], at], strict=True)
    ]
    people = [
        validate_pdf_signature(signature, context(told[0]))
        for signature in reader.embedded_regular_signatures
    ]
    return all(s.intact and s.valid and s.trusted for s in stages) and all(
        s.bottom_line and s.modification_level <= ModificationLevel.FORM_FILLING for s in people
    )


def begins(listed: asn1_crl.CertificateList) -> datetime:
    at: datetime = listed["tbs_cert_list"]["this_update"].native
    return at


KINDS = pytest.mark.parametrize("kind", ["certificate", "deed"])


def file_of(office: RunningOffice, kind: str) -> bytes:
    return office.sealed() if kind == "certificate" else signed_deed(office)


@KINDS
def test_after_two_renewals_the_file_is_proven_long_after_the_first_stamper_ended(
    office: RunningOffice, kind: str
) -> None:
    document = file_of(office, kind)
    first_ends = stamp_carries_until(document, roots=office.roots)
    once = renewed_at(office, document, SEALED_AT + 1.5 * YEAR)
    twice = renewed_at(office, once, SEALED_AT + 3 * YEAR)
    later = SEALED_AT + 4.5 * YEAR
    assert first_ends < later - 2 * YEAR  # or this test proves nothing
    report = verify(twice, roots=office.roots, at=later)
    assert [s.signed_at for s in report.signatures] == [SEALED_AT] * 2
    assert [s.stamped_at for s in report.archive_stamps][-2:] == [
        SEALED_AT + 1.5 * YEAR,
        SEALED_AT + 3 * YEAR,
    ]
    assert pyhanko_accepts(office, twice, later)
    # Nothing of what was there is touched.
    assert twice.startswith(once)
    assert once.startswith(document)


@KINDS
def test_without_renewal_nobody_accepts_the_file_any_more(office: RunningOffice, kind: str) -> None:
    document = file_of(office, kind)
    later = SEALED_AT + 2.5 * YEAR
    with pytest.raises(StampLapsed):
        verify(document, roots=office.roots, at=later)
    assert not pyhanko_accepts(office, document, later)


@KINDS
def test_a_stamp_that_ended_is_not_renewed(office: RunningOffice, kind: str) -> None:
    """A fresh stamp over a lapsed one would make doubt look like proof."""
    document = file_of(office, kind)
    office.now.at = SEALED_AT + 2.5 * YEAR
    office.new_stamper(valid_for=2 * YEAR)
    with pytest.raises(StampLapsed):
        office.renewer().renew(document)


@KINDS
def test_a_file_stamped_anew_after_a_gap_is_not_accepted(office: RunningOffice, kind: str) -> None:
    """Whoever does it without asking: in the gap anything could have been made up."""
    document = file_of(office, kind)
    office.now.at = SEALED_AT + 2.5 * YEAR
    office.new_stamper(valid_for=2 * YEAR)
    late = appended(office, document)
    with pytest.raises(StampLapsed) as refused:
        verify(late, roots=office.roots, at=office.now.at)
    assert refused.value.step == 5
    assert not pyhanko_accepts(office, late, office.now.at)


def appended(office: RunningOffice, document: bytes) -> bytes:
    renewer = office.renewer()
    return append_stamp(
        document, certificates=[], lists=[renewer.root_list], stamper=office.stamps.stamper()
    )


def test_an_altered_file_is_not_renewed(office: RunningOffice) -> None:
    altered = bytearray(office.sealed())
    altered[altered.index(b"595")] ^= 1
    office.new_stamper(valid_for=3 * YEAR)
    with pytest.raises(Tampered):
        office.renewer().renew(bytes(altered))


def test_a_stamp_that_carries_no_further_is_not_appended(office: RunningOffice) -> None:
    """Or every night would append another, until somebody gave the authority a new key."""
    document = office.sealed()
    office.now.at = SEALED_AT + 1.5 * YEAR
    with pytest.raises(RenewalUseless):
        office.renewer().renew(document)


def test_nothing_is_renewed_under_a_list_that_ended(office: RunningOffice) -> None:
    document, renewer = office.sealed(), office.renewer()
    office.now.at = SEALED_AT + 1.5 * YEAR
    office.new_stamper(valid_for=2 * YEAR)
    with pytest.raises(ListStale):
        renewer.renew(document)


def test_nothing_is_renewed_by_a_stamper_that_was_revoked(office: RunningOffice) -> None:
    document = office.sealed()
    office.now.at = SEALED_AT + 1.5 * YEAR
    office.new_stamper(valid_for=2 * YEAR)
    entry = Revoked(serial=office.files.certificate(TSA).serial_number, at=office.now.at)
    key = Keyring(office.files.keys).load(KeyUri("file", ROOT))
    revoking = revocation_list(office.roots[0], key, [entry], now=office.now.at, valid_for=YEAR)
    with pytest.raises(TimeStampUnavailable, match="revoked"):
        replace(office.renewer(), root_list=revoking).renew(document)


def test_without_time_stamps_nothing_is_renewed(office: RunningOffice) -> None:
    document = office.sealed()
    office.now.at = SEALED_AT + 1.5 * YEAR
    office.new_stamper(valid_for=2 * YEAR)
    office.proof.stamps_left = 0
    with pytest.raises(TimeStampUnavailable):
        office.renewer().renew(document)


def test_a_file_that_ends_in_no_stamp_carries_nothing(office: RunningOffice) -> None:
    document = office.sealed()
    people_only = document[: covered(document)[1].end]
    with pytest.raises(NotOurs):
        stamp_carries_until(people_only, roots=office.roots)


def test_a_stamp_of_another_file_is_no_stamp_of_this(office: RunningOffice) -> None:
    """Genuine, in time, of our authority: and over something else."""
    first, second = office.sealed(), signed_deed(office)
    theirs = covered(second)[1].contents
    own = covered(first)[-1]
    room = own.gap_end - own.gap_start - 2
    swapped = (
        first[: own.gap_start + 1]
        + theirs.hex().encode().ljust(room, b"0")
        + first[own.gap_end - 1 :]
    )
    with pytest.raises(Tampered):
        verify(swapped, roots=office.roots, at=SEALED_AT)


def test_an_inner_stamp_of_another_file_is_caught_where_stamps_are_judged(
    office: RunningOffice,
) -> None:
    reader = PdfFileReader(BytesIO(office.sealed()))
    (stamp,) = reader.embedded_timestamp_signatures
    roots = {root: root for root in office.roots}
    with pytest.raises(Tampered, match="another file"):
        check_stamps(
            [Stamped(stamp, bytes(32), 2)],
            roots=roots,
            lists=[],
            existence=Existence(document=b"", ends=[]),
            at=SEALED_AT,
        )


def test_a_stamp_that_is_older_than_what_it_covers_is_doubtful(office: RunningOffice) -> None:
    document = office.sealed()
    office.now.at = SEALED_AT - timedelta(seconds=3)
    early = appended(office, document)
    with pytest.raises(SignatureDoubtful, match="older"):
        verify(early, roots=office.roots, at=SEALED_AT)


def test_a_form_without_fields_has_no_stamp_to_renew() -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array()))
        saved = BytesIO()
        pdf.save(saved, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pytest.raises(FormUnexpected):
        SignatureForm(GrowingFile(saved.getvalue())).next_renewal()


def test_a_stamp_carries_no_longer_than_its_algorithm_is_trusted(office: RunningOffice) -> None:
    stamper = office.files.certificate(TSA).public_bytes(Encoding.DER)
    broken = AlgorithmEnd(name="ECDSA P-256", ends=SEALED_AT + YEAR, citation="a test")
    unknown = AlgorithmEnd(name="SHA-256", ends=None, citation="a test")
    assert carries_until(stamper, roots=office.roots) == SEALED_AT + 2 * YEAR
    assert (
        carries_until(stamper, roots=office.roots, algorithms=[unknown, broken]) == SEALED_AT + YEAR
    )


def test_every_end_of_an_algorithm_says_who_said_so() -> None:
    assert all(each.citation for each in (*ALGORITHM_ENDS, RENEWAL_2026))


@pytest.mark.parametrize("certificate", [b"", b"0\x03\x02\x01\x01"])
def test_what_is_no_certificate_carries_nothing(certificate: bytes, office: RunningOffice) -> None:
    with pytest.raises(ChainInvalid):
        carries_until(certificate, roots=office.roots)


@pytest.mark.parametrize(
    "algorithms",
    [[SigningAlgorithm.SM2], [SigningAlgorithm.P256, SigningAlgorithm.SM2]],
    ids=["sm2", "both"],
)
def test_certificate_signed_by_sm2_is_carried_on_by_the_same_stamps(
    tmp_path: Path, algorithms: list[SigningAlgorithm]
) -> None:
    """Judged with SM2's root years after, and not without it."""
    with running_office(tmp_path, at=SEALED_AT, sm2=True) as office:
        office.new_stamper(valid_for=2 * YEAR)
        sealer = office.sealer(algorithms)
        sealed = sealer.seal(sealer.prepare(archival_page()))
        renewed = renewed_at(office, sealed, SEALED_AT + YEAR)
        renewed = renewed_at(office, renewed, SEALED_AT + 2 * YEAR)
        at = SEALED_AT + 3 * YEAR
        report = verify(renewed, roots=office.roots, at=at)
        assert len(report.signatures) == 2 * len(algorithms)
        assert len(report.archive_stamps) == 3
        with pytest.raises(ChainInvalid):
            verify(renewed, roots=office.roots[:1], at=at)
        with pytest.raises(StampLapsed):
            verify(sealed, roots=office.roots, at=at)
