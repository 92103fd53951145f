"""Certificates and revocation lists signed by SM2 with SM3 (GM/T 0015, RFC 5280).

``cryptography`` reads both but for their keys, and writes neither. So it makes
the whole with a key that nobody keeps, and here the three places that speak of
keys are replaced: the algorithm inside, the subject's key, the signature.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.cms import der
from esign.cms.reading import DerMalformed, expect, inside, only
from esign.errors import ChainInvalid, KeyUnsuitable, SignatureBroken
from esign.sm.sm2 import Sm2PublicKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

    from esign.sm.sm2 import Sm2PrivateKey

    Signed = x509.Certificate | x509.CertificateRevocationList

SM2_WITH_SM3: Final = "1.2.156.10197.1.501"
"""GM/T 0006-2012; RFC 8998 section 3.2.1 calls it sm2sig_sm3's."""

ALGORITHM: Final = der.sequence(der.oid(SM2_WITH_SM3))
"""AlgorithmIdentifier without parameters, as OpenSSL and BouncyCastle write it."""

_BIT_STRING: Final = 0x03
_VERSION: Final = 0xA0
_CERTIFICATE_PARTS: Final = (
    _VERSION,
    der.INTEGER,
    der.SEQUENCE,
    der.SEQUENCE,
    der.SEQUENCE,
    der.SEQUENCE,
    der.SEQUENCE,
)
"""Version, serial, algorithm, issuer, validity, subject, key; extensions follow (RFC 5280 4.1)."""

_ALGORITHM_IN_CERTIFICATE: Final = 2
_ALGORITHM_IN_LIST: Final = 1
_KEY_AT: Final = 6


def is_by_sm2(signed: Signed) -> bool:
    """Was this signed by SM2 with SM3, or does it say so?"""
    return signed.signature_algorithm_oid.dotted_string == SM2_WITH_SM3


def certificate_with(
    draft: x509.Certificate, subject: Sm2PublicKey, issuer: Sm2PrivateKey
) -> x509.Certificate:
    """Return ``draft`` for the key ``subject``, signed by ``issuer``."""
    fields = inside(draft.tbs_certificate_bytes)
    expect(fields[: len(_CERTIFICATE_PARTS)], *_CERTIFICATE_PARTS)
    fields[_ALGORITHM_IN_CERTIFICATE] = ALGORITHM
    fields[_KEY_AT] = subject.encoded
    return x509.load_der_x509_certificate(_signed(fields, issuer))


def list_with(draft: x509.CertificateRevocationList, issuer: Sm2PrivateKey) -> bytes:
    """Return ``draft`` signed by ``issuer``, in DER."""
    fields = inside(draft.tbs_certlist_bytes)
    fields[_ALGORITHM_IN_LIST] = ALGORITHM
    return _signed(fields, issuer)


def _signed(fields: list[bytes], issuer: Sm2PrivateKey) -> bytes:
    content = der.sequence(*fields)
    signature = issuer.sign(issuer.public_key().imprint(content))
    return der.sequence(content, ALGORITHM, der.value(_BIT_STRING, b"\0", signature))


@lru_cache(maxsize=256)
def sm2_key_in(certificate: x509.Certificate) -> Sm2PublicKey:
    """Return the subject's key, or raise `KeyUnsuitable`."""
    try:
        fields = inside(certificate.tbs_certificate_bytes)
        expect(fields[: len(_CERTIFICATE_PARTS)], *_CERTIFICATE_PARTS)
    except (DerMalformed, IndexError) as error:
        raise KeyUnsuitable("the certificate is not of version 3") from error
    return Sm2PublicKey.from_der(fields[_KEY_AT])


def check_made_by(signed: Signed, issuer: x509.Certificate) -> None:
    """Raise `ChainInvalid` unless the key of ``issuer`` signed this, SM2 with SM3 throughout."""
    content, at = _content(signed)
    try:
        _, outer, _ = inside(only(signed.public_bytes(Encoding.DER), der.SEQUENCE))
        # What was signed has to name the algorithm as well (RFC 5280 4.1.1.2).
        if (inside(content)[at], outer) != (ALGORITHM, ALGORITHM):
            raise ChainInvalid("not signed by SM2 with SM3")
        key = sm2_key_in(issuer)
        key.check(signed.signature, key.imprint(content))
    except (DerMalformed, IndexError, ValueError, KeyUnsuitable, SignatureBroken) as error:
        raise ChainInvalid("not signed by its issuer") from error


def _content(signed: Signed) -> tuple[bytes, int]:
    """Return what the signature is over, and where in it the algorithm is named."""
    if isinstance(signed, x509.Certificate):
        return signed.tbs_certificate_bytes, _ALGORITHM_IN_CERTIFICATE
    return signed.tbs_certlist_bytes, _ALGORITHM_IN_LIST


def key_identifier(
    key: Sm2PublicKey | CertificatePublicKeyTypes,
) -> x509.SubjectKeyIdentifier:
    """Return the SHA-1 of the point, RFC 5280 4.2.1.2 (1): a name, and no security."""
    if not isinstance(key, Sm2PublicKey):
        return x509.SubjectKeyIdentifier.from_public_key(key)
    return x509.SubjectKeyIdentifier(hashlib.sha1(key.point, usedforsecurity=False).digest())
