"""Take a time-stamp token apart: RFC 3161's TSTInfo in RFC 5652's SignedData.

Only the form that is asked for is read: one signer, ECDSA with SHA-256, every
signed attribute once. Nothing is proven here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from esign.cms import der, signed_data
from esign.cms.algorithms import ECDSA_P256, SHA256_FORMS
from esign.cms.reading import DerMalformed, contents, expect, first, inside, only
from esign.errors import TimeStampUnavailable

_GENERALIZED_TIME: Final = 0x18
_TIME: Final = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,6}))?Z")
_WRAPPED: Final = 0xA0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    whole: bytes
    info: bytes
    """The TSTInfo, of which the next four are parts."""

    policy: bytes
    """Object identifier, DER."""

    digest: bytes
    """SHA-256 of what was stamped."""

    at: datetime
    nonce: bytes | None
    """INTEGER, DER."""

    certificate: bytes
    """The first one inside, DER."""

    names: bytes
    """SHA-256 of the certificate that signed, as was signed (ESSCertIDv2)."""

    content_digest: bytes
    """SHA-256 of ``info``, as was signed."""

    signed: bytes
    """The signed attributes, under the tag of a SET."""

    signature: bytes


def read_token(encoded: bytes) -> Token:
    """Return the token that ``encoded`` begins with, or raise `TimeStampUnavailable`.

    What follows it is not looked at: a document keeps more room than it needs.
    """
    try:
        return token_of(first(encoded, der.SEQUENCE))
    except (DerMalformed, IndexError) as error:
        raise TimeStampUnavailable("the answer is not a time-stamp") from error


def token_of(value: bytes) -> Token:
    """Return the parts of a token; raises `DerMalformed` or `IndexError`."""
    kind, wrapped = expect(inside(value), der.OBJECT_IDENTIFIER, _WRAPPED)
    (data,) = expect(inside(wrapped), der.SEQUENCE)
    _, _, content, certificates, signers = expect(
        inside(data), der.INTEGER, der.SET, der.SEQUENCE, _WRAPPED, der.SET
    )
    content_type, holder = expect(inside(content), der.OBJECT_IDENTIFIER, _WRAPPED)
    (info,) = expect(inside(holder), der.OCTET_STRING)
    (signer,) = expect(inside(signers), der.SEQUENCE)
    signed, signature = _signer(signer)
    stated = attributes_of(signed)
    kinds = (kind, content_type, stated.get(signed_data.CONTENT_TYPE))
    if kinds != (signed_data.SIGNED_DATA, signed_data.TST_INFO, signed_data.TST_INFO):
        raise DerMalformed("not a time-stamp")
    policy, digest, at, nonce = _info(contents(info))
    return Token(
        whole=value,
        info=contents(info),
        policy=policy,
        digest=digest,
        at=at,
        nonce=nonce,
        certificate=inside(certificates)[0],
        names=_named(stated.get(signed_data.SIGNING_CERTIFICATE_V2, b"")),
        content_digest=contents(
            only(stated.get(signed_data.MESSAGE_DIGEST, b""), der.OCTET_STRING)
        ),
        signed=bytes((der.SET,)) + signed[1:],
        signature=signature,
    )


def _signer(signer: bytes) -> tuple[bytes, bytes]:
    """Return the signed attributes, as they are, and the signature."""
    _, _, digest, attributes, algorithm, signature = expect(
        inside(signer),
        der.INTEGER,
        der.SEQUENCE,
        der.SEQUENCE,
        _WRAPPED,
        der.SEQUENCE,
        der.OCTET_STRING,
    )
    if digest not in SHA256_FORMS or algorithm != ECDSA_P256.signature:
        raise DerMalformed("not signed by ECDSA with SHA-256")
    return attributes, contents(signature)


def attributes_of(attributes: bytes) -> dict[bytes, bytes]:
    """Return the one value of each kind of signed attribute, or raise `DerMalformed`."""
    found: dict[bytes, bytes] = {}
    for attribute in inside(attributes):
        kind, held = _attribute(attribute)
        if kind in found:
            raise DerMalformed("a signed attribute is there twice")
        found[kind] = held
    return found


@lru_cache(maxsize=256)
def _attribute(attribute: bytes) -> tuple[bytes, bytes]:
    """Return kind and value; all but the digest are the same in every token of an authority."""
    kind, values = expect(inside(attribute), der.OBJECT_IDENTIFIER, der.SET)
    held = inside(values)
    if len(held) != 1:
        raise DerMalformed("a signed attribute has not exactly one value")
    return kind, held[0]


@lru_cache(maxsize=64)
def _named(attribute: bytes) -> bytes:
    """Return the digest in SigningCertificateV2 (RFC 5035)."""
    references = inside(only(attribute, der.SEQUENCE))[0]
    # A digest by another algorithm than SHA-256 would have that algorithm before it.
    return contents(only(inside(inside(references)[0])[0], der.OCTET_STRING))


def _info(info: bytes) -> tuple[bytes, bytes, datetime, bytes | None]:
    """Return policy, digest, time and nonce; what is optional comes after the time."""
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
    if algorithm not in SHA256_FORMS:
        raise DerMalformed("the imprint is not by SHA-256")
    nonce = next((field for field in fields[5:] if field[0] == der.INTEGER), None)
    return policy, contents(digest), _time(contents(time)), nonce


def _time(stated: bytes) -> datetime:
    """Return a GeneralizedTime as RFC 3161 wants it: UTC, seconds, perhaps a fraction."""
    found = _TIME.fullmatch(stated)
    if found is None:
        raise DerMalformed("not a time in UTC")
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    fraction = int((found[7] or b"").ljust(6, b"0"))
    try:
        return datetime(year, month, day, hour, minute, second, fraction, tzinfo=UTC)
    except ValueError as error:
        raise DerMalformed("not a time in UTC") from error
