"""Read a time-stamp answer and believe nothing in it that is not proven.

Numbered checks after RFC 3161 section 2.2: "the requesting entity SHALL verify".
The bytes are walked over, strictly; what the signature covers is what was sent.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign import oids
from esign.chain import Span, proven_span
from esign.cms import der
from esign.cms.algorithms import ECDSA_P256, SigningKey, key_of
from esign.cms.reading import DerMalformed, expect, inside, only
from esign.errors import ChainInvalid, KeyUnsuitable, SignatureBroken, TimeStampUnavailable
from esign.tsa.answers import failure_words
from esign.tsa.reading import Token, token_of
from esign.unreadable import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

_GRANTED: Final = der.integer(0)
_POLICY: Final = der.oid(oids.TIME_STAMP_POLICY)


def read_response(response: bytes, *, digest: bytes, nonce: int | None) -> Token:
    """Return the token that answers this question, or raise."""
    try:
        parts = inside(only(response, der.SEQUENCE))
        if inside(parts[0])[0] != _GRANTED:
            failure = failure_words(response)
            raise TimeStampUnavailable(f"the time-stamping authority refused: {failure}")
        _, granted = expect(parts, der.SEQUENCE, der.SEQUENCE)
        token = token_of(granted)
    except (DerMalformed, IndexError) as error:
        raise TimeStampUnavailable("the answer is not a time-stamp") from error
    asked = None if nonce is None else der.integer(nonce)
    if (token.policy, token.nonce) != (_POLICY, asked):
        raise TimeStampUnavailable("the time-stamp answers another question")
    if not hmac.compare_digest(token.digest, digest):
        raise TimeStampUnavailable("the time-stamp is for another document")
    return token


def check_token(
    token: Token,
    *,
    roots: Sequence[x509.Certificate],
    now: datetime,
    tolerance: timedelta,
) -> None:
    """Raise `TimeStampUnavailable` unless ``token`` is fresh and ours."""
    try:
        at = proven_time(token, roots=roots)
    except ChainInvalid as error:
        raise TimeStampUnavailable("the time-stamp is from a stranger") from error
    # An old token played back is not a new one.
    if not abs(now - at) <= tolerance:
        raise TimeStampUnavailable("the time-stamp is not of this time")


def proven_time(token: Token, *, roots: Sequence[x509.Certificate]) -> datetime:
    """Return the time that ``token`` proves; also used on stamps inside documents."""
    # (1) The certificate inside is the one whose digest was signed (RFC 5816).
    stamper = _stamper(token.certificate, tuple(roots))
    if not hmac.compare_digest(token.names, stamper.fingerprint):
        raise TimeStampUnavailable("the time-stamp names another certificate")
    # (2) It signed exactly this content.
    if not hmac.compare_digest(token.content_digest, hashlib.sha256(token.info).digest()):
        raise TimeStampUnavailable("the time-stamp was altered")
    try:
        stamper.key.check(token.signature, hashlib.sha256(token.signed).digest())
    except SignatureBroken as error:
        raise TimeStampUnavailable("the time-stamp's signature is wrong") from error
    # (3) It chains to a root of ours at its time.
    stamper.span.check(token.at)
    return token.at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamper:
    """A certificate that may stamp time."""

    key: SigningKey
    fingerprint: bytes
    span: Span


@lru_cache(maxsize=64)
def _stamper(encoded: bytes, roots: tuple[x509.Certificate, ...]) -> _Stamper:
    """Prove a certificate once; only its time is asked again with each token."""
    try:
        certificate = x509.load_der_x509_certificate(encoded)
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        key = key_of(certificate)
    except (*UNREADABLE, KeyUnsuitable, x509.ExtensionNotFound) as error:
        raise TimeStampUnavailable("the certificate may not stamp time") from error
    if key.algorithm is not ECDSA_P256:
        raise TimeStampUnavailable("the time-stamp's key is not on an elliptic curve")
    if not (usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]):
        raise TimeStampUnavailable("the certificate may not stamp time")
    return _Stamper(
        key=key,
        fingerprint=certificate.fingerprint(hashes.SHA256()),
        span=proven_span(certificate, roots),
    )
