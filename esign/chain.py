"""Certificate chains, judged at the time the signature was made.

RFC 5280 section 6 by way of ``cryptography``'s verifier; SM2, which it does not
know, by `esign.sm.chain`.  End certificates are told apart by policy and usage
elsewhere, so the web rules for names do not apply.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from esign.errors import ChainInvalid
from esign.sm.certificates import check_made_by, is_by_sm2
from esign.sm.chain import sm2_chain_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when something that was proven holds, both included."""

    begins: datetime
    ends: datetime

    def check(self, at: datetime) -> None:
        if not self.begins <= at <= self.ends:
            raise ChainInvalid("a certificate or revocation list is not of this time")


def verify_chain_at(
    leaf: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    *,
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> list[x509.Certificate]:
    """Return the chain from ``leaf`` to a root that was valid at ``at``.

    Raises `ChainInvalid`; it never returns a doubtful answer.
    """
    if not roots:
        raise ChainInvalid("no root is trusted")
    if is_by_sm2(leaf):
        return sm2_chain_at(leaf, intermediates, roots=roots, at=at)
    trusted = [each for each in roots if not is_by_sm2(each)]
    others = [each for each in intermediates if not is_by_sm2(each)]
    end = ExtensionPolicy.permit_all().require_present(x509.KeyUsage, Criticality.CRITICAL, None)
    verifier = (
        PolicyBuilder()
        .store(Store(trusted))
        .time(at)
        .extension_policies(ee_policy=end, ca_policy=ExtensionPolicy.webpki_defaults_ca())
        .build_client_verifier()
    )
    try:
        return list(verifier.verify(leaf, others).chain)
    except (VerificationError, UnsupportedAlgorithm) as error:
        raise ChainInvalid("no chain to a trusted root at that time") from error


def check_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    """Raise `ChainInvalid` unless name and key of ``issuer`` are behind ``certificate``."""
    if certificate.issuer != issuer.subject:
        raise ChainInvalid("the certificate names another issuer")
    if is_by_sm2(certificate):
        check_made_by(certificate, issuer)
        return
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise ChainInvalid("the certificate is not of this issuer") from error


def is_list_of(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Did ``issuer`` sign this list?  Raises `ValueError` for what cannot be read."""
    if found.issuer != issuer.subject:
        return False
    try:
        if is_by_sm2(found):
            check_made_by(found, issuer)
            return True
        key = issuer.public_key()
    except (ChainInvalid, UnsupportedAlgorithm):
        return False
    return isinstance(key, ec.EllipticCurvePublicKey) and found.is_signature_valid(key)


@lru_cache(maxsize=256)
def proven_span(leaf: x509.Certificate, roots: tuple[x509.Certificate, ...]) -> Span:
    """Prove that one of ``roots`` issued ``leaf``, and return when that holds.

    The answer is remembered; nothing in it depends on the time of asking. Raises
    `ChainInvalid` also for a leaf that is older than its root.
    """
    chain = verify_chain_at(leaf, [], roots=roots, at=leaf.not_valid_before_utc)
    return Span(
        begins=max(each.not_valid_before_utc for each in chain),
        ends=min(each.not_valid_after_utc for each in chain),
    )
