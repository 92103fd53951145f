"""Parties sign a deed, each with a key that lives for one act."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest

from esign.custody.audit import verify_trail
from esign.errors import FieldMissing, LintFailed, TimeStampUnavailable
from esign.evidence import EvidenceDigests
from esign.pdf.deeds import PartySignature
from esign.pdf.drawings import Handwriting
from esign.pdf.fields import SignaturePlace, party_field, prepare_fields
from esign.pdf.levels import PadesLevel
from esign.testing import RunningOffice, archival_page, running_office
from esign.verification import Role, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNED_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HANDWRITING = Handwriting((((0.1, 0.2), (0.5, 0.9), (0.9, 0.1)), ((0.4, 0.4),)))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=SIGNED_AT) as running:
        yield running


def prepared_deed(parties: int) -> bytes:
    places = [
        SignaturePlace(
            field=party_field(n), page=0, box=(80, 60 * n, 220, 60 * n + 50), label="当事人"
        )
        for n in range(1, parties + 1)
    ]
    return prepare_fields(archival_page(), places)


def evidence_for(deed: bytes) -> EvidenceDigests:
    return EvidenceDigests(
        identity_check="1" * 64,
        ceremony_segment="2" * 64,
        document=hashlib.sha256(deed).hexdigest(),
    )


def party(number: int, evidence: EvidenceDigests) -> PartySignature:
    return PartySignature(
        field=party_field(number),
        common_name=f"当事人{number}",
        evidence=evidence,
        handwriting=HANDWRITING,
    )


def test_parties_sign_one_after_another_and_each_is_bound_to_the_evidence(
    office: RunningOffice,
) -> None:
    prepared = prepared_deed(3)
    evidence, signed = evidence_for(prepared), prepared
    for number in (1, 2, 3):
        signed = office.deed_signer().sign(signed, party(number, evidence))
    report = verify(signed, roots=office.roots, at=SIGNED_AT)
    told = [(s.role, s.common_name, s.level, s.evidence) for s in report.signatures]
    assert told == [(Role.PARTY, f"当事人{n}", PadesLevel.B_LTA, evidence) for n in (1, 2, 3)]
    assert len({s.serial for s in report.signatures}) == 3
    assert len(report.archive_stamps) == 3


def test_deed_stays_valid_long_after_the_event_certificate_ended(office: RunningOffice) -> None:
    prepared = prepared_deed(1)
    signed = office.deed_signer().sign(prepared, party(1, evidence_for(prepared)))
    for days in (1, 30, 900):
        verify(signed, roots=office.roots, at=SIGNED_AT + timedelta(days=days))


def test_handwriting_is_seen_in_the_partys_field_alone(office: RunningOffice) -> None:
    prepared = prepared_deed(2)
    signed = office.deed_signer().sign(prepared, party(1, evidence_for(prepared)))
    with pikepdf.open(BytesIO(signed)) as pdf:
        fields = {str(f.T): f for f in pdf.Root.AcroForm.Fields}
        assert b" l" in fields["party-01"].AP.N.read_bytes()
        assert fields["party-02"].AP.N.read_bytes() == b""


def test_party_who_drew_nothing_still_signs(office: RunningOffice) -> None:
    prepared = prepared_deed(1)
    silent = replace(party(1, evidence_for(prepared)), handwriting=None)
    signed = office.deed_signer().sign(prepared, silent)
    assert len(verify(signed, roots=office.roots, at=SIGNED_AT).signatures) == 1


def test_evidence_about_another_document_is_refused(office: RunningOffice) -> None:
    """What you see is what you sign."""
    prepared = prepared_deed(1)
    other = evidence_for(prepared + b"%")
    with pytest.raises(LintFailed, match="another document"):
        office.deed_signer().sign(prepared, party(1, other))


def test_field_is_signed_once(office: RunningOffice) -> None:
    prepared = prepared_deed(1)
    evidence = evidence_for(prepared)
    signed = office.deed_signer().sign(prepared, party(1, evidence))
    with pytest.raises(FieldMissing):
        office.deed_signer().sign(signed, party(1, evidence))


def test_field_that_was_not_prepared_is_not_signed(office: RunningOffice) -> None:
    prepared = prepared_deed(1)
    with pytest.raises(FieldMissing):
        office.deed_signer().sign(prepared, party(2, evidence_for(prepared)))


def test_broken_file_is_not_signed(office: RunningOffice) -> None:
    broken = b"%PDF-1.7\n%%EOF"
    with pytest.raises(FieldMissing):
        office.deed_signer().sign(broken, party(1, evidence_for(broken)))


def test_without_time_stamps_no_key_is_made(office: RunningOffice) -> None:
    prepared = prepared_deed(1)
    audit = office.files.records / "audit.jsonl"
    before = verify_trail(audit)
    office.proof.stamps_left = 0
    try:
        with pytest.raises(TimeStampUnavailable):
            office.deed_signer().sign(prepared, party(1, evidence_for(prepared)))
    finally:
        office.proof.stamps_left = 1_000_000
    assert verify_trail(audit) == before
