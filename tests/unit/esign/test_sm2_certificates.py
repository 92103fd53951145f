"""SM2 certificates, lists and keys: made after the same profiles, judged as strictly."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from esign.algorithms import SigningAlgorithm
from esign.authorities import profiles
from esign.authorities.creation import create_authorities, issuer_of
from esign.authorities.directory import ROOT, TSA, office_name, responder_name
from esign.authorities.issuing import CertificateOrder, Issuer, Subject, issue
from esign.authorities.outside import IssuedOutside, check_issued
from esign.authorities.revocation import Revoked, revocation_list
from esign.chain import check_issued_by, is_list_of, verify_chain_at
from esign.cms import der
from esign.cms.algorithms import SM2_SM3, key_of
from esign.cms.reading import inside
from esign.custody.event_requests import event_request
from esign.custody.keyring import Keyring
from esign.custody.private_keys import from_pem, make_key, to_pem
from esign.custody.uris import KeyUri
from esign.errors import (
    AuthorityMissing,
    CertificateRevoked,
    CertificateUnfit,
    ChainInvalid,
    KeyUnknown,
    KeyUnsuitable,
    LintFailed,
    SignatureBroken,
)
from esign.evidence import EvidenceDigests
from esign.lints.certificates.authority_access import authority_access
from esign.lints.certificates.key_identifier import key_identifier
from esign.lints.certificates.key_size import key_size
from esign.pdf.standing import check_standing
from esign.sm.certificates import certificate_with, is_by_sm2, sm2_key_in
from esign.sm.chain import LONGEST_CHAIN, MOST_CERTIFICATES
from esign.sm.sm2 import Sm2PrivateKey
from esign.testing import BASE_URL, NOTARY, OFFICE, RunningOffice, running_office
from esign.trust import office_trust, trusted_roots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from esign.authorities.issuing import AuthorityKey
    from esign.lints.certificates import CertificateLint

    Extensions = list[tuple[x509.ExtensionType, bool]]

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SM2, P256 = SigningAlgorithm.SM2, SigningAlgorithm.P256
SM2_ROOT: Final = SM2.named(ROOT)
AUTHORITY: Final = SM2.named(office_name(OFFICE, "authority"))
SEAL: Final = SM2.named(office_name(OFFICE, "seal"))
EVIDENCE: Final = EvidenceDigests(
    identity_check="1" * 64, ceremony_segment="2" * 64, document="3" * 64
)
UNKNOWN: Final = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.25.1"), b"\x05\x00")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT, sm2=True) as running:
        yield running


def seal_and_authority(office: RunningOffice) -> tuple[x509.Certificate, x509.Certificate]:
    return office.files.certificate(SEAL), office.files.certificate(AUTHORITY)


class Chain:
    """A root whose key is in the test's hand, for certificates that we never make."""

    def __init__(self) -> None:
        self.key = Sm2PrivateKey.generate()
        order = CertificateOrder(
            profile=replace(profiles.ROOT, path_length=9),
            subject=Subject(common_name="Root"),
            public_key=self.key.public_key(),
        )
        self.root = issue(order, Issuer(certificate=None, key=self.key), now=AT)

    def under(
        self,
        profile: profiles.Profile,
        name: str,
        issuer: tuple[x509.Certificate, AuthorityKey] | None = None,
    ) -> tuple[x509.Certificate, Sm2PrivateKey]:
        certificate, key = issuer or (self.root, self.key)
        own = Sm2PrivateKey.generate()
        order = CertificateOrder(
            profile=profile, subject=Subject(common_name=name), public_key=own.public_key()
        )
        above = Issuer(
            certificate=certificate,
            key=key,
            crl_url=f"{BASE_URL}/above.crl",
            certificate_url=f"{BASE_URL}/above.cer",
        )
        return issue(order, above, now=AT), own

    def rewritten(
        self, like: x509.Certificate, *extensions: tuple[x509.ExtensionType, bool]
    ) -> x509.Certificate:
        """Return a certificate of the root for the names in ``like`` with other extensions."""
        stand_in = ec.generate_private_key(ec.SECP256R1())
        builder = (
            x509.CertificateBuilder()
            .subject_name(like.subject)
            .issuer_name(self.root.subject)
            .public_key(stand_in.public_key())
            .serial_number(77)
            .not_valid_before(like.not_valid_before_utc)
            .not_valid_after(like.not_valid_after_utc)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return certificate_with(builder.sign(stand_in, hashes.SHA256()), sm2_key_in(like), self.key)


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain()


def same_extensions(like: x509.Certificate) -> Extensions:
    return [(each.value, each.critical) for each in like.extensions]


def test_office_has_a_chain_of_each_algorithm(office: RunningOffice) -> None:
    seal, authority = seal_and_authority(office)
    assert verify_chain_at(seal, [authority], roots=office.roots, at=AT) == [
        seal,
        authority,
        office.files.certificate(SM2_ROOT),
    ]
    own = [office.files.certificate(office_name(OFFICE, name)) for name in ("seal", "authority")]
    # Certificates that the other verifier cannot read are not in its way.
    found = verify_chain_at(own[0], [authority, own[1]], roots=office.roots, at=AT)
    assert found[-1] == office.files.certificate(ROOT)


def test_sm2_certificates_name_a_list_and_nobody_to_ask(office: RunningOffice) -> None:
    """No responder signs by SM2 yet, and an address that leads nowhere is worse than none."""
    for certificate, above in zip(seal_and_authority(office), (AUTHORITY, SM2_ROOT), strict=True):
        stated = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
        assert [(each.access_method, each.access_location.value) for each in stated.value] == [
            (AuthorityInformationAccessOID.CA_ISSUERS, f"{BASE_URL}/{above}.cer")
        ]
        (point,) = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        assert [name.value for name in point.full_name or ()] == [f"{BASE_URL}/{above}.crl"]
        assert not office.files.has_certificate(responder_name(above))
        asked = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
            bytes(32), bytes(32), certificate.serial_number, hashes.SHA256()
        )
        told = office.vault.certificate_status(above, asked.build().public_bytes(Encoding.DER))
        status = ocsp.load_der_ocsp_response(told).response_status
        assert status is ocsp.OCSPResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("lint", "said"),
    [
        # The name of another key, and an address of somebody who answers.
        (key_identifier, x509.SubjectKeyIdentifier(bytes(20))),
        (
            authority_access,
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(method, x509.UniformResourceIdentifier(BASE_URL))
                    for method in (
                        AuthorityInformationAccessOID.CA_ISSUERS,
                        AuthorityInformationAccessOID.OCSP,
                    )
                ]
            ),
        ),
    ],
)
def test_rules_of_certificates_hold_for_sm2(
    chain: Chain, lint: CertificateLint, said: x509.ExtensionType
) -> None:
    leaf, _ = chain.under(profiles.NOTARY, "Li Lei")
    assert lint(leaf, profiles.NOTARY) is None
    altered = [(said if v.oid == said.oid else v, c) for v, c in same_extensions(leaf)]
    assert lint(chain.rewritten(leaf, *altered), profiles.NOTARY)


