"""May this certificate sign now?  Asked before its key is used, never assumed.

Each list is proven to be its authority's and of this time. What was proven of a
certificate or list (RFC 5280 section 6) is remembered with the time for which it
holds; whether that is now, and whether a newer list names it, is asked each time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509

from esign.chain import Span, check_issued_by, is_list_of, proven_span
from esign.errors import CertificateRevoked, ChainInvalid
from esign.unreadable import UNREADABLE

if TYPE_CHECKING:
    from datetime import datetime

    from esign.trust import OfficeTrust


def check_standing(
    certificate: x509.Certificate, *, trust: OfficeTrust, office_list: bytes, at: datetime
) -> None:
    """Raise `CertificateRevoked` or `ChainInvalid` unless ``certificate`` may sign at ``at``."""
    listed, span = proven_list(office_list, trust.authority)
    if listed.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
        raise CertificateRevoked("the certificate has been revoked")
    span.check(at)
    _proven_authority(trust).check(at)
    _check_usage(certificate)
    proven_span(certificate, (trust.authority,)).check(at)


@lru_cache(maxsize=64)
def _proven_authority(trust: OfficeTrust) -> Span:
    """Prove the office's authority and the time-stamper under the root."""
    root, authority = trust.root, trust.authority
    span = _not_on(trust.root_list, root, authority)
    # Time has a root of its own when the office signs by another algorithm, or an
    # outside authority certified.
    stamping = _not_on(trust.stamping_root_list, trust.stamping_root, trust.time_stamper)
    check_issued_by(authority, root)
    try:
        constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints)
        usage = authority.extensions.get_extension_for_class(x509.KeyUsage).value
    except (*UNREADABLE, x509.ExtensionNotFound) as error:
        raise ChainInvalid("the office's authority may not certify") from error
    is_authority = constraints.critical and constraints.value.ca
    if not (is_authority and usage.key_cert_sign and usage.crl_sign):
        raise ChainInvalid("the office's authority may not certify")
    return Span(
        begins=max(
            span.begins, stamping.begins, root.not_valid_before_utc, authority.not_valid_before_utc
        ),
        ends=min(span.ends, stamping.ends, root.not_valid_after_utc, authority.not_valid_after_utc),
    )


def _not_on(encoded: bytes, issuer: x509.Certificate, subject: x509.Certificate) -> Span:
    listed, span = proven_list(encoded, issuer)
    if listed.get_revoked_certificate_by_serial_number(subject.serial_number) is not None:
        raise CertificateRevoked("an authority's certificate has been revoked")
    return span


@lru_cache(maxsize=64)
def proven_list(
    encoded: bytes, issuer: x509.Certificate
) -> tuple[x509.CertificateRevocationList, Span]:
    """Return a list that ``issuer`` made, and when it holds, or raise `ChainInvalid`."""
    try:
        listed = x509.load_der_x509_crl(encoded)
        ends = listed.next_update_utc
        is_own = is_list_of(listed, issuer)
    except UNREADABLE as error:
        raise ChainInvalid("a revocation list cannot be read") from error
    if not is_own or ends is None:
        raise ChainInvalid("a revocation list is not its authority's")
    return listed, Span(begins=listed.last_update_utc, ends=ends)


def _check_usage(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (*UNREADABLE, x509.ExtensionNotFound) as error:
        raise ChainInvalid("the certificate does not say what its key is for") from error
    if not (usage.digital_signature and usage.content_commitment):
        raise ChainInvalid("the certificate is not for signing documents")
