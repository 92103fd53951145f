"""A sealed certificate, looked at by us, by pyHanko and by poppler's pdfsig."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
from asn1crypto import crl as asn1_crl
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from esign.asn1 import to_asn1
from esign.authorities.directory import TSA, notary_name
from esign.authorities.revocation import Revoked, revocation_list
from esign.custody.audit import verify_trail
from esign.custody.keyring import Keyring
from esign.custody.uris import KeyUri
from esign.errors import (
    AuthorityMissing,
    CertificateRevoked,
    ChainInvalid,
    LintFailed,
    SignatureDoubtful,
    TimeStampUnavailable,
)
from esign.pdf.levels import PadesLevel
from esign.testing import NOTARY, OFFICE, RunningOffice, archival_page, running_office
from esign.trust import office_trust
from esign.verification import Role, verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEALED_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=SEALED_AT) as running:
        yield running


@pytest.fixture(scope="module")
def sealed(shared_office: RunningOffice) -> bytes:
    return shared_office.sealed()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with running_office(tmp_path, at=SEALED_AT) as running:
        yield running


def test_report_names_notary_and_office_at_the_proven_time(
    shared_office: RunningOffice, sealed: bytes
) -> None:
    report = verify(sealed, roots=shared_office.roots, at=SEALED_AT)
    told = [(s.role, s.common_name, s.signed_at, s.level) for s in report.signatures]
    assert told == [
        (Role.NOTARY, "王公证", SEALED_AT, PadesLevel.B_LTA),
        (Role.OFFICE_SEAL, "昆明市甲公证处", SEALED_AT, PadesLevel.B_LTA),
    ]
    assert [stamp.stamped_at for stamp in report.archive_stamps] == [SEALED_AT]
    assert [step.number for step in report.steps] == list(range(1, 11))


@pytest.mark.parametrize("later", [0, 30, 900, 3000])
def test_certificate_stays_valid_for_years_without_a_network(
    shared_office: RunningOffice, sealed: bytes, later: int
) -> None:
    verify(sealed, roots=shared_office.roots, at=SEALED_AT + timedelta(days=later))


def test_certificate_whose_archive_stamp_was_not_renewed_is_doubtful(
    shared_office: RunningOffice, sealed: bytes
) -> None:
    with pytest.raises(SignatureDoubtful):
        verify(sealed, roots=shared_office.roots, at=SEALED_AT + timedelta(days=3300))


def test_certificate_did_not_exist_before_it_was_stamped(
    shared_office: RunningOffice, sealed: bytes
) -> None:
    with pytest.raises(SignatureDoubtful):
        verify(sealed, roots=shared_office.roots, at=SEALED_AT - timedelta(days=1))


def test_certificate_under_a_strange_root_is_refused(
    shared_office: RunningOffice, sealed: bytes, office: RunningOffice
) -> None:
    with pytest.raises(ChainInvalid):
        verify(sealed, roots=office.roots, at=SEALED_AT)


def test_nothing_is_trusted_when_no_root_is_given(sealed: bytes) -> None:
    with pytest.raises(ChainInvalid):
        verify(sealed, roots=[], at=SEALED_AT)


def test_pyhanko_accepts_every_signature(shared_office: RunningOffice, sealed: bytes) -> None:
    trust = office_trust(shared_office.files, OFFICE)
    lists = [trust.root_list, shared_office.vault.revocation_list(office=OFFICE)]

    def context() -> ValidationContext:
        return ValidationContext(
            trust_roots=[to_asn1(trust.root)],
            other_certs=[to_asn1(trust.authority)],
            crls=[asn1_crl.CertificateList.load(der) for der in lists],
            moment=SEALED_AT,
            allow_fetching=False,
            revocation_mode="require",
        )

    reader = PdfFileReader(BytesIO(sealed))
    for signature in reader.embedded_regular_signatures:
        status = validate_pdf_signature(signature, context())
        assert status.bottom_line, status.pretty_print_details()
    (stamp,) = reader.embedded_timestamp_signatures
    status_of_stamp = validate_pdf_timestamp(stamp, context())
    assert status_of_stamp.valid
    assert status_of_stamp.trusted


@pytest.fixture(scope="module")
def nss(shared_office: RunningOffice, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an NSS database that trusts our root: what pdfsig asks for trust."""
    if not shutil.which("certutil") or not shutil.which("pdfsig"):
        pytest.skip("needs pdfsig (poppler-utils) and certutil (libnss3-tools) from Debian")
    database = tmp_path_factory.mktemp("nss")
    root = shared_office.files.public / "root.pem"
    certutil = ["certutil", "-d", f"sql:{database}"]
    subprocess.run([*certutil, "-N", "--empty-password"], check=True)
    subprocess.run([*certutil, "-A", "-n", "root", "-t", "C,C,C", "-i", root], check=True)
    return database


def pdfsig(document: bytes, nss: Path, at: Path) -> str:
    (at / "signed.pdf").write_bytes(document)
    # Nobody answers at the addresses inside these certificates; the lists are in the file.
    asked = ["pdfsig", "-no-ocsp", "-nssdir", f"sql:{nss}", str(at / "signed.pdf")]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout


def test_pdfsig_trusts_every_signature_and_finds_the_whole_file_signed(
    sealed: bytes, nss: Path, tmp_path: Path
) -> None:
    told = pdfsig(sealed, nss, tmp_path)
    assert re.findall(r"Signature Validation: (.*)", told)[:2] == ["Signature is Valid."] * 2
    assert re.findall(r"Certificate Validation: (.*)", told) == ["Certificate is Trusted."] * 2
    assert re.findall(r"Field Name: (.*)", told) == ["notary-1", "office-1", "archive-office-1"]
    # Debian's poppler cannot check document time-stamps; it tells their reach.
    assert "Total document signed" in told.split("archive-office-1")[1]