def test_key_of_no_kind_known_here_breaks_the_rules_of_certificates(chain: Chain) -> None:
    """A point of another curve, under the identifiers of SM2."""
    leaf, _ = chain.under(profiles.NOTARY, "Li Lei")
    fields = inside(leaf.tbs_certificate_bytes)
    point = sm2_key_in(leaf).point
    fields[6] = fields[6].replace(point, point[:-1] + bytes([point[-1] ^ 1]))
    encoded = der.sequence(der.sequence(*fields), fields[2], der.value(0x03, b"\0"))
    spoilt = x509.load_der_x509_certificate(encoded)
    assert key_size(spoilt, profiles.NOTARY)
    assert key_identifier(spoilt, profiles.NOTARY)


def test_outside_authority_is_asked_for_no_sm2_key(chain: Chain) -> None:
    public = chain.key.public_key()
    with pytest.raises(KeyUnsuitable, match="P-256"):
        event_request("李雷", public, EVIDENCE, sign=chain.key.sign)


def test_outside_authority_that_certifies_an_sm2_key_certified_another(
    office: RunningOffice, chain: Chain
) -> None:
    asked = office.vault.make_event_request(office=OFFICE, common_name="李雷", evidence=EVIDENCE)
    leaf, _ = chain.under(profiles.NOTARY, "李雷")
    issued = IssuedOutside(
        certificate=leaf, authority=chain.root, root=chain.root, authority_list=b"", root_list=b""
    )
    with pytest.raises(CertificateUnfit, match="another key"):
        check_issued(asked.request, issued)


def test_chain_is_judged_at_its_time_and_under_its_root(office: RunningOffice) -> None:
    seal, authority = seal_and_authority(office)
    trusted = {"sm2": office.files.certificate(SM2_ROOT), "p256": office.files.certificate(ROOT)}
    for roots, at in (
        ([trusted["p256"]], AT),
        ([], AT),
        ([trusted["sm2"]], AT + timedelta(days=2000)),
        ([trusted["sm2"]], AT - timedelta(days=1)),
    ):
        with pytest.raises(ChainInvalid):
            verify_chain_at(seal, [authority], roots=roots, at=at)
    with pytest.raises(ChainInvalid):
        verify_chain_at(seal, [], roots=office.roots, at=AT)


