"""Every rule of certificates has a certificate that breaks it, and ours break none.

The rules are ours; a second opinion is pkilint's, which others wrote (RFC 5280 and its
updates), over certificates, lists and answers of every kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pkilint import loader, pkix
from pkilint.pkix import certificate as pkix_certificate
from pkilint.pkix import crl as pkix_crl
from pkilint.pkix import extension, name
from pkilint.pkix import ocsp as pkix_ocsp
from pkilint.validation import ValidationFindingSeverity

from esign import oids
from esign.authorities import profiles
from esign.authorities.directory import (
    ROOT,
    TSA,
    link_name,
    notary_name,
    office_name,
    responder_name,
)
from esign.authorities.issuing import Subject
from esign.evidence import EvidenceDigests
from esign.keyceremony.requests import Action
from esign.lints.certificates import CERTIFICATE_LINTS
from esign.testing import NOTARY, OFFICE, RunningOffice, SetClock, running_office
from tests.servers.ceremony_room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from esign.authorities.profiles import Profile

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
EVIDENCE: Final = EvidenceDigests(
    identity_check="1" * 64, ceremony_segment="2" * 64, document="3" * 64
)
P256: Final = ec.generate_private_key(ec.SECP256R1())
AUTHORITY: Final = office_name(OFFICE, "authority")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT) as running:
        running.vault.enrol_notary(office=OFFICE, notary=NOTARY, common_name="王公证")
        yield running


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> x509.Certificate:
    """By which the root's first key vouches for its next one."""
    room = Room(tmp_path_factory.mktemp("root"), SetClock(AT)).with_officers()
    room.done(Action.CREATE, ROOT, name="飞柜根")
    room.done(Action.ROTATE, ROOT)
    return room.files.certificate(link_name(f"{ROOT}.2", ROOT))


@pytest.fixture(scope="module")
def ours(office: RunningOffice, link: x509.Certificate) -> Mapping[str, x509.Certificate]:
    """One certificate of every profile, as they are really made."""
    event = office.vault.make_event_key(office=OFFICE, common_name="李雷", evidence=EVIDENCE)
    files = office.files
    return {
        "root": files.certificate(ROOT),
        "root_link": link,
        "office_authority": files.certificate(AUTHORITY),
        "notary": files.certificate(notary_name(OFFICE, NOTARY)),
        "office_seal": files.certificate(office_name(OFFICE, "seal")),
        "event": x509.load_der_x509_certificate(event.certificate),
        "time_stamper": files.certificate(TSA),
        "responder": files.certificate(responder_name(AUTHORITY)),
    }


def told(certificate: x509.Certificate, profile: Profile) -> dict[str, str]:
    """Return what each rule says that is not content."""
    answers = {lint.__name__: lint(certificate, profile) for lint in CERTIFICATE_LINTS}
    return {rule: reason for rule, reason in answers.items() if reason}


def test_no_certificate_of_ours_breaks_a_rule(ours: Mapping[str, x509.Certificate]) -> None:
    assert ours.keys() == profiles.PROFILES.keys()
    assert {kind: told(each, profiles.profile(kind)) for kind, each in ours.items()} == {
        kind: {} for kind in ours
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """What is different from a good certificate."""

    drop: tuple[type[x509.ExtensionType], ...] = ()
    put: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    subject: x509.Name | None = None
    issuer: x509.Name | None = None
    serial: int | None = None
    lasts: timedelta | None = None
    key: Any = None
    digest: type[hashes.SHA256 | hashes.SHA224] = hashes.SHA256


def bent(good: x509.Certificate, bend: Bend) -> x509.Certificate:
    key = bend.key or good.public_key()
    replaced = {type(value) for value, _ in bend.put} | set(bend.drop)
    builder = (
        x509.CertificateBuilder()
        .subject_name(bend.subject or good.subject)
        .issuer_name(good.issuer if bend.issuer is None else bend.issuer)
        .public_key(key)
        .serial_number(bend.serial or good.serial_number)
        .not_valid_before(good.not_valid_before_utc)
        .not_valid_after(
            good.not_valid_before_utc + bend.lasts if bend.lasts else good.not_valid_after_utc
        )
    )
    for each in good.extensions:
        if type(each.value) not in replaced:
            builder = builder.add_extension(each.value, critical=each.critical)
    for value, critical in bend.put:
        builder = builder.add_extension(value, critical=critical)
    return builder.sign(P256, bend.digest())


def usage(*stated: str) -> x509.KeyUsage:
    every = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{each: each in stated for each in every})


def called(*parts: tuple[x509.ObjectIdentifier, str, Any]) -> x509.Name:
    return x509.Name([x509.NameAttribute(kind, text, form) for kind, text, form in parts])


