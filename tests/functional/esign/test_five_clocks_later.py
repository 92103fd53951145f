"""Whoever opens a deed years later finds every clock of its making run out.

Five of them: the party's event certificate, the OCSP answer about it, the office's
list, the root's list that covers office and time-stamper, and the responder. B-LTA
holds all the same and B-T does not; judged by our verifier and by pyHanko's own
long-term validation, each told the time.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pytest
from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from esign.asn1 import to_asn1
from esign.authorities.creation import create_authorities
from esign.authorities.directory import ROOT, office_name
from esign.errors import SignatureDoubtful
from esign.evidence import EvidenceDigests
from esign.pdf.fields import SignaturePlace, prepare_fields
from esign.pdf.levels import PadesLevel
from esign.pdf.signing import Act, Signatory, sign_field
from esign.testing import BASE_URL, OFFICE, RunningOffice, archival_page, running_office
from esign.verification import verify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FIELD: Final = "party-01"
PREPARED: Final = prepare_fields(
    archival_page(), [SignaturePlace(field=FIELD, page=0, box=(60, 50, 180, 95), label="签名")]
)
LATER: Final = [timedelta(days=30), timedelta(days=900)]
AUTHORITY: Final = office_name(OFFICE, "authority")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One party's signature, and what was true of it when it was made."""

    document: bytes
    certificate: x509.Certificate
    answer: ocsp.OCSPResponse
    lists: list[bytes]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT) as running:
        yield running


def party_signed(office: RunningOffice, level: PadesLevel) -> Made:
    evidence = EvidenceDigests(
        identity_check="1" * 64,
        ceremony_segment="2" * 64,
        document=hashlib.sha256(PREPARED).hexdigest(),
    )
    key = office.vault.make_event_key(office=OFFICE, common_name="李雷", evidence=evidence)
    certificate = x509.load_der_x509_certificate(key.certificate)
    document = sign_field(
        PREPARED,
        Act(field=FIELD, level=level, certifies=True, at=AT),
        Signatory(
            certificate=certificate, sign=lambda digest: office.vault.sign_once(key.uri, digest)
        ),
        revocation=office.revocation(),
        stamper=office.stamps.stamper(),
    )
    asked = ocsp.OCSPRequestBuilder().add_certificate(
        certificate, office.files.certificate(AUTHORITY), hashes.SHA256()
    )
    request = asked.build().public_bytes(Encoding.DER)
    answer = ocsp.load_der_ocsp_response(office.vault.certificate_status(AUTHORITY, request))
    known = office.revocation()
    return Made(
        document=document,
        certificate=certificate,
        answer=answer,
        lists=[known.office_list, known.trust.root_list],
    )


@pytest.fixture(scope="module")
def made(office: RunningOffice) -> dict[PadesLevel, Made]:
    return {level: party_signed(office, level) for level in (PadesLevel.B_T, PadesLevel.B_LTA)}


def carried_lists(document: bytes) -> list[x509.CertificateRevocationList]:
    store = DocumentSecurityStore.read_dss(PdfFileReader(BytesIO(document)))
    return [x509.load_der_x509_crl(entry.get_object().data) for entry in store.crls]


@pytest.fixture(params=LATER, ids=lambda later: f"{later.days}-days")
def then(request: pytest.FixtureRequest) -> datetime:
    later: timedelta = request.param
    return AT + later


@pytest.fixture
def lists_of_then(office: RunningOffice, then: datetime) -> list[bytes]:
    """What can be had at that time from the addresses in the certificates."""
    office.now.at = then
    try:
        create_authorities(
            office.files.path, now=then, offices={OFFICE: "昆明市甲公证处"}, base_url=BASE_URL
        )
        return [office.vault.revocation_list(office=OFFICE), office.files.revocation_list(ROOT)]
    finally:
        office.now.at = AT


