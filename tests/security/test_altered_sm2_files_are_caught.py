"""Files signed with SM2, alone and beside P-256: genuine ones hold, all others are refused.

With the verifier as it is run for strangers, in its limited child, once for each
kind; what has to be tried often is tried in this process.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from asn1crypto import algos, keys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator.sig_validate import SignatureValidationContext

from esign.algorithms import SigningAlgorithm
from esign.authorities import profiles
from esign.authorities.directory import ROOT
from esign.cms import der
from esign.cms.algorithms import SHA256, SM2_SM3, SignatureAlgorithm, key_of
from esign.cms.signed_data import (
    DATA,
    TST_INFO,
    Carried,
    NamedSigner,
    Signed,
    detached,
    enveloping,
    signed_attributes,
)
from esign.errors import (
    CertificateRevoked,
    ChainInvalid,
    SignatureDoubtful,
    Tampered,
    VerificationFailed,
)
from esign.evidence import EvidenceDigests
from esign.pdf.deeds import PartySignature
from esign.pdf.fields import (
    NOTARY_FIELD,
    OFFICE_FIELD,
    SignaturePlace,
    party_field,
    places_for,
    prepare_fields,
)
from esign.pdf.growing_file import GrowingFile
from esign.pdf.levels import PadesLevel
from esign.pdf.signature_form import STAMP, SignatureForm, signature_entries
from esign.pdf.signing import Act, Signatory, sign_field
from esign.sm.sm2 import Sm2PrivateKey
from esign.sm.sm3 import sm3
from esign.testing import RunningOffice, archival_page, running_office, sealing_places
from esign.tsa.reading import read_token
from esign.verification import coverage, verify
from esign.verification.limited import LimitedVerifier
from esign.verification.report import Role
from esign.verification.sm2_validator import SignatureValidator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHA384: Final = der.sequence(der.oid("2.16.840.1.101.3.4.2.2"))
AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
P256, SM2 = SigningAlgorithm.P256, SigningAlgorithm.SM2
BOTH: Final = (P256, SM2)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT, sm2=True) as running:
        yield running


def seal_by(office: RunningOffice, algorithms: Sequence[SigningAlgorithm]) -> bytes:
    sealer = office.sealer(algorithms)
    return sealer.seal(sealer.prepare(archival_page()))


@pytest.fixture(scope="module")
def sealed(office: RunningOffice) -> bytes:
    return seal_by(office, [SM2])


@pytest.fixture(scope="module")
def prepared() -> bytes:
    return prepare_fields(archival_page(), sealing_places())


@pytest.fixture(scope="module")
def notary(office: RunningOffice) -> Signatory:
    return office.signatory(profiles.NOTARY, key=Sm2PrivateKey.generate())


@pytest.fixture(scope="module")
def stamped(office: RunningOffice, prepared: bytes, notary: Signatory) -> bytes:
    """A file whose last signature is by SM2: nothing of P-256 closes over it."""
    act = Act(field=NOTARY_FIELD, level=PadesLevel.B_LT, certifies=True, at=AT)
    return sign_field(
        prepared, act, notary, revocation=office.revocation(SM2), stamper=office.stamps.stamper()
    )


def lists(office: RunningOffice) -> list[bytes]:
    known = [office.revocation(algorithm) for algorithm in BOTH]
    return [each for r in known for each in (r.office_list, r.trust.root_list)]


@pytest.mark.parametrize("algorithms", [[SM2], BOTH, [SM2, P256]])
def test_sealed_certificate_holds_for_years_in_the_limited_child(
    office: RunningOffice, algorithms: Sequence[SigningAlgorithm]
) -> None:
    document = seal_by(office, algorithms)
    later = AT + timedelta(days=900)
    report = LimitedVerifier(roots=office.roots, now=lambda: later)(document)
    assert [s.role for s in report.signatures] == [
        *[Role.NOTARY] * len(algorithms),
        *[Role.OFFICE_SEAL] * len(algorithms),
    ]
    assert {s.level for s in report.signatures} == {PadesLevel.B_LTA}
    assert len(report.archive_stamps) == 1


def test_party_signs_once_by_each_algorithm_of_the_office(office: RunningOffice) -> None:
    places = [
        SignaturePlace(field=party_field(n), page=0, box=(60, 90 * n, 180, 90 * n + 60), label="签")
        for n in (1, 2)
    ]
    deed = prepare_fields(archival_page(), places_for(places, BOTH))
    evidence = EvidenceDigests(
        identity_check="1" * 64,
        ceremony_segment="2" * 64,
        document=hashlib.sha256(deed).hexdigest(),
    )
    signed = deed
    for number in (1, 2):
        party = PartySignature(field=party_field(number), common_name="李雷", evidence=evidence)
        signed = office.deed_signer(BOTH).sign(signed, party)
    report = verify(signed, roots=office.roots, at=AT)
    assert [s.field for s in report.signatures] == [
        *("party-01", "sm2-party-01", "party-02", "sm2-party-02")
    ]
    assert {s.evidence for s in report.signatures} == {evidence}
    assert {s.level for s in report.signatures} == {PadesLevel.B_LTA}


def test_every_altered_byte_of_an_archived_sm2_file_is_caught(
    office: RunningOffice, sealed: bytes
) -> None:
    passed = []
    for at in range(0, len(sealed), 149):
        altered = bytearray(sealed)
        altered[at] ^= 1
        try:
            verify(bytes(altered), roots=office.roots, at=AT)
        except VerificationFailed:
            continue
        passed.append(at)
    assert passed == []


def test_what_an_sm2_signature_covers_cannot_change(
    office: RunningOffice, stamped: bytes, notary: Signatory
) -> None:
    """Where nothing else covers it: content, attributes, signature, the signer's certificate."""
    known = lists(office)
    verify(stamped, roots=office.roots, at=AT, fresh_lists=known)
    last = coverage.covered(stamped)[-1]
    certificate = notary.certificate.public_bytes(Encoding.DER)
    own = last.contents.index(certificate)
    # Behind the certificate: version and name of the signer, then what is signed.
    signed = own + len(certificate) + 100
    inside = [own + 20, own + 300, own + len(certificate) - 5, *range(signed, signed + 290, 41)]
    places = [300, last.gap_start - 30, last.gap_end + 30]
    for at in [*places, *(last.gap_start + 1 + 2 * offset for offset in inside)]:
        altered = bytearray(stamped)
        altered[at] ^= 1
        with pytest.raises(VerificationFailed):
            verify(bytes(altered), roots=office.roots, at=AT, fresh_lists=known)