CN: Final = (NameOID.COUNTRY_NAME, "CN", None)
URL: Final = x509.UniformResourceIdentifier("http://127.0.0.1/x")
LDAP: Final = x509.UniformResourceIdentifier("ldap://127.0.0.1/x")
SIGNS: Final = ("digital_signature", "content_commitment")
EKU, OID = x509.ExtendedKeyUsage, x509.ObjectIdentifier


def points(where: x509.GeneralName) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints([x509.DistributionPoint([where], None, None, None)])


def access(*kinds: x509.ObjectIdentifier) -> x509.AuthorityInformationAccess:
    return x509.AuthorityInformationAccess([x509.AccessDescription(kind, URL) for kind in kinds])


OCSP_AT, ISSUER_AT = (
    AuthorityInformationAccessOID.OCSP,
    AuthorityInformationAccessOID.CA_ISSUERS,
)
DIGEST_20: Final = bytes(20)

BROKEN: Final[list[tuple[str, str, Bend]]] = [
    # The address of the issuer is not there, critical, or not for the status as well.
    ("authority_access", "notary", Bend(drop=(x509.AuthorityInformationAccess,))),
    ("authority_access", "notary", Bend(put=((access(ISSUER_AT, OCSP_AT), True),))),
    ("authority_access", "notary", Bend(put=((access(ISSUER_AT), False),))),
    ("authority_access", "root", Bend(put=((access(ISSUER_AT), False),))),
    ("authority_access", "responder", Bend(put=((access(ISSUER_AT, OCSP_AT), False),))),
    # A signer that may certify, an authority that may not, and neither said.
    ("authority_flag", "notary", Bend(put=(
        (x509.BasicConstraints(ca=True, path_length=0), True),))),
    ("authority_flag", "office_authority", Bend(put=((usage("digital_signature"), True),))),
    ("authority_flag", "notary", Bend(drop=(x509.BasicConstraints,))),
    # Something critical that a reader may not know.
    ("criticality", "notary", Bend(put=((x509.CertificatePolicies(
        [x509.PolicyInformation(OID(oids.POLICY_NOTARY), None)]), True),))),
    # A party's certificate without evidence, a notary's with it, and evidence that is none.
    ("evidence_bound", "event", Bend(drop=(x509.UnrecognizedExtension,))),
    ("evidence_bound", "notary", Bend(put=(
        (x509.UnrecognizedExtension(OID(oids.EVIDENCE), EVIDENCE.to_der()), False),))),
    ("evidence_bound", "event", Bend(put=(
        (x509.UnrecognizedExtension(OID(oids.EVIDENCE), b"\x30\x00"), False),))),
    # Another purpose, none, and "any".
    ("extended_usage", "notary", Bend(put=((EKU([ExtendedKeyUsageOID.CODE_SIGNING]), False),))),
    ("extended_usage", "notary", Bend(drop=(EKU,))),
    ("extended_usage", "office_authority", Bend(put=(
        (EKU([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), False),))),
    # A notary who issued to himself, a root that somebody else issued, nobody at all.
    ("issuer_name", "notary", Bend(issuer=called(CN, (NameOID.ORGANIZATION_NAME, "甲", None),
        (NameOID.COMMON_NAME, "乙", None)), subject=called(CN,
        (NameOID.ORGANIZATION_NAME, "甲", None), (NameOID.COMMON_NAME, "乙", None)))),
    ("issuer_name", "root", Bend(issuer=called(CN, (NameOID.COMMON_NAME, "x", None)))),
    ("issuer_name", "notary", Bend(issuer=x509.Name([]))),
    # Identifiers that are missing or of another key.
    ("key_identifier", "notary", Bend(drop=(x509.AuthorityKeyIdentifier,))),
    ("key_identifier", "notary", Bend(drop=(x509.SubjectKeyIdentifier,))),
    ("key_identifier", "notary", Bend(put=((x509.SubjectKeyIdentifier(DIGEST_20), False),))),
    ("key_identifier", "root", Bend(put=(
        (x509.AuthorityKeyIdentifier(DIGEST_20, None, None), False),))),
    # Keys that are too short, of another kind, or RSA for an authority.
    ("key_size", "notary", Bend(key=rsa.generate_private_key(65537, 2048).public_key())),
    ("key_size", "notary", Bend(key=ec.generate_private_key(ec.SECP224R1()).public_key())),
    ("key_size", "office_authority", Bend(key=rsa.generate_private_key(65537, 3072).public_key())),
    # Uses beside signing, and uses that nobody has to mind.
    ("key_usage", "notary", Bend(put=((usage(*SIGNS, "key_encipherment"), True),))),
    ("key_usage", "notary", Bend(put=((usage(*SIGNS), False),))),
    # What no profile has.
    ("known_extensions", "notary", Bend(put=(
        (x509.SubjectAlternativeName([x509.RFC822Name("a@example.cn")]), False),))),
    # Without a country; a part twice or of another kind; too long, empty, or in old letters.
    ("names", "notary", Bend(subject=called((NameOID.COMMON_NAME, "乙", None)))),
    ("names", "notary", Bend(subject=called(CN, (NameOID.SERIAL_NUMBER, "1", None),
        (NameOID.COMMON_NAME, "乙", None)))),
    ("names", "notary", Bend(subject=called(CN, (NameOID.COMMON_NAME, "乙", None),
        (NameOID.COMMON_NAME, "丙", None)))),
    ("names", "notary", Bend(subject=called(CN, (NameOID.COMMON_NAME, " 乙", None)))),
    ("names", "notary", Bend(subject=called(
        (NameOID.COUNTRY_NAME, "cn", None), (NameOID.COMMON_NAME, "乙", None)))),
    ("names", "notary", Bend(subject=called(
        CN, (NameOID.COMMON_NAME, "B", _ASN1Type.PrintableString)))),
    # Not to be asked about, and no responder; a responder that has to be; critical.
    ("no_check", "notary", Bend(put=((x509.OCSPNoCheck(), False),))),
    ("no_check", "responder", Bend(drop=(x509.OCSPNoCheck,))),
    ("no_check", "responder", Bend(put=((x509.OCSPNoCheck(), True),))),
    # An office that could make offices.
    ("path_length", "office_authority", Bend(put=(
        (x509.BasicConstraints(ca=True, path_length=1), True),))),
    # A notary under the policy of seals, and under two.
    ("policy", "notary", Bend(put=((x509.CertificatePolicies(
        [x509.PolicyInformation(OID(oids.POLICY_OFFICE_SEAL), None)]), False),))),
    ("policy", "notary", Bend(drop=(x509.CertificatePolicies,))),
    # A notary who answers for the authority, and a responder that signs code as well.
    ("responder_usage", "notary", Bend(put=((EKU([ExtendedKeyUsageOID.OCSP_SIGNING]), False),))),
    ("responder_usage", "responder", Bend(put=(
        (EKU([ExtendedKeyUsageOID.OCSP_SIGNING, ExtendedKeyUsageOID.CODE_SIGNING]), False),))),
    # No list, a list that is critical or not at an address of HTTP, a list for the root.
    ("revocation_source", "notary", Bend(drop=(x509.CRLDistributionPoints,))),
    ("revocation_source", "notary", Bend(put=((points(URL), True),))),
    ("revocation_source", "notary", Bend(put=((points(LDAP), False),))),
    ("revocation_source", "root", Bend(put=((points(URL), False),))),
    # A number that can be guessed.
    ("serial_entropy", "notary", Bend(serial=1)),
    # A digest that is too short.
    ("signature_hash", "notary", Bend(digest=hashes.SHA224)),
    # A notary who stamps time; a time-stamper who signs code; one that need not be minded.
    ("time_stamping_usage", "notary", Bend(put=(
        (EKU([ExtendedKeyUsageOID.TIME_STAMPING]), True),))),
    ("time_stamping_usage", "time_stamper", Bend(put=(
        (EKU([ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING]), True),))),
    ("time_stamping_usage", "time_stamper", Bend(put=(
        (EKU([ExtendedKeyUsageOID.TIME_STAMPING]), False),))),
    ("time_stamping_usage", "time_stamper", Bend(drop=(EKU,))),
    # An event certificate that lasts an hour.
    ("validity", "event", Bend(lasts=timedelta(hours=1))),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "kind", "bend"), BROKEN)
