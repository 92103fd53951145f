"""Certificates (RFC 5280): what is read of one, and whose it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from esign.offline.parts.der import BITS, C0, SEQUENCE, algorithm_in, body, inside
from esign.offline.parts.faults import Fault, require
from esign.offline.parts.signatures import check_signature

ARC = "2.25.161721037323886305919617810267546220314"
POLICIES = {
    f"{ARC}.1.1": "party",
    f"{ARC}.1.2": "notary",
    f"{ARC}.1.3": "office_seal",
    f"{ARC}.1.4": "time_stamper",
}
EVIDENCE = f"{ARC}.2.1"
EMAIL, STAMPING, DOCUMENTS, OCSP_SIGNING = (f"1.3.6.1.5.5.7.3.{n}" for n in (4, 8, 36, 9))
LONGEST_CHAIN = 5
SKEW = timedelta(seconds=30)  # between two clocks of declared accuracy
KNOWN_EXTENSIONS = {f"2.5.29.{n}" for n in (14, 15, 19, 31, 32, 35, 37)} | {EVIDENCE}

Cert = x509.Certificate
Crl = x509.CertificateRevocationList


def der_of(certificate: Cert) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def spki_of(certificate: Cert) -> bytes:
    fields = inside(certificate.tbs_certificate_bytes)
    return fields[6 if fields[0][0] == C0 else 5]


def signed_part(der: bytes) -> tuple[str, bytes, bytes]:
    """Return algorithm, signature and what was signed, of a certificate or a list."""
    signed, algorithm, bits = inside(der, SEQUENCE, SEQUENCE, BITS)
    require(body(bits)[0] == 0, "cms_form", "", "unused bits")
    # What was signed names the algorithm as well (RFC 5280 4.1.1.2 and 5.1.1.2).
    require(algorithm in inside(signed)[:3], "cms_form", "", "two algorithms are named")
    return algorithm_in(algorithm), body(bits)[1:], signed


def is_issued_by(subject: Cert, issuer: Cert) -> bool:
    if subject.issuer != issuer.subject:
        return False
    try:
        check_signature(spki_of(issuer), *signed_part(der_of(subject)))
    except Fault:
        return False
    return True


def extension(certificate: Cert, kind: Any) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound as error:
        raise Fault("chain_usage", name_of(certificate), kind.__name__) from error


def name_of(certificate: Cert) -> str:
    found = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else "?"


def office_of(certificate: Cert) -> str:
    found = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else ""


def role_of(certificate: Cert) -> str:
    """Return what the certificate's policy says its holder is."""
    policies = extension(certificate, x509.CertificatePolicies).value
    roles = [
        POLICIES[p.policy_identifier.dotted_string]
        for p in policies
        if p.policy_identifier.dotted_string in POLICIES
    ]
    require(len(roles) == 1, "chain_usage", name_of(certificate), "policy")
    return roles[0]