def test_altered_sm2_signature_is_refused_in_the_limited_child(
    office: RunningOffice, sealed: bytes
) -> None:
    altered = sealed.replace(b"/Type /Page", b"/Type /Pagf", 1)
    with pytest.raises(Tampered):
        LimitedVerifier(roots=office.roots, now=office.now)(altered)


def test_sm2_file_needs_the_root_of_sm2(office: RunningOffice, sealed: bytes) -> None:
    with pytest.raises(ChainInvalid):
        verify(sealed, roots=[office.files.certificate(ROOT)], at=AT)


def test_revoked_sm2_certificate_signs_nothing_that_holds(
    office: RunningOffice, prepared: bytes
) -> None:
    signatory = office.signatory(profiles.NOTARY, key=Sm2PrivateKey.generate())
    act = Act(field=NOTARY_FIELD, level=PadesLevel.B_T, certifies=True, at=AT)
    before = office.revocation(SM2)
    office.vault.revoke(
        office="kunming-a", serial=signatory.certificate.serial_number, algorithm=SM2
    )
    signed = sign_field(
        prepared, act, signatory, revocation=before, stamper=office.stamps.stamper()
    )
    with pytest.raises(CertificateRevoked):
        verify(signed, roots=office.roots, at=AT, fresh_lists=lists(office))


def forged(
    office: RunningOffice,
    prepared: bytes,
    by: Signatory,
    *,
    inside: SignatureAlgorithm = SM2_SM3,
    reference: SignatureAlgorithm = SM2_SM3,
    identity: bytes | None = None,
) -> bytes:
    """Return a file signed by a writer that takes liberties."""
    file = GrowingFile(prepared)
    form = SignatureForm(file)
    number = file.new_number()
    form.certify(number)
    form.fill(form.empty_field(NOTARY_FIELD), number)
    digest = file.close(number, signature_entries(AT, certifies=True), 9000, hashed=inside.hashed)
    NamedSigner.of.cache_clear()
    signer = NamedSigner.of(by.certificate, reference)
    attributes = signed_attributes(DATA, digest, signer, inside)
    key = key_of(by.certificate)
    bound = key if identity is None else replace(key, binding=identity)
    signature = by.sign(bound.imprint(attributes))
    trust = office.revocation(SM2).trust
    carried = [each.public_bytes(Encoding.DER) for each in (trust.authority, trust.root)]
    stamp = office.stamps.stamper().stamp(hashlib.sha256(signature).digest())
    signed = Signed(signer=signer, algorithm=inside, attributes=attributes, signature=signature)
    file.fill(
        detached(signed, carried=Carried(certificates=[signer.certificate, *carried]), stamp=stamp)
    )
    return file.document()