def test_certificate_that_breaks_a_rule_is_told_so(
    ours: Mapping[str, x509.Certificate], rule: str, kind: str, bend: Bend
) -> None:
    assert told(bent(ours[kind], Bend()), profiles.profile(kind)) == {}
    assert rule in told(bent(ours[kind], bend), profiles.profile(kind))


def test_every_rule_has_a_certificate_that_breaks_it() -> None:
    assert {rule for rule, _, _ in BROKEN} == {lint.__name__ for lint in CERTIFICATE_LINTS}


@pytest.mark.filterwarnings("ignore:Attribute's length:UserWarning")
def test_name_has_64_characters_at_most_however_many_bytes_they_take(
    ours: Mapping[str, x509.Certificate],
) -> None:
    """X.520 counts characters; cryptography would stop at 21 Chinese ones."""
    notary = profiles.profile("notary")
    for length, broken in ((64, {}), (65, {"names"}), (0, {"names"})):
        subject = Subject(common_name="乙" * length).as_name()
        assert told(bent(ours["notary"], Bend(subject=subject)), notary).keys() == set(broken)


WRONG: Final = (
    ValidationFindingSeverity.WARNING,
    ValidationFindingSeverity.ERROR,
    ValidationFindingSeverity.FATAL,
)
EXPLAINED: Final = "OID contains arc which is larger than 32-bits"
"""The one thing that pkilint cannot read in ours and that is right: X.667 has an arc of a
UUID's 128 bits for everybody (`esign.oids`), and X.660 sets no bound. RFC 5280 appendix B
has readers be ready for 28 bits only, so a registered number would be read by more."""


