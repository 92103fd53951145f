"""Write an OCSP answer (RFC 6960 4.2) about one certificate, in DER.

Only what is asked of by digest and number is said, and by whom; a request's nonce
comes back, so that an old answer cannot be passed off as a new one (RFC 8954).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esign.cms import der
from esign.cms.algorithms import ECDSA_P256
from esign.errors import KeyUnsuitable

if TYPE_CHECKING:
    from collections.abc import Callable

    from esign.authorities.revocation import Revoked
    from esign.authorities.status_requests import StatusQuestion

    SignDigest = Callable[[bytes], bytes]

REASON_CODES: Final = {
    x509.ReasonFlags.key_compromise: 1,
    x509.ReasonFlags.ca_compromise: 2,
    x509.ReasonFlags.affiliation_changed: 3,
    x509.ReasonFlags.superseded: 4,
    x509.ReasonFlags.cessation_of_operation: 5,
    x509.ReasonFlags.certificate_hold: 6,
    x509.ReasonFlags.privilege_withdrawn: 9,
    x509.ReasonFlags.aa_compromise: 10,
}
"""RFC 5280 5.3.1. "Unspecified" is said by saying nothing."""

_BASIC: Final = der.oid("1.3.6.1.5.5.7.48.1.1")
_NONCE: Final = der.oid("1.3.6.1.5.5.7.48.1.2")
_INVALIDITY_DATE: Final = der.oid("2.5.29.24")
_ENUMERATED: Final = 0x0A
_BIT_STRING: Final = 0x03
_GENERALIZED_TIME: Final = 0x18
_GOOD, _UNKNOWN = b"\x80\x00", b"\x82\x00"
_REVOKED: Final = 1
_BY_KEY: Final = 2
_DIGESTS: Final = {
    der.oid("1.3.14.3.2.26"): "sha1",
    der.oid("2.16.840.1.101.3.4.2.1"): "sha256",
    der.oid("2.16.840.1.101.3.4.2.2"): "sha384",
    der.oid("2.16.840.1.101.3.4.2.3"): "sha512",
}
"""SHA-1 names an issuer here and protects nothing (RFC 5019 2.1.1 asks for it)."""


class Unsuccessful(IntEnum):
    """RFC 6960 4.2.1: why there is no answer; these are not signed."""

    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    UNAUTHORIZED = 6


class Unknown:
    """The records do not say that the certificate was issued."""


class Good:
    """The certificate was issued and has not been taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """Who answers, with a P-256 key."""

    certificate: x509.Certificate
    sign: SignDigest
    """From a SHA-256 digest to an ECDSA signature (DER)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    begins: datetime
    ends: datetime


def unsuccessful(why: Unsuccessful) -> bytes:
    return der.sequence(der.value(_ENUMERATED, bytes((why,))))


def is_about(question: StatusQuestion, issuer: x509.Certificate) -> bool:
    """Say whether the certificate that is asked about would be one of ``issuer``'s."""
    kind = _kind(question.algorithm)
    if kind is None:
        return False
    name = hashlib.new(kind, issuer.subject.public_bytes()).digest()
    key = hashlib.new(kind, _key_octets(issuer)).digest()
    return (question.issuer_name, question.issuer_key) == (name, key)


def status_answer(
    question: StatusQuestion,
    standing: Good | Revoked | Unknown,
    responder: Responder,
    *,
    period: Period,
) -> bytes:
    """Return the signed answer; what it says holds for ``period``."""
    single = der.sequence(
        question.certificate,
        _status(standing),
        _time(period.begins),
        der.tagged(0, _time(period.ends)),
        _invalid_since(standing),
    )
    # RFC 6960 4.2.1 wants SHA-1 here: it names the key and protects nothing.
    named = hashlib.sha1(_key_octets(responder.certificate), usedforsecurity=False).digest()
    data = der.sequence(
        der.tagged(_BY_KEY, der.octets(named)),
        _time(period.begins),
        der.sequence(single),
        _echoed(question.nonce),
    )
    signature = responder.sign(hashlib.sha256(data).digest())
    basic = der.sequence(
        data,
        ECDSA_P256.signature,
        der.value(_BIT_STRING, b"\x00", signature),
        der.tagged(0, der.sequence(responder.certificate.public_bytes(Encoding.DER))),
    )
    wrapped = der.sequence(_BASIC, der.octets(basic))
    return der.sequence(der.value(_ENUMERATED, b"\x00"), der.tagged(0, wrapped))


def _kind(algorithm: bytes) -> str | None:
    named = [
        kind
        for oid, kind in _DIGESTS.items()
        if algorithm in (der.sequence(oid), der.sequence(oid, der.NULL))
    ]
    return named[0] if named else None


def _key_octets(certificate: x509.Certificate) -> bytes:
    """Return what is in the BIT STRING of the key, which RFC 6960 4.1.1 has digested."""
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise KeyUnsuitable("an authority's key is not on an elliptic curve")
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _status(standing: Good | Revoked | Unknown) -> bytes:
    if isinstance(standing, Good):
        return _GOOD
    if isinstance(standing, Unknown):
        return _UNKNOWN
    code = REASON_CODES.get(standing.reason)
    reason = b"" if code is None else der.tagged(0, der.value(_ENUMERATED, bytes((code,))))
    return der.tagged(_REVOKED, _time(standing.at), reason)


def _invalid_since(standing: Good | Revoked | Unknown) -> bytes:
    """Return what a list's entry says as well, as an extension (RFC 6960 4.4.5, RFC 5280 5.3.2)."""
    if isinstance(standing, Good | Unknown) or standing.invalid_since is None:
        return b""
    extension = der.sequence(_INVALIDITY_DATE, der.octets(_time(standing.invalid_since)))
    return der.tagged(1, der.sequence(extension))


def _echoed(nonce: bytes | None) -> bytes:
    if nonce is None:
        return b""
    extension = der.sequence(_NONCE, der.octets(der.octets(nonce)))
    return der.tagged(1, der.sequence(extension))


def _time(at: datetime) -> bytes:
    return der.value(_GENERALIZED_TIME, f"{at.astimezone(UTC):%Y%m%d%H%M%SZ}".encode())