def test_root_that_came_along_is_not_trusted(office: RunningOffice, chain: Chain) -> None:
    leaf, _ = chain.under(profiles.NOTARY, "Li Lei")
    with pytest.raises(ChainInvalid):
        verify_chain_at(leaf, [chain.root], roots=office.roots, at=AT)
    assert verify_chain_at(leaf, [], roots=[chain.root], at=AT) == [leaf, chain.root]


def test_altered_certificate_has_no_chain(office: RunningOffice) -> None:
    seal, authority = seal_and_authority(office)
    encoded = seal.public_bytes(Encoding.DER)
    for at in (len(encoded) - 1, encoded.index(sm2_key_in(seal).point) + 7, len(encoded) // 2):
        spoilt = encoded[:at] + bytes([encoded[at] ^ 1]) + encoded[at + 1 :]
        with pytest.raises(ChainInvalid):
            verify_chain_at(
                x509.load_der_x509_certificate(spoilt), [authority], roots=office.roots, at=AT
            )


def test_end_certificate_certifies_nobody(chain: Chain) -> None:
    notary = chain.under(profiles.NOTARY, "Li Lei")
    forged, _ = chain.under(profiles.NOTARY, "Han Meimei", notary)
    with pytest.raises(ChainInvalid):
        verify_chain_at(forged, [notary[0]], roots=[chain.root], at=AT)


def test_path_is_no_longer_than_its_authority_allows(chain: Chain) -> None:
    first = chain.under(profiles.OFFICE_AUTHORITY, "A")
    second = chain.under(profiles.OFFICE_AUTHORITY, "B", first)
    leaf, _ = chain.under(profiles.NOTARY, "Li Lei", second)
    with pytest.raises(ChainInvalid):
        verify_chain_at(leaf, [first[0], second[0]], roots=[chain.root], at=AT)


def test_endless_chain_ends(chain: Chain) -> None:
    profile = replace(profiles.OFFICE_AUTHORITY, path_length=9)
    issuers = [chain.under(profile, "A0")]
    for number in range(1, LONGEST_CHAIN):
        issuers.append(chain.under(profile, f"A{number}", issuers[-1]))
    leaf, _ = chain.under(profiles.NOTARY, "Li Lei", issuers[-1])
    with pytest.raises(ChainInvalid):
        verify_chain_at(leaf, [each for each, _ in issuers], roots=[chain.root], at=AT)
    crowd = [issuers[0][0]] * (MOST_CERTIFICATES + 1)
    with pytest.raises(ChainInvalid):
        verify_chain_at(leaf, crowd, roots=[chain.root], at=AT)


@pytest.mark.parametrize(
    "spoil",
    [
        # Critical and unknown; a usage that need not be obeyed; none at all.
        lambda found: [*found, (UNKNOWN, True)],
        lambda found: [(v, c and not isinstance(v, x509.KeyUsage)) for v, c in found],
        lambda found: [(v, c) for v, c in found if not isinstance(v, x509.KeyUsage)],
        # Whose key signed it is not said, or said wrongly.
        lambda found: [(v, c) for v, c in found if not isinstance(v, x509.AuthorityKeyIdentifier)],
        lambda found: [
            (x509.AuthorityKeyIdentifier(bytes(20), None, None), c)
            if isinstance(v, x509.AuthorityKeyIdentifier)
            else (v, c)
            for v, c in found
        ],
    ],
)
def test_certificate_of_another_form_has_no_chain(
    chain: Chain, spoil: Callable[[Extensions], Extensions]
) -> None:
    leaf, _ = chain.under(profiles.NOTARY, "Li Lei")
    same = chain.rewritten(leaf, *same_extensions(leaf))
    assert verify_chain_at(same, [], roots=[chain.root], at=AT)  # or this proves nothing
    spoilt = chain.rewritten(leaf, *spoil(same_extensions(leaf)))
    with pytest.raises(ChainInvalid):
        verify_chain_at(spoilt, [], roots=[chain.root], at=AT)


def test_algorithm_that_is_named_outside_alone_does_not_count(office: RunningOffice) -> None:
    """Else the identifier in the signed part could say anything."""
    seal, authority = seal_and_authority(office)
    key = Sm2PrivateKey.generate()
    fields = inside(seal.tbs_certificate_bytes)
    fields[2] = der.sequence(der.oid("1.2.840.10045.4.3.2"))
    content = der.sequence(*fields)
    signature = der.value(0x03, b"\0", key.sign(key.public_key().imprint(content)))
    mixed = x509.load_der_x509_certificate(
        der.sequence(content, der.sequence(der.oid("1.2.156.10197.1.501")), signature)
    )
    with pytest.raises(ChainInvalid, match="by SM2"):
        check_issued_by(mixed, authority)


def test_each_link_names_its_issuer(office: RunningOffice) -> None:
    seal, authority = seal_and_authority(office)
    other = office.files.certificate(office_name(OFFICE, "authority"))
    check_issued_by(seal, authority)
    check_issued_by(other, office.files.certificate(ROOT))
    for subject, issuer in (
        (seal, office.files.certificate(SM2_ROOT)),
        (seal, other),
        (office.files.certificate(office_name(OFFICE, "seal")), authority),
    ):
        with pytest.raises(ChainInvalid):
            check_issued_by(subject, issuer)


def test_lint_speaks_before_the_authority_signs(chain: Chain) -> None:
    with pytest.raises(LintFailed, match="evidence"):
        chain.under(profiles.EVENT, "Li Lei")


def test_chain_does_not_change_its_algorithm(chain: Chain) -> None:
    order = CertificateOrder(
        profile=profiles.NOTARY,
        subject=Subject(common_name="Li Lei"),
        public_key=ec.generate_private_key(ec.SECP256R1()).public_key(),
    )
    with pytest.raises(LintFailed, match="SM2"):
        issue(order, Issuer(certificate=chain.root, key=chain.key), now=AT)
    order = replace(order, public_key=Sm2PrivateKey.generate().public_key())
    own = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(LintFailed, match="SM2"):
        issue(order, Issuer(certificate=None, key=own), now=AT)


def test_list_is_its_authoritys_alone(office: RunningOffice, chain: Chain) -> None:
    root = office.files.certificate(SM2_ROOT)
    listed = x509.load_der_x509_crl(office.files.revocation_list(SM2_ROOT))
    assert is_by_sm2(listed)
    assert is_list_of(listed, root)
    assert not is_list_of(listed, office.files.certificate(AUTHORITY))
    assert not is_list_of(x509.load_der_x509_crl(office.files.revocation_list(ROOT)), root)
    # A namesake's key.
    forged = x509.load_der_x509_crl(
        revocation_list(root, chain.key, [], now=AT, valid_for=timedelta(days=1))
    )
    assert not is_list_of(forged, root)
    # A list by P-256 under the name of an SM2 authority.
    stranger = ec.generate_private_key(ec.SECP256R1())
    forged = x509.load_der_x509_crl(
        revocation_list(root, stranger, [], now=AT, valid_for=timedelta(days=1))
    )
    assert not is_list_of(forged, root)


def test_key_says_how_documents_are_signed_with_it(office: RunningOffice) -> None:
    seal = office.files.certificate(SEAL)
    key = key_of(seal)
    assert key.algorithm is SM2_SM3
    imprint = key.imprint(b"attributes")
    made = office.vault.sign_digest(f"file:{SEAL}", imprint)
    key.check(made, imprint)
    other = key_of(office.files.certificate(office_name(OFFICE, "seal")))
    for wrong, digest in ((key, other.imprint(b"attributes")), (other, imprint)):
        with pytest.raises(SignatureBroken):
            wrong.check(made, digest)
    with pytest.raises(SignatureBroken):
        replace(other, algorithm=SM2_SM3).check(made, imprint)


def test_certificate_without_version_has_no_sm2_key(chain: Chain) -> None:
    leaf, _ = chain.under(profiles.NOTARY, "Li Lei")
    fields = inside(leaf.tbs_certificate_bytes)
    # Version 1: neither the version nor extensions.
    content = der.sequence(*fields[1:7])
    encoded = der.sequence(content, fields[2], der.value(0x03, b"\0"))
    with pytest.raises(KeyUnsuitable):
        key_of(x509.load_der_x509_certificate(encoded))


def test_notary_and_party_get_sm2_keys_by_name(office: RunningOffice) -> None:
    uri = office.vault.enrol_notary(
        office=OFFICE, notary=NOTARY, common_name="王公证", algorithm=SM2
    )
    assert uri == f"file:sm2.office.{OFFICE}.notary.{NOTARY}"
    notary = office.files.certificate(KeyUri.parse(uri).name)
    made = office.vault.make_event_key(
        office=OFFICE, common_name="李雷", evidence=EVIDENCE, algorithm=SM2
    )
    party = x509.load_der_x509_certificate(made.certificate)
    _, authority = seal_and_authority(office)
    for certificate in (notary, party):
        verify_chain_at(certificate, [authority], roots=office.roots, at=AT)
    imprint = key_of(party).imprint(b"deed")
    key_of(party).check(office.vault.sign_once(made.uri, imprint), imprint)
    with pytest.raises(KeyUnknown):
        office.vault.sign_once(made.uri, imprint)


def test_revoked_is_revoked_with_its_own_authority(office: RunningOffice) -> None:
    signatory = office.signatory(profiles.NOTARY, key=Sm2PrivateKey.generate())
    serial = signatory.certificate.serial_number
    trust = office_trust(office.files, OFFICE, SM2)
    before = office.vault.revocation_list(office=OFFICE, algorithm=SM2)
    check_standing(signatory.certificate, trust=trust, office_list=before, at=AT)
    office.vault.revoke(office=OFFICE, serial=serial, algorithm=SM2)
    after = office.vault.revocation_list(office=OFFICE, algorithm=SM2)
    with pytest.raises(CertificateRevoked):
        check_standing(signatory.certificate, trust=trust, office_list=after, at=AT)
    others = x509.load_der_x509_crl(office.vault.revocation_list(office=OFFICE))
    assert others.get_revoked_certificate_by_serial_number(serial) is None


def test_revoked_time_stamper_stops_sm2_signatures_too(office: RunningOffice) -> None:
    signatory = office.signatory(profiles.NOTARY, key=Sm2PrivateKey.generate())
    trust = office_trust(office.files, OFFICE, SM2)
    issuer = issuer_of(office.files, Keyring(office.files.keys), ROOT, BASE_URL)
    stamper = Revoked(serial=office.files.certificate(TSA).serial_number, at=AT)
    listed = revocation_list(
        office.files.certificate(ROOT), issuer.key, [stamper], now=AT, valid_for=timedelta(days=1)
    )
    spoilt = replace(trust, stamping_root_list=listed)
    office_list = office.vault.revocation_list(office=OFFICE, algorithm=SM2)
    with pytest.raises(CertificateRevoked):
        check_standing(signatory.certificate, trust=spoilt, office_list=office_list, at=AT)


def test_running_again_keeps_what_was_made(tmp_path: Path) -> None:
    def made(at: datetime) -> dict[str, bytes]:
        files = create_authorities(
            tmp_path, now=at, offices={OFFICE: "甲"}, base_url=BASE_URL, sm2_offices=[OFFICE]
        )
        return {path.name: path.read_bytes() for path in files.public.iterdir()}

    first = made(AT)
    assert made(AT + timedelta(days=1)) == first
    # Half a year later the roots' lists are renewed, who answers by P-256, and nothing else.
    renewed = made(AT + timedelta(days=200))
    assert {name for name in first if first[name] != renewed[name]} == {
        "root.crl",
        "sm2.root.crl",
        "root.responder.pem",
        f"office.{OFFICE}.authority.responder.pem",
    }


def test_office_without_sm2_has_no_sm2_authority(tmp_path: Path) -> None:
    files = create_authorities(tmp_path, now=AT, offices={OFFICE: "甲"}, base_url=BASE_URL)
    assert trusted_roots(files) == [files.certificate(ROOT)]
    with pytest.raises(AuthorityMissing):
        office_trust(files, OFFICE, SM2)


@pytest.mark.parametrize("algorithm", list(SigningAlgorithm))
def test_key_file_is_one_that_openssl_reads(tmp_path: Path, algorithm: SigningAlgorithm) -> None:
    text = to_pem(make_key(algorithm))
    (tmp_path / "key.pem").write_bytes(text)
    told = subprocess.run(
        ["openssl", "pkey", "-in", "key.pem", "-noout", "-text", "-check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Key is valid" in told.stdout
    assert to_pem(from_pem(text, algorithm)) == text


def test_key_file_of_another_kind_is_refused() -> None:
    other = to_pem(make_key(P256))
    with pytest.raises(KeyUnsuitable):
        from_pem(other, SM2)
    with pytest.raises(KeyUnsuitable):
        from_pem(other.replace(b"PRIVATE KEY", b"PUBLIC KEY"), SM2)
    edwards = ed25519.Ed25519PrivateKey.generate()
    text = edwards.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyUnsuitable):
        from_pem(text, P256)