def errors(results: Any) -> set[tuple[str, str | None]]:  # noqa: ANN401 - pkilint types it so
    """Return what pkilint calls a warning, an error, or worse."""
    return {
        (found.finding.code, found.message)
        for result in results
        for found in result.finding_descriptions
        if found.finding.severity in WRONG and EXPLAINED not in (found.message or "")
    }


def certificate_judge() -> Any:  # noqa: ANN401 - as above
    return pkix_certificate.create_pkix_certificate_validator_container(
        pkix_certificate.create_decoding_validators(
            name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS
        ),
        [
            pkix_certificate.create_issuer_validator_container([]),
            pkix_certificate.create_validity_validator_container(),
            pkix_certificate.create_subject_validator_container([]),
            pkix_certificate.create_extensions_validator_container([]),
            pkix_certificate.create_spki_validator_container([]),
        ],
    )


def judged_by_pkilint(certificate: x509.Certificate) -> set[tuple[str, str | None]]:
    der = certificate.public_bytes(Encoding.DER)
    return errors(certificate_judge().validate(loader.load_certificate(der, "ours").root))


def readable(certificate: x509.Certificate) -> x509.Certificate:
    """Return the same under numbers that pkilint can read, so that nothing hides behind ours."""
    short = x509.CertificatePolicies([x509.PolicyInformation(OID("1.2.3.4"), None)])
    evidence = [
        (x509.UnrecognizedExtension(OID("1.2.3.5"), each.value.value), each.critical)
        for each in certificate.extensions
        if isinstance(each.value, x509.UnrecognizedExtension)
    ]
    return bent(certificate, Bend(put=((short, False), *evidence)))


@pytest.mark.parametrize("kind", sorted(profiles.PROFILES))
def test_pkilint_finds_no_error_in_any_certificate_of_ours(
    ours: Mapping[str, x509.Certificate], kind: str
) -> None:
    assert judged_by_pkilint(readable(ours[kind])) == set()
    # The number of an extension stops it before it begins; of a policy, it goes on.
    if not profiles.profile(kind).needs_evidence:
        assert judged_by_pkilint(ours[kind]) == set()


def test_pkilint_finds_an_error_where_there_is_one(ours: Mapping[str, x509.Certificate]) -> None:
    """Or its silence would prove nothing."""
    spoilt = bent(ours["notary"], Bend(put=((access(ISSUER_AT, OCSP_AT), True),)))
    assert judged_by_pkilint(spoilt) != set()


@pytest.mark.parametrize(("which", "kind"), [(AUTHORITY, "CRL"), (ROOT, "ARL")])
def test_pkilint_finds_no_error_in_any_list_of_ours(
    office: RunningOffice, which: str, kind: str
) -> None:
    office.vault.revoke(office=OFFICE, serial=77, reason=x509.ReasonFlags.key_compromise)
    judge = pkix_crl.create_pkix_crl_validator_container(
        [
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [
            pkix_crl.create_issuer_validator_container([]),
            pkix_crl.create_validity_validator_container([]),
            pkix_crl.create_extensions_validator_container([]),
        ],
    )
    listed = loader.load_crl(office.files.revocation_list(which), "ours")
    assert errors(judge.validate(listed.root)) == set()


def test_pkilint_finds_no_error_in_any_answer_of_ours(
    office: RunningOffice, ours: Mapping[str, x509.Certificate]
) -> None:
    office.vault.revoke(office=OFFICE, serial=88, reason=x509.ReasonFlags.superseded)
    judge = pkix_ocsp.create_pkix_ocsp_response_validator_container(
        [
            pkix_ocsp.create_response_decoder(),
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [],
    )
    issuer = ours["office_authority"]
    for serial in (ours["notary"].serial_number, 88, 99):
        request = (
            ocsp.OCSPRequestBuilder()
            .add_certificate(bent(ours["notary"], Bend(serial=serial)), issuer, hashes.SHA256())
            .add_extension(x509.OCSPNonce(b"n" * 16), critical=False)
            .build()
        )
        der = office.vault.certificate_status(AUTHORITY, request.public_bytes(Encoding.DER))
        assert errors(judge.validate(loader.load_ocsp_response(der, "ours").root)) == set()
