"""Signatures below B-LTA, and by people who are nobody to us: each proves what it proves."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from esign.authorities import profiles
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
from esign.pdf.signing import Act, Signatory, sign_field
from esign.testing import (
    RunningOffice,
    archival_page,
    running_office,
    sealing_places,
)
from esign.verification import verify

if TYPE_CHECKING:
    from collections.abc import Iterator


AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
EVIDENCE = EvidenceDigests(identity_check="1" * 64, ceremony_segment="2" * 64, document="3" * 64)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT) as running:
        yield running


def signed(office: RunningOffice, level: PadesLevel, by: Signatory) -> bytes:
    act = Act(field=NOTARY_FIELD, level=level, certifies=True, at=AT)
    return sign_field(
        prepare_fields(archival_page(), sealing_places()),
        act,
        by,
        revocation=office.revocation(),
        stamper=office.stamps.stamper(),
    )


def test_signature_without_any_time_stamp_proves_no_time(office: RunningOffice) -> None:
    document = signed(office, PadesLevel.B_B, office.signatory(profiles.NOTARY))
    known = office.revocation()
    with pytest.raises(SignatureDoubtful):
        verify(
            document,
            roots=office.roots,
            at=AT,
            fresh_lists=[known.office_list, known.trust.root_list],
        )


def test_b_t_holds_while_lists_can_be_asked_for_and_not_alone(office: RunningOffice) -> None:
    document = signed(office, PadesLevel.B_T, office.signatory(profiles.NOTARY))
    known = office.revocation()
    lists = [known.office_list, known.trust.root_list]
    report = verify(document, roots=office.roots, at=AT, fresh_lists=lists)
    assert [s.level for s in report.signatures] == [PadesLevel.B_T]
    with pytest.raises(SignatureDoubtful):
        verify(document, roots=office.roots, at=AT)
    with pytest.raises(SignatureDoubtful):
        verify(document, roots=office.roots, at=AT + timedelta(days=900), fresh_lists=lists)


def test_b_lt_carries_what_it_needs_for_a_while(office: RunningOffice) -> None:
    document = signed(office, PadesLevel.B_LT, office.signatory(profiles.NOTARY))
    report = verify(document, roots=office.roots, at=AT)
    assert [s.level for s in report.signatures] == [PadesLevel.B_LT]
    assert report.archive_stamps == ()


def test_level_with_a_time_stamp_is_never_lowered(office: RunningOffice) -> None:
    act = Act(field=NOTARY_FIELD, level=PadesLevel.B_T, certifies=True, at=AT)
    with pytest.raises(TimeStampUnavailable):
        sign_field(
            prepare_fields(archival_page(), sealing_places()),
            act,
            office.signatory(profiles.NOTARY),
            revocation=office.revocation(),
            stamper=None,
        )


def test_signer_under_no_policy_of_ours_is_not_ours(office: RunningOffice) -> None:
    stranger = replace(profiles.NOTARY, policy="1.2.3.4")
    document = signed(office, PadesLevel.B_LTA, office.signatory(stranger))
    with pytest.raises(NotOurs):
        verify(document, roots=office.roots, at=AT)


def test_party_whose_certificate_names_no_evidence_is_not_ours(office: RunningOffice) -> None:
    careless = replace(profiles.EVENT, needs_evidence=False)
    document = signed(office, PadesLevel.B_LTA, office.signatory(careless))
    with pytest.raises(NotOurs):
        verify(document, roots=office.roots, at=AT)


def test_party_who_was_shown_another_document_is_caught(office: RunningOffice) -> None:
    document = signed(office, PadesLevel.B_LTA, office.signatory(profiles.EVENT, evidence=EVIDENCE))
    with pytest.raises(Tampered, match="another document"):
        verify(document, roots=office.roots, at=AT)


def test_party_who_was_shown_this_document_passes(office: RunningOffice) -> None:
    seen = hashlib.sha256(prepare_fields(archival_page(), sealing_places())).hexdigest()
    by = office.signatory(profiles.EVENT, evidence=replace(EVIDENCE, document=seen))
    report = verify(signed(office, PadesLevel.B_LTA, by), roots=office.roots, at=AT)
    assert [s.evidence for s in report.signatures] == [replace(EVIDENCE, document=seen)]


def test_certificate_that_has_ended_cannot_sign(office: RunningOffice) -> None:
    by = office.signatory(profiles.EVENT, evidence=EVIDENCE)
    act = Act(
        field=NOTARY_FIELD, level=PadesLevel.B_LTA, certifies=True, at=AT + timedelta(minutes=11)
    )
    with pytest.raises(ChainInvalid):
        sign_field(
            prepare_fields(archival_page(), sealing_places()),
            act,
            by,
            revocation=office.revocation(),
            stamper=office.stamps.stamper(),
        )


def test_second_signature_cannot_certify(office: RunningOffice) -> None:
    by = office.signatory(profiles.NOTARY)
    document = signed(office, PadesLevel.B_T, by)
    act = Act(field="office-1", level=PadesLevel.B_T, certifies=True, at=AT)
    with pytest.raises(ChainInvalid):
        sign_field(
            document,
            act,
            by,
            revocation=office.revocation(),
            stamper=office.stamps.stamper(),
        )
