"""One certificate after a profile: made with a throw-away key, linted, then signed.

Linting the finished certificate before the authority's key touches it is
Boulder's practice: a certificate that breaks a rule is never signed, so it
never has to be revoked.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from esign import oids
from esign.errors import AuthorityEnded, LintFailed
from esign.lints.certificates import CERTIFICATE_LINTS
from esign.sm.certificates import certificate_with, key_identifier, sm2_key_in
from esign.sm.sm2 import Sm2PrivateKey, Sm2PublicKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from esign.authorities.profiles import Profile
    from esign.chain import Span

    PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | Sm2PublicKey
    AuthorityKey = ec.EllipticCurvePrivateKey | Sm2PrivateKey

BACKDATED: Final = timedelta(seconds=5)
"""Two of our clocks may differ by their declared accuracy; a time-stamp from the
slower one must not fall before the certificate."""

_USAGES: Final = [
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    common_name: str
    organization: str | None = None

    def as_name(self) -> x509.Name:
        parts = [_part(NameOID.COUNTRY_NAME, "CN")]
        if self.organization is not None:
            parts.append(_part(NameOID.ORGANIZATION_NAME, self.organization))
        return x509.Name([*parts, _part(NameOID.COMMON_NAME, self.common_name)])


def _part(kind: x509.ObjectIdentifier, text: str) -> x509.NameAttribute[str]:
    # cryptography takes X.520's bounds for bytes, which ends Chinese names at 21
    # characters. They are counted by the rule `esign.lints.certificates.names`.
    return x509.NameAttribute(kind, text, _validate=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Whoever signs: its certificate, or ``None`` for a root that signs itself."""

    certificate: x509.Certificate | None
    key: AuthorityKey
    crl_url: str | None = None
    ocsp_url: str | None = None
    certificate_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateOrder:
    profile: Profile
    subject: Subject
    public_key: PublicKey
    span: Span | None = None
    """From when to when, where that is not from now on for as long as the profile says."""

    evidence: bytes | None = None
    """DER of `esign.evidence.EvidenceDigests`, where the profile asks for it."""


def issue(
    order: CertificateOrder,
    issuer: Issuer,
    *,
    now: datetime,
    record: Callable[[x509.Certificate], None] = lambda _: None,
) -> x509.Certificate:
    """Return the certificate; ``record`` sees what is about to be signed, first.

    Raises `AuthorityEnded` where the issuer's own certificate is not of this time, and
    `LintFailed`.
    """
    above = issuer.certificate
    if above is not None and not (above.not_valid_before_utc <= now <= above.not_valid_after_utc):
        raise AuthorityEnded("an authority signs nothing before its time or after its end")
    builder = _builder(order, issuer, now)
    # (1) The same certificate under a key that nobody trusts and nobody keeps.
    rehearsal = _made(builder, order.public_key, _throw_away(issuer.key))
    broken = [r for lint in CERTIFICATE_LINTS if (r := lint(rehearsal, order.profile))]
    if broken:
        raise LintFailed("; ".join(broken))
    # (2) On record before it exists: serial, profile and key are final now.
    record(rehearsal)
    # (3) The real one.
    return _made(builder, order.public_key, issuer.key)


def _throw_away(like: AuthorityKey) -> AuthorityKey:
    if isinstance(like, Sm2PrivateKey):
        return Sm2PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def _made(
    builder: x509.CertificateBuilder, subject: PublicKey, key: AuthorityKey
) -> x509.Certificate:
    if isinstance(key, Sm2PrivateKey) and isinstance(subject, Sm2PublicKey):
        # The builder wants a key of its own kinds; SM2 takes its place.
        stand_in = ec.generate_private_key(ec.SECP256R1())
        draft = builder.public_key(stand_in.public_key()).sign(stand_in, hashes.SHA256())
        return certificate_with(draft, subject, key)
    if isinstance(key, Sm2PrivateKey) or isinstance(subject, Sm2PublicKey):
        raise LintFailed("a chain does not change between SM2 and other algorithms")
    return builder.public_key(subject).sign(key, hashes.SHA256())


def _builder(order: CertificateOrder, issuer: Issuer, now: datetime) -> x509.CertificateBuilder:
    profile, subject = order.profile, order.subject.as_name()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer.certificate else subject)
        # 20 octets, 158 random bits; RFC 5280 4.1.2.2 wants it positive.
        .serial_number(secrets.randbits(158) | 1 << 158)
        .not_valid_before(order.span.begins if order.span else now - BACKDATED)
        .not_valid_after(order.span.ends if order.span else now + profile.valid_for)
    )
    extensions = [
        *_described(order),
        (_authority_identifier(issuer, order.public_key), False),
        *_where_to_ask(issuer, profile),
    ]
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder


def _described(order: CertificateOrder) -> list[tuple[x509.ExtensionType, bool]]:
    profile = order.profile
    policy = x509.PolicyInformation(x509.ObjectIdentifier(profile.policy), None)
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=profile.is_authority, path_length=profile.path_length), True),
        (x509.KeyUsage(**{usage: usage in profile.key_usage for usage in _USAGES}), True),
        (key_identifier(order.public_key), False),
        (x509.CertificatePolicies([policy]), False),
    ]
    if profile.extended_usage:
        usages = [x509.ObjectIdentifier(oid) for oid in profile.extended_usage]
        extensions.append((x509.ExtendedKeyUsage(usages), profile.extended_usage_critical))
    if profile.no_check:
        extensions.append((x509.OCSPNoCheck(), False))
    if order.evidence is not None:
        oid = x509.ObjectIdentifier(oids.EVIDENCE)
        extensions.append((x509.UnrecognizedExtension(oid, order.evidence), False))
    return extensions


def _authority_identifier(issuer: Issuer, own_key: PublicKey) -> x509.AuthorityKeyIdentifier:
    key: object = own_key
    if issuer.certificate is not None:
        is_sm2 = isinstance(issuer.key, Sm2PrivateKey)
        key = sm2_key_in(issuer.certificate) if is_sm2 else issuer.certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey | Sm2PublicKey):
        raise LintFailed("an authority's key is not on an elliptic curve")
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_identifier(key))


def _where_to_ask(issuer: Issuer, profile: Profile) -> list[tuple[x509.ExtensionType, bool]]:
    extensions: list[tuple[x509.ExtensionType, bool]] = []
    ocsp_url = None if profile.no_check else issuer.ocsp_url
    if issuer.crl_url is not None and not profile.no_check:
        name = x509.UniformResourceIdentifier(issuer.crl_url)
        point = x509.DistributionPoint([name], None, None, None)
        extensions.append((x509.CRLDistributionPoints([point]), False))
    described = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(url))
        for method, url in (
            (AuthorityInformationAccessOID.OCSP, ocsp_url),
            (AuthorityInformationAccessOID.CA_ISSUERS, issuer.certificate_url),
        )
        if url is not None
    ]
    if described:
        extensions.append((x509.AuthorityInformationAccess(described), False))
    return extensions