def test_writer_that_takes_no_liberties_is_believed(
    office: RunningOffice, prepared: bytes, notary: Signatory
) -> None:
    """Or the three tests that follow prove nothing."""
    document = forged(office, prepared, notary)
    report = verify(document, roots=office.roots, at=AT, fresh_lists=lists(office))
    assert report.signatures[0].level is PadesLevel.B_T


@pytest.mark.parametrize("digest", [SHA256, SHA384])
def test_sm2_goes_with_sm3_throughout(
    office: RunningOffice, prepared: bytes, notary: Signatory, digest: bytes
) -> None:
    """A digest that is weaker tomorrow must not come in beside a strong signature."""
    mixed = replace(SM2_SM3, digest=digest, hashed=hashlib.sha256)
    document = forged(office, prepared, notary, inside=mixed)
    with pytest.raises(Tampered):
        verify(document, roots=office.roots, at=AT, fresh_lists=lists(office))


def test_time_is_not_proven_by_sm2(
    office: RunningOffice, stamped: bytes, notary: Signatory
) -> None:
    """An archive time-stamp over all, made with a key that only signs documents."""
    file = GrowingFile(stamped)
    number = file.new_number()
    form = SignatureForm(file)
    beside = form.empty_field(OFFICE_FIELD)
    form.add_stamp_field("archive-office-1", beside=beside, stamp=number)
    digest = file.close(number, STAMP, 9000)
    info = read_token(office.stamps.stamper().stamp(digest)).info
    signer = NamedSigner.of(notary.certificate, SM2_SM3)
    attributes = signed_attributes(TST_INFO, sm3(info).digest(), signer, SM2_SM3)
    signature = notary.sign(key_of(notary.certificate).imprint(attributes))
    signed = Signed(signer=signer, algorithm=SM2_SM3, attributes=attributes, signature=signature)
    file.fill(enveloping(signed, content=info, certificates=[signer.certificate]))
    with pytest.raises(Tampered, match="last time-stamp"):
        verify(file.document(), roots=office.roots, at=AT)


def test_signer_is_named_by_the_digest_of_the_signature(
    office: RunningOffice, prepared: bytes, notary: Signatory
) -> None:
    other = replace(SM2_SM3, digest=SHA256, hashed=hashlib.sha256)
    document = forged(office, prepared, notary, reference=other)
    with pytest.raises(Tampered):
        verify(document, roots=office.roots, at=AT, fresh_lists=lists(office))


def test_signature_under_no_identifier_is_refused(
    office: RunningOffice, prepared: bytes, notary: Signatory
) -> None:
    """What ``openssl cms`` makes: right for itself, wrong for everybody else."""
    key = key_of(notary.certificate).public
    nobody = key.identity(b"") if hasattr(key, "identity") else b""
    document = forged(office, prepared, notary, identity=nobody)
    with pytest.raises((Tampered, SignatureDoubtful)):
        verify(document, roots=office.roots, at=AT, fresh_lists=lists(office))


def algorithm(name: str) -> algos.SignedDigestAlgorithm:
    return algos.SignedDigestAlgorithm({"algorithm": name})


def test_validator_lent_to_pyhanko_takes_one_form_only(notary: Signatory) -> None:
    key = Sm2PrivateKey.generate()
    info = keys.PublicKeyInfo.load(key.public_key().encoded)
    made = key.sign(key.public_key().imprint(b"attributes"))
    validator = SignatureValidator()
    validator.validate_signature(made, b"attributes", info, algorithm("sm3_sm2"))
    p256 = keys.PublicKeyInfo.load(
        bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
        + key.public_key().point
    )
    for content, by, name, context in (
        (b"other", info, "sm3_sm2", SignatureValidationContext()),
        (b"attributes", p256, "sm3_sm2", SignatureValidationContext()),
        (b"attributes", info, "sm3_sm2", SignatureValidationContext(prehashed=True)),
        (b"attributes", info, "sm3_sm2", SignatureValidationContext("sha256")),
        # A P-256 signature tried with the SM2 key of somebody of the same name.
        (b"attributes", info, "sha256_ecdsa", SignatureValidationContext()),
    ):
        with pytest.raises(InvalidSignature):
            validator.validate_signature(made, content, by, algorithm(name), context)
