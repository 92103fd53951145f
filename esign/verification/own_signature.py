"""One signature that we have just made, read again from the file's bytes and proven.

Only the one form that `esign.cms.signed_data` writes is read, and each value in it is
compared with what it must be: a field more, an algorithm else or another order is
`Tampered`. The reader is `esign.cms.reading`, which shares no code with the writer.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.cms import der, signed_data
from esign.cms.algorithms import SHA256, key_of
from esign.cms.reading import DerMalformed, contents, expect, inside, only
from esign.errors import KeyUnsuitable, SignatureBroken, Tampered, TimeStampUnavailable
from esign.tsa.reading import attributes_of, token_of
from esign.tsa.responses import proven_time
from esign.unreadable import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from esign.cms.algorithms import Hashed, SigningKey

    CoveredDigest = Callable[[Hashed], bytes]

_CERTIFICATES: Final = 0xA0
_WRAPPED: Final = 0xA0
_SIGNED: Final = 0xA0
_UNSIGNED: Final = 0xA1
_V1: Final = der.integer(1)
_NOT_IT: Final = (
    # What our strict readers raise over bytes of another form.
    DerMalformed,
    IndexError,
    KeyError,
    *UNREADABLE,
    KeyUnsuitable,
    SignatureBroken,
    TimeStampUnavailable,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    at: datetime
    """Proven by a time-stamp."""

    stamper: bytes
    """Certificate of the time-stamping authority, DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSignature:
    stamped: Stamped
    embedded: tuple[x509.Certificate, ...]
    """What came along with the signer's certificate."""


def check_signature(
    cms: bytes,
    signer: x509.Certificate,
    covered: CoveredDigest,
    *,
    roots: Sequence[x509.Certificate],
) -> OwnSignature:
    """Prove that ``cms`` is the signature of ``signer`` over what it covers, time-stamped."""
    try:
        return _checked(cms, signer, covered, roots)
    except _NOT_IT as error:
        raise Tampered(
            "a signature that was just made is not the one that was asked for"
        ) from error


def check_archive_stamp(
    token: bytes, covered: CoveredDigest, *, roots: Sequence[x509.Certificate]
) -> Stamped:
    """Prove that ``token`` is a time-stamp over what it covers."""
    try:
        return _stamp(only(token, der.SEQUENCE), covered(hashlib.sha256), roots)
    except _NOT_IT as error:
        raise Tampered("an archive time-stamp that was just made is not over this file") from error


def _checked(
    cms: bytes,
    signer: x509.Certificate,
    covered: CoveredDigest,
    roots: Sequence[x509.Certificate],
) -> OwnSignature:
    key = key_of(signer)
    encoded = signer.public_bytes(Encoding.DER)
    certificates, info = _signed_data(cms, key)
    version, sid, digest, signed, algorithm, signature, unsigned = expect(
        inside(info),
        der.INTEGER,
        der.SEQUENCE,
        der.SEQUENCE,
        _SIGNED,
        der.SEQUENCE,
        der.OCTET_STRING,
        _UNSIGNED,
    )
    _same((version, digest, algorithm), (_V1, key.algorithm.digest, key.algorithm.signature))
    _same(inside(sid), [signer.issuer.public_bytes(), der.integer(signer.serial_number)])
    _check_attributes(signed, key, encoded, covered(key.algorithm.hashed))
    made = contents(signature)
    key.check(made, key.imprint(bytes((der.SET,)) + signed[1:]))
    if encoded not in certificates or len(set(certificates)) != len(certificates):
        raise DerMalformed("the signer's certificate is missing, or one is there twice")
    (kind, token), *others = attributes_of(unsigned).items()
    _same((kind, others), (signed_data.SIGNATURE_TIME_STAMP, []))
    return OwnSignature(
        stamped=_stamp(token, hashlib.sha256(made).digest(), roots),
        embedded=tuple(
            x509.load_der_x509_certificate(each) for each in certificates if each != encoded
        ),
    )


def _signed_data(cms: bytes, key: SigningKey) -> tuple[list[bytes], bytes]:
    """Return the certificates and the one SignerInfo."""
    kind, wrapped = expect(inside(only(cms, der.SEQUENCE)), der.OBJECT_IDENTIFIER, _WRAPPED)
    (data,) = expect(inside(wrapped), der.SEQUENCE)
    version, digests, content, certificates, signers = expect(
        inside(data), der.INTEGER, der.SET, der.SEQUENCE, _CERTIFICATES, der.SET
    )
    (info,) = expect(inside(signers), der.SEQUENCE)
    _same(
        (kind, version, inside(digests), content),
        (signed_data.SIGNED_DATA, _V1, [key.algorithm.digest], der.sequence(signed_data.DATA)),
    )
    return inside(certificates), info


def _check_attributes(signed: bytes, key: SigningKey, certificate: bytes, digest: bytes) -> None:
    found = attributes_of(signed)
    if found.keys() != {
        signed_data.CONTENT_TYPE,
        signed_data.MESSAGE_DIGEST,
        signed_data.ALGORITHM_PROTECTION,
        signed_data.SIGNING_CERTIFICATE_V2,
    }:
        raise DerMalformed("the signed attributes are not those that we sign")
    _same(found[signed_data.CONTENT_TYPE], signed_data.DATA)
    stated = only(found[signed_data.MESSAGE_DIGEST], der.OCTET_STRING)
    if not hmac.compare_digest(contents(stated), digest):
        raise DerMalformed("the signature is over another document")
    _same(found[signed_data.ALGORITHM_PROTECTION], key.algorithm.protection())
    # RFC 5035: SHA-256 is the default and left out; any other digest is named before it.
    ((reference,),) = (inside(each) for each in inside(found[signed_data.SIGNING_CERTIFICATE_V2]))
    named = inside(reference)[:-1]
    own = der.octets(key.algorithm.hashed(certificate).digest())
    by = key.algorithm.digest
    _same(named, [own] if by == SHA256 else [by, own])


def _stamp(token: bytes, digest: bytes, roots: Sequence[x509.Certificate]) -> Stamped:
    found = token_of(token)
    if not hmac.compare_digest(found.digest, digest):
        raise DerMalformed("the time-stamp is over something else")
    return Stamped(at=proven_time(found, roots=roots), stamper=found.certificate)


def _same(found: object, wanted: object) -> None:
    if found != wanted:
        raise DerMalformed("another value was expected")