def pyhanko_says(
    document: bytes, roots: Sequence[x509.Certificate], lists: Sequence[bytes], at: datetime
) -> bool:
    """Return whether ETSI EN 319 102-1 5.6.3 passes, by pyHanko and with no help of ours."""
    reader = PdfFileReader(BytesIO(document))
    (signature,) = reader.embedded_regular_signatures
    trusted = [to_asn1(root) for root in roots]
    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build(trust_roots=trusted),
                revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
            ),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
            local_knowledge=LocalKnowledge(
                known_crls=[CRLContainer(asn1_crl.CertificateList.load(each)) for each in lists],
                known_certs=trusted,
            ),
        )
    )
    timing = ValidationTimingInfo(
        validation_time=at, best_signature_time=at, point_in_time_validation=True
    )
    result = asyncio.run(ades.ades_lta_validation(signature, spec, timing))
    return result.ades_subindic is AdESPassed.OK


def test_clocks_have_run_out(
    office: RunningOffice, made: dict[PadesLevel, Made], then: datetime
) -> None:
    """Or the tests below would prove nothing. Two are short, and two last a year."""
    archived = made[PadesLevel.B_LTA]
    assert archived.certificate.not_valid_after_utc < then
    assert archived.answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert archived.answer.next_update_utc is not None
    assert archived.answer.next_update_utc < then
    authority, root = office.files.certificate(AUTHORITY), office.files.certificate(ROOT)
    ends = {each.issuer: each.next_update_utc for each in carried_lists(archived.document)}
    assert ends.keys() == {authority.subject, root.subject}
    office_ends, root_ends = ends[authority.subject], ends[root.subject]
    assert office_ends is not None
    assert root_ends is not None
    assert office_ends < then
    responder = x509.load_der_x509_certificate(
        archived.answer.certificates[0].public_bytes(Encoding.DER)
    )
    long_after = AT + LATER[-1]
    assert max(root_ends, responder.not_valid_after_utc) < long_after


def test_archived_signature_holds_when_every_clock_has_run_out(
    office: RunningOffice,
    made: dict[PadesLevel, Made],
    then: datetime,
    lists_of_then: list[bytes],
) -> None:
    document = made[PadesLevel.B_LTA].document
    report = verify(document, roots=office.roots, at=then)
    assert [each.level for each in report.signatures] == [PadesLevel.B_LTA]
    assert report.signatures[0].signed_at == AT
    verify(document, roots=office.roots, at=then, fresh_lists=lists_of_then)
    # pyHanko asks for the time-stamper's standing today, which no file can hold.
    assert pyhanko_says(document, office.roots, lists_of_then[1:], then)


def test_signature_that_only_proves_its_time_holds_no_longer(
    office: RunningOffice,
    made: dict[PadesLevel, Made],
    then: datetime,
    lists_of_then: list[bytes],
) -> None:
    document, then_good = made[PadesLevel.B_T].document, made[PadesLevel.B_T].lists
    verify(document, roots=office.roots, at=AT, fresh_lists=then_good)
    # With what can be had then: a list of then says nothing of a certificate that had
    # ended, and the one of the signature's own minutes is nowhere but in archived files.
    for lists in ([], lists_of_then):
        with pytest.raises(SignatureDoubtful):
            verify(document, roots=office.roots, at=then, fresh_lists=lists)
        assert not pyhanko_says(document, office.roots, lists, then)


def test_without_a_list_of_today_for_the_time_stamper_pyhanko_waits(
    office: RunningOffice, made: dict[PadesLevel, Made]
) -> None:
    """The trap of long-term validation: the last stamp's own chain is judged today."""
    at = AT + LATER[-1]
    assert not pyhanko_says(made[PadesLevel.B_LTA].document, office.roots, [], at)


def test_root_and_every_certificate_that_is_needed_are_inside(
    office: RunningOffice, made: dict[PadesLevel, Made]
) -> None:
    store = DocumentSecurityStore.read_dss(PdfFileReader(BytesIO(made[PadesLevel.B_LTA].document)))
    inside = {each.get_object().data for each in store.certs.values()}
    needed = (ROOT, AUTHORITY, "tsa")
    assert {office.files.certificate(n).public_bytes(Encoding.DER) for n in needed} <= inside
    assert made[PadesLevel.B_LTA].certificate.public_bytes(Encoding.DER) in inside


def test_lists_are_smaller_than_answers_would_be(made: dict[PadesLevel, Made]) -> None:
    """Why lists go into the file and OCSP answers do not (docs/adr/0015)."""
    answer = made[PadesLevel.B_LTA].answer.public_bytes(Encoding.DER)
    assert sum(map(len, made[PadesLevel.B_LTA].lists)) < len(answer) < 1500
