"""Read a time-stamp answer and believe nothing in it that is not proven.

Numbered checks after RFC 3161 section 2.2: "the requesting entity SHALL verify".
The bytes are walked over, strictly; what the signature covers is what was sent.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign import oids
from esign.chain import verify_chain_at
from esign.cms import der, signed_data
from esign.cms.algorithms import ECDSA_P256, SHA256, check_signature
from esign.cms.reading import DerMalformed, Value, expect, first, inside, only
from esign.errors import ChainInvalid, SignatureBroken, TimeStampUnavailable
from esign.tsa.answers import failure_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

_GRANTED: Final = der.integer(0)
_POLICY: Final = der.oid(oids.TIME_STAMP_POLICY)
_SHA256_NULL: Final = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.NULL)
_SHA256_FORMS: Final = (SHA256, _SHA256_NULL)
"""RFC 5754 section 2: both are to be accepted."""

_GENERALIZED_TIME: Final = 0x18
_TIME: Final = re.compile(rb"(\d{14})(?:\.(\d{1,9}))?Z")
_WRAPPED: Final = 0xA0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A time-stamp token taken apart, nothing in it proven yet."""

    whole: bytes
    info: bytes
    """The TSTInfo, DER."""

    certificate: bytes
    """The first one inside, DER."""

    attributes: dict[bytes, bytes]
    """Signed attributes: DER of the kind, DER of the one value."""

    signed: bytes
    """The same as they were signed: as a SET OF."""

    signature: bytes


def read_token(encoded: bytes) -> Token:
    """Take apart the token that ``encoded`` begins with.

    What follows it is not looked at: a document keeps more room than it needs.
    """
    try:
        return _read_token(first(encoded, der.SEQUENCE))
    except (DerMalformed, IndexError) as error:
        raise TimeStampUnavailable("the answer is not a time-stamp") from error


def read_response(response: bytes, *, digest: bytes, nonce: int | None) -> Token:
    """Return the token that answers this question, or raise."""
    try:
        parts = inside(only(response, der.SEQUENCE))
        if inside(parts[0])[0].whole != _GRANTED:
            failure = failure_words(response)
            raise TimeStampUnavailable(f"the time-stamping authority refused: {failure}")
        _, granted = expect(parts, der.SEQUENCE, der.SEQUENCE)
        token = _read_token(granted)
        stated = _stated(token.info)
    except (DerMalformed, IndexError) as error:
        raise TimeStampUnavailable("the answer is not a time-stamp") from error
    asked = None if nonce is None else der.integer(nonce)
    if (stated.policy, stated.nonce) != (_POLICY, asked):
        raise TimeStampUnavailable("the time-stamp answers another question")
    if not hmac.compare_digest(stated.digest, digest):
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
    try:
        at = _stated(token.info).at
        certificate = x509.load_der_x509_certificate(token.certificate)
        # (1) The certificate inside is the one whose digest was signed (RFC 5816).
        _is_named(certificate, token.attributes)
        # (2) It signed exactly this content.
        content = der.octets(hashlib.sha256(token.info).digest())
        if token.attributes[signed_data.MESSAGE_DIGEST] != content:
            raise TimeStampUnavailable("the time-stamp was altered")
    except (ValueError, KeyError, IndexError) as error:
        raise TimeStampUnavailable("the answer is not a time-stamp") from error
    _has_signed(certificate, token)
    # (3) It may stamp time, and chains to a root of ours.
    begins, ends = _may_stamp(certificate, tuple(roots))
    if not begins <= at <= ends:
        raise ChainInvalid("no chain to a trusted root at that time")
    return at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stated:
    policy: bytes
    digest: bytes
    nonce: bytes | None
    at: datetime


def _stated(info: bytes) -> _Stated:
    """Read a TSTInfo, RFC 3161 2.4.2; what is optional comes after the time."""
    fields = inside(only(info, der.SEQUENCE))
    _, policy, imprint, _, time = expect(
        fields[:5],
        der.INTEGER,
        der.OBJECT_IDENTIFIER,
        der.SEQUENCE,
        der.INTEGER,
        _GENERALIZED_TIME,
    )
    algorithm, digest = expect(inside(imprint), der.SEQUENCE, der.OCTET_STRING)
    if algorithm.whole not in _SHA256_FORMS:
        raise DerMalformed("the imprint is not by SHA-256")
    nonces = [field.whole for field in fields[5:] if field.tag == der.INTEGER]
    return _Stated(
        policy=policy.whole,
        digest=digest.contents,
        nonce=nonces[0] if nonces else None,
        at=_time(time.contents),
    )