def test_pdfsig_sees_a_flipped_byte(sealed: bytes, nss: Path, tmp_path: Path) -> None:
    altered = bytearray(sealed)
    altered[sealed.index(b"595")] ^= 1
    assert "Digest Mismatch" in pdfsig(bytes(altered), nss, tmp_path)


def test_certificate_is_certified_and_closed_to_changes(sealed: bytes) -> None:
    with pikepdf.open(BytesIO(sealed)) as pdf:
        reference = pdf.Root.Perms.DocMDP.Reference[0]
        assert reference.TransformParams.P == 2
        names = [str(f.T) for f in pdf.Root.AcroForm.Fields]
        assert names == ["notary-1", "office-1", "archive-office-1"]
        assert len(pdf.Root.DSS.Certs) >= 4  # root, authority, seal, time-stamper
        assert len(pdf.Root.DSS.CRLs) == 2


def test_seal_is_drawn_before_the_first_signature(sealed: bytes) -> None:
    """Viewers show what was there when it was signed."""
    unsigned = sealed[: sealed.index(b"%%EOF")]
    assert b"office-1" in unsigned
    assert b"/ByteRange" not in unsigned


def test_without_time_stamps_nothing_is_returned_and_no_key_is_used(
    office: RunningOffice,
) -> None:
    sealer = office.sealer()
    permit = sealer.prepare(archival_page())
    office.proof.stamps_left = 0
    before = verify_trail(office.files.records / "audit.jsonl")
    with pytest.raises(TimeStampUnavailable, match="time_not_available"):
        sealer.seal(permit)
    assert verify_trail(office.files.records / "audit.jsonl") == before


def test_time_stamps_that_stop_between_notary_and_seal_leave_no_certificate(
    office: RunningOffice,
) -> None:
    sealer = office.sealer()
    permit = sealer.prepare(archival_page())
    office.proof.stamps_left = 2
    with pytest.raises(TimeStampUnavailable):
        sealer.seal(permit)


def test_revoked_notary_cannot_sign(office: RunningOffice) -> None:
    sealer = office.sealer()
    certificate = office.files.certificate(notary_name(OFFICE, NOTARY))
    office.vault.revoke(office=OFFICE, serial=certificate.serial_number)
    permit = sealer.prepare(archival_page())
    with pytest.raises(CertificateRevoked):
        sealer.seal(permit)


def test_notary_revoked_later_does_not_void_the_certificate(office: RunningOffice) -> None:
    document = office.sealed()
    certificate = office.files.certificate(notary_name(OFFICE, NOTARY))
    office.now.at = SEALED_AT + timedelta(days=10)
    office.vault.revoke(office=OFFICE, serial=certificate.serial_number)
    fresh = office.vault.revocation_list(office=OFFICE)
    verify(document, roots=office.roots, at=office.now.at, fresh_lists=[fresh])


def test_notary_revoked_as_of_before_voids_the_certificate(office: RunningOffice) -> None:
    document = office.sealed()
    certificate = office.files.certificate(notary_name(OFFICE, NOTARY))
    office.now.at = SEALED_AT - timedelta(days=1)
    office.vault.revoke(office=OFFICE, serial=certificate.serial_number)
    fresh = office.vault.revocation_list(office=OFFICE)
    with pytest.raises(CertificateRevoked):
        verify(document, roots=office.roots, at=SEALED_AT, fresh_lists=[fresh])


def test_revoked_time_stamper_voids_what_it_stamped_later(office: RunningOffice) -> None:
    document = office.sealed()
    key = Keyring(office.files.keys).load(KeyUri("file", "root"))
    entry = Revoked(
        serial=office.files.certificate(TSA).serial_number,
        at=SEALED_AT - timedelta(days=1),
        reason=x509.ReasonFlags.superseded,
    )
    fresh = revocation_list(
        office.roots[0], key, [entry], now=SEALED_AT, valid_for=timedelta(days=1)
    )
    with pytest.raises(CertificateRevoked):
        verify(document, roots=office.roots, at=SEALED_AT, fresh_lists=[fresh])


def test_list_that_somebody_else_signed_revokes_nobody(
    office: RunningOffice, shared_office: RunningOffice, sealed: bytes
) -> None:
    key = Keyring(office.files.keys).load(KeyUri("file", "root"))
    entry = Revoked(
        serial=shared_office.files.certificate(TSA).serial_number, at=SEALED_AT - timedelta(days=1)
    )
    forged = revocation_list(
        shared_office.roots[0], key, [entry], now=SEALED_AT, valid_for=timedelta(days=1)
    )
    verify(sealed, roots=shared_office.roots, at=SEALED_AT, fresh_lists=[forged])


def test_notary_who_was_never_enrolled_cannot_seal(office: RunningOffice) -> None:
    sealer = office.sealer()
    (office.files.public / f"{notary_name(OFFICE, NOTARY)}.pem").unlink()
    with pytest.raises(AuthorityMissing):
        sealer.seal(sealer.prepare(archival_page()))


def test_sealed_certificate_is_not_sealed_again(
    shared_office: RunningOffice, sealed: bytes
) -> None:
    with pytest.raises(LintFailed, match="already signed"):
        shared_office.sealer().prepare(sealed)
