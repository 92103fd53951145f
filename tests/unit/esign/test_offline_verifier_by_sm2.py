"""What the shipped verifier asks of SM2 beyond the mathematics: a chain and digests of its own."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from esign.algorithms import SigningAlgorithm
from esign.authorities import profiles
from esign.authorities.creation import issuer_of
from esign.authorities.directory import office_name
from esign.authorities.issuing import CertificateOrder, Subject, issue
from esign.authorities.revocation import OFFICE_LIST_VALID, Revoked, revocation_list
from esign.cms import der
from esign.cms.reading import inside
from esign.custody.keyring import Keyring
from esign.errors import LintFailed
from esign.keyceremony.requests import Action
from esign.manifests import manifest_sealer
from esign.offline import verify
from esign.offline.verify import Fault, Proof
from esign.sm.certificates import ALGORITHM, is_by_sm2
from esign.sm.sm2 import Sm2PrivateKey
from esign.testing import BASE_URL, OFFICE, RunningOffice, running_office
from esign.trust import office_trust
from tests.servers.ceremony_room import AUTHORITY, SEAL, SM2, Room

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from esign.authorities.issuing import AuthorityKey

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
MANIFEST = b'{"about":{},"format":"feigui.evidence-package/1"}'
SM2_SEAL, SM2_AUTHORITY = SM2.named(SEAL), SM2.named(AUTHORITY)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with running_office(tmp_path, at=AT, sm2=True) as running:
        yield running


def sealed(office: RunningOffice, algorithm: SigningAlgorithm) -> verify.Cms:
    sealer = manifest_sealer(
        OFFICE,
        files=office.files,
        custody=office.vault,
        stamps=office.stamps,
        now=office.now,
        algorithm=algorithm,
    )
    return verify.read_cms(sealer.seal(sealer.prepare(MANIFEST)))


def fault(cms: verify.Cms, office: RunningOffice) -> str:
    with pytest.raises(Fault) as caught:
        verify.check_signer(cms, MANIFEST, Proof(office.roots), "seal")
    return caught.value.code


@pytest.mark.parametrize("algorithm", list(SigningAlgorithm))
def test_a_manifest_is_sealed_by_the_algorithm_that_is_asked_for(
    office: RunningOffice, algorithm: SigningAlgorithm
) -> None:
    seal = sealed(office, algorithm)
    signed = verify.check_signer(seal, MANIFEST, Proof(office.roots), "seal")
    assert (signed.role, signed.at) == ("office_seal", AT)
    assert verify.kind_of_key(verify.spki_of(signed.signer)) == algorithm
    assert {is_by_sm2(each) for each in seal.certificates} == {algorithm is SigningAlgorithm.SM2}


@pytest.mark.parametrize("algorithm", list(SigningAlgorithm))
def test_a_package_is_sealed_with_the_key_that_is_used_now(
    office: RunningOffice, algorithm: SigningAlgorithm
) -> None:
    """A seal that was replaced, or that is in a token, signed packages no more."""
    around = Room(office.files.path, office.now).with_officers()
    office.now.at += timedelta(minutes=1)
    around.done(Action.COMPROMISE, algorithm.named(SEAL), compromised_at=AT)
    office.now.at += timedelta(minutes=1)
    seal = sealed(office, algorithm)
    signed = verify.check_signer(seal, MANIFEST, Proof(office.roots), "seal")
    assert signed.signer == office.files.certificate(f"{algorithm.named(SEAL)}.2")


def test_a_time_stamp_needs_the_other_root_and_its_list(office: RunningOffice) -> None:
    seal = sealed(office, SigningAlgorithm.SM2)
    trust = office_trust(office.files, OFFICE, SigningAlgorithm.SM2)
    stamping_list = x509.load_der_x509_crl(trust.stamping_root_list)
    without = [each for each in seal.lists if each.issuer != stamping_list.issuer]
    assert len(without) == len(seal.lists) - 1
    assert fault(replace(seal, lists=without), office) == "revocation_unknown"
    with pytest.raises(Fault, match="chain_broken"):
        verify.check_signer(seal, MANIFEST, Proof([trust.root]), "seal")


def with_office_list(
    seal: verify.Cms, office: RunningOffice, key: AuthorityKey, revoked: Sequence[Revoked] = ()
) -> verify.Cms:
    """Return the seal with another list of the office, made with ``key``."""
    authority = office.files.certificate(SM2_AUTHORITY)
    made = revocation_list(authority, key, revoked, now=AT, valid_for=OFFICE_LIST_VALID)
    others = [each for each in seal.lists if each.issuer != authority.subject]
    return replace(seal, lists=[x509.load_der_x509_crl(made), *others])


def test_a_seal_that_an_sm2_list_had_taken_back_does_not_hold(office: RunningOffice) -> None:
    seal = sealed(office, SigningAlgorithm.SM2)
    serial = office.files.certificate(SM2_SEAL).serial_number
    own = Keyring(office.files.keys).load(office.files.uri(SM2_AUTHORITY))
    for at, code in ((AT - timedelta(hours=1), "revoked"), (AT + timedelta(hours=1), None)):
        judged = with_office_list(seal, office, own, [Revoked(serial=serial, at=at)])
        if code is None:
            # Taken back after it was used: what it sealed stands.
            verify.check_signer(judged, MANIFEST, Proof(office.roots), "seal")
        else:
            assert fault(judged, office) == code


def test_an_sm2_list_of_somebody_else_says_nothing(office: RunningOffice) -> None:
    seal = sealed(office, SigningAlgorithm.SM2)
    others = with_office_list(seal, office, Sm2PrivateKey.generate())
    assert fault(others, office) == "revocation_unknown"


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        # Each with the other's digest.
        (SigningAlgorithm.SM2, verify.SHA256_NAMED),
        (SigningAlgorithm.P256, verify.SM3_NAMED),
    ],
)
def test_no_signature_goes_with_the_other_algorithm_s_digest(
    office: RunningOffice, algorithm: SigningAlgorithm, digest: str
) -> None:
    mixed = replace(sealed(office, algorithm), digest=digest)
    assert fault(mixed, office) == "algorithm_unknown"


def test_an_sm2_key_that_another_algorithm_certified_is_of_no_chain(
    office: RunningOffice,
) -> None:
    """Our own authorities refuse to make one; somebody else's might."""
    keyring = Keyring(office.files.keys)
    above = issuer_of(office.files, keyring, office_name(OFFICE, "authority"), BASE_URL)
    order = CertificateOrder(
        profile=profiles.OFFICE_SEAL,
        subject=Subject(common_name="甲", organization="甲"),
        public_key=ec.generate_private_key(ec.SECP256R1()).public_key(),
    )
    genuine = issue(order, above, now=AT, record=lambda _: None)
    sm2_key = Sm2PrivateKey.generate().public_key()
    with pytest.raises(LintFailed):
        issue(replace(order, public_key=sm2_key), above, now=AT, record=lambda _: None)
    fields = inside(genuine.tbs_certificate_bytes)
    fields[6] = sm2_key.encoded
    content = der.sequence(*fields)
    assert isinstance(above.key, ec.EllipticCurvePrivateKey)
    signature = above.key.sign(content, ec.ECDSA(hashes.SHA256()))
    forged = x509.load_der_x509_certificate(
        der.sequence(content, fields[2], der.value(0x03, b"\0", signature))
    )
    assert above.certificate is not None
    assert verify.is_issued_by(forged, above.certificate)
    with pytest.raises(Fault, match="chain_mixed"):
        verify.check_chain(forged, Proof(office.roots, [above.certificate]), AT)


def test_a_certificate_that_names_two_algorithms_is_of_no_chain(office: RunningOffice) -> None:
    seal = office.files.certificate(SEAL)
    encoded = seal.public_bytes(Encoding.DER)
    content, _, bits = inside(encoded)
    renamed = der.sequence(content, ALGORITHM, bits)
    with pytest.raises(Fault, match="cms_form"):
        verify.signed_part(renamed)


def test_sm3_is_had_from_whoever_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """GB/T 32905-2016, A.1: the digest of "abc"."""
    stated = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert verify.sm3(b"abc").hex() == stated
    monkeypatch.setattr(hashlib, "algorithms_available", {"sha256"})
    assert verify.sm3(b"abc").hex() == stated
    assert verify.has_sm3()

    def without() -> None:
        raise UnsupportedAlgorithm("no SM3 in this build")

    monkeypatch.setattr(hashes, "SM3", without)
    assert not verify.has_sm3()