def _time(stated: bytes) -> datetime:
    """Return a GeneralizedTime as RFC 3161 wants it: UTC, seconds, perhaps a fraction."""
    found = _TIME.fullmatch(stated)
    if found is None:
        raise DerMalformed("not a time in UTC")
    try:
        whole = datetime.strptime(found[1].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise DerMalformed("not a time in UTC") from error
    return whole.replace(microsecond=int((found[2] or b"").ljust(6, b"0")[:6]))


def _read_token(value: Value) -> Token:
    kind, wrapped = expect(inside(value), der.OBJECT_IDENTIFIER, _WRAPPED)
    (data,) = expect(inside(wrapped), der.SEQUENCE)
    _, _, content, certificates, signers = expect(
        inside(data), der.INTEGER, der.SET, der.SEQUENCE, _WRAPPED, der.SET
    )
    (signer,) = expect(inside(signers), der.SEQUENCE)
    _, _, digest, attributes, algorithm, signature = expect(
        inside(signer),
        der.INTEGER,
        der.SEQUENCE,
        der.SEQUENCE,
        _WRAPPED,
        der.SEQUENCE,
        der.OCTET_STRING,
    )
    content_type, holder = expect(inside(content), der.OBJECT_IDENTIFIER, _WRAPPED)
    (info,) = expect(inside(holder), der.OCTET_STRING)
    stated = _attributes(attributes)
    expected = (
        kind.whole == signed_data.SIGNED_DATA,
        content_type.whole == signed_data.TST_INFO,
        stated.get(signed_data.CONTENT_TYPE) == signed_data.TST_INFO,
        digest.whole in _SHA256_FORMS,
        algorithm.whole == ECDSA_P256.signature,
    )
    if not all(expected):
        raise DerMalformed("not a time-stamp by ECDSA with SHA-256")
    return Token(
        whole=value.whole,
        info=info.contents,
        certificate=inside(certificates)[0].whole,
        attributes=stated,
        signed=bytes((der.SET,)) + attributes.whole[1:],
        signature=signature.contents,
    )


def _attributes(attributes: Value) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for attribute in inside(attributes):
        kind, values = expect(inside(attribute), der.OBJECT_IDENTIFIER, der.SET)
        (value,) = inside(values) or (values,)
        if kind.whole in found or value is values:
            raise DerMalformed("a signed attribute is there twice, or empty")
        found[kind.whole] = value.whole
    return found


def _is_named(certificate: x509.Certificate, attributes: dict[bytes, bytes]) -> None:
    (references, *_) = inside(only(attributes[signed_data.SIGNING_CERTIFICATE_V2], der.SEQUENCE))
    named = inside(inside(references)[0])[0]
    # A digest by another algorithm than SHA-256 would have that algorithm before it.
    digest = certificate.fingerprint(hashes.SHA256())
    if named.tag != der.OCTET_STRING or not hmac.compare_digest(named.contents, digest):
        raise TimeStampUnavailable("the time-stamp names another certificate")


def _has_signed(certificate: x509.Certificate, token: Token) -> None:
    digest = hashlib.sha256(token.signed).digest()
    try:
        check_signature(
            ECDSA_P256, certificate.public_key(), signature=token.signature, digest=digest
        )
    except SignatureBroken as error:
        raise TimeStampUnavailable("the time-stamp's signature is wrong") from error


@lru_cache(maxsize=64)
def _may_stamp(
    certificate: x509.Certificate, roots: tuple[x509.Certificate, ...]
) -> tuple[datetime, datetime]:
    """Return from when to when ``certificate`` may stamp time under one of ``roots``."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise TimeStampUnavailable("the certificate may not stamp time") from None
    if not (usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]):
        raise TimeStampUnavailable("the certificate may not stamp time")
    chain = verify_chain_at(certificate, [], roots=roots, at=certificate.not_valid_before_utc)
    return (
        max(each.not_valid_before_utc for each in chain),
        min(each.not_valid_after_utc for each in chain),
    )
