"""Signatures below B-LTA, and by people who are nobody to us: each proves what it proves."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from esign.authorities import profiles
from esign.authorities.creation import issuer_of
from esign.authorities.issuing import CertificateOrder, Subject, issue
from esign.custody.keyring import Keyring
from esign.errors import (
    ChainInvalid,
    NotOurs,
    SignatureDoubtful,
    Tampered,
    TimeStampUnavailable,
)
from esign.evidence import EvidenceDigests
from esign.pdf.fields import NOTARY_FIELD, prepare_fields
from esign.pdf.levels import PadesLevel
from esign.pdf.signing import Act, Revocation, Signatory, sign_field
from esign.testing import (
    BASE_URL,
    OFFICE,
    RunningOffice,
    archival_page,
    running_office,
    sealing_places,
)
from esign.trust import office_trust
from esign.verification import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esign.authorities.profiles import Profile

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
EVIDENCE = EvidenceDigests(identity_check="1" * 64, ceremony_segment="2" * 64, document="3" * 64)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT) as running:
        yield running


def signatory(
    office: RunningOffice, profile: Profile, evidence: EvidenceDigests | None = None
) -> Signatory:
    """Return somebody with a certificate of ``profile`` under the office's authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    authority = f"office.{OFFICE}.authority"
    issuer = issuer_of(office.files, Keyring(office.files.keys), authority, BASE_URL)
    order = CertificateOrder(
        profile=profile,
        subject=Subject(common_name="某人"),
        public_key=key.public_key(),
        evidence=evidence.to_der() if evidence else None,
    )
    return Signatory(
        certificate=issue(order, issuer, now=AT),
        sign=lambda digest: key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256()))),
    )


def revocation(office: RunningOffice) -> Revocation:
    return Revocation(
        trust=office_trust(office.files, OFFICE),
        office_list=office.vault.revocation_list(office=OFFICE),
    )


def signed(office: RunningOffice, level: PadesLevel, by: Signatory) -> bytes:
    act = Act(field=NOTARY_FIELD, level=level, certifies=True, at=AT)
    return sign_field(
        prepare_fields(archival_page(), sealing_places()),
        act,
        by,
        revocation=revocation(office),
        stamper=office.stamps.stamper(),
    )


def test_signature_without_any_time_stamp_proves_no_time(office: RunningOffice) -> None:
    document = signed(office, PadesLevel.B_B, signatory(office, profiles.NOTARY))
    known = revocation(office)
    with pytest.raises(SignatureDoubtful):
        verify(
            document,
            roots=office.roots,
            at=AT,
            fresh_lists=[known.office_list, known.trust.root_list],
        )


def test_b_t_holds_while_lists_can_be_asked_for_and_not_alone(office: RunningOffice) -> None:
    document = signed(office, PadesLevel.B_T, signatory(office, profiles.NOTARY))
    known = revocation(office)
    lists = [known.office_list, known.trust.root_list]
    report = verify(document, roots=office.roots, at=AT, fresh_lists=lists)
    assert [s.level for s in report.signatures] == [PadesLevel.B_T]
    with pytest.raises(SignatureDoubtful):
        verify(document, roots=office.roots, at=AT)
    with pytest.raises(SignatureDoubtful):
        verify(document, roots=office.roots, at=AT + timedelta(days=900), fresh_lists=lists)


def test_b_lt_carries_what_it_needs_for_a_while(office: RunningOffice) -> None:
    document = signed(office, PadesLevel.B_LT, signatory(office, profiles.NOTARY))
    report = verify(document, roots=office.roots, at=AT)
    assert [s.level for s in report.signatures] == [PadesLevel.B_LT]
    assert report.archive_stamps == ()


def test_level_with_a_time_stamp_is_never_lowered(office: RunningOffice) -> None:
    act = Act(field=NOTARY_FIELD, level=PadesLevel.B_T, certifies=True, at=AT)
    with pytest.raises(TimeStampUnavailable):
        sign_field(
            prepare_fields(archival_page(), sealing_places()),
            act,
            signatory(office, profiles.NOTARY),
            revocation=revocation(office),
            stamper=None,
        )


def test_signer_under_no_policy_of_ours_is_not_ours(office: RunningOffice) -> None:
    stranger = replace(profiles.NOTARY, policy="1.2.3.4")
    document = signed(office, PadesLevel.B_LTA, signatory(office, stranger))
    with pytest.raises(NotOurs):
        verify(document, roots=office.roots, at=AT)


def test_party_whose_certificate_names_no_evidence_is_not_ours(office: RunningOffice) -> None:
    careless = replace(profiles.EVENT, needs_evidence=False)
    document = signed(office, PadesLevel.B_LTA, signatory(office, careless))
    with pytest.raises(NotOurs):
        verify(document, roots=office.roots, at=AT)


def test_party_who_was_shown_another_document_is_caught(office: RunningOffice) -> None:
    document = signed(office, PadesLevel.B_LTA, signatory(office, profiles.EVENT, EVIDENCE))
    with pytest.raises(Tampered, match="another document"):
        verify(document, roots=office.roots, at=AT)


def test_party_who_was_shown_this_document_passes(office: RunningOffice) -> None:
    seen = hashlib.sha256(prepare_fields(archival_page(), sealing_places())).hexdigest()
    by = signatory(office, profiles.EVENT, replace(EVIDENCE, document=seen))
    report = verify(signed(office, PadesLevel.B_LTA, by), roots=office.roots, at=AT)
    assert [s.evidence for s in report.signatures] == [replace(EVIDENCE, document=seen)]


def test_certificate_that_has_ended_cannot_sign(office: RunningOffice) -> None:
    by = signatory(office, profiles.EVENT, EVIDENCE)
    act = Act(
        field=NOTARY_FIELD, level=PadesLevel.B_LTA, certifies=True, at=AT + timedelta(minutes=11)
    )
    with pytest.raises(ChainInvalid):
        sign_field(
            prepare_fields(archival_page(), sealing_places()),
            act,
            by,
            revocation=revocation(office),
            stamper=office.stamps.stamper(),
        )


def test_second_signature_cannot_certify(office: RunningOffice) -> None:
    by = signatory(office, profiles.NOTARY)
    document = signed(office, PadesLevel.B_T, by)
    act = Act(field="office-1", level=PadesLevel.B_T, certifies=True, at=AT)
    with pytest.raises(ChainInvalid):
        sign_field(
            document,
            act,
            by,
            revocation=revocation(office),
            stamper=office.stamps.stamper(),
        )
