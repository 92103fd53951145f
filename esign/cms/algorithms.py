"""Which algorithm goes with which key, as data; the identifiers are ready-made DER.

The digest belongs to the algorithm: what SM2 signs is hashed with SM3 throughout,
everything else with SHA-256. Another algorithm is one more row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from esign.cms import der
from esign.errors import KeyUnsuitable, SignatureBroken
from esign.sm.certificates import ALGORITHM as SM2_ALGORITHM
from esign.sm.certificates import sm2_key_in
from esign.sm.sm2 import LONGEST_SIGNATURE, Sm2PublicKey
from esign.sm.sm3 import sm3

if TYPE_CHECKING:
    from collections.abc import Callable
    from hashlib import _Hash

    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from cryptography.x509 import Certificate

    PublicKey = PublicKeyTypes | Sm2PublicKey
    Check = Callable[[PublicKey, bytes, bytes], None]
    Hashed = Callable[[bytes | memoryview], _Hash]

LEAST_RSA_BITS: Final = 3072
"""128 bits of strength, as P-256 has (NIST SP 800-57 part 1, table 2)."""

SHA256_SIZE: Final = 32
DIGEST_SIZE: Final = SHA256_SIZE
"""Of SHA-256 and of SM3 alike."""

SHA256: Final = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))
"""Without parameters, as it is to be written (RFC 5754 section 2)."""

SHA256_FORMS: Final = (SHA256, der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.NULL))
"""Both ways in which it is to be read."""

SM3: Final = der.sequence(der.oid("1.2.156.10197.1.401"))
"""GM/T 0006-2012; without parameters, as SHA-256 is."""

_PREHASHED: Final = Prehashed(hashes.SHA256())
_ECDSA: Final = ec.ECDSA(_PREHASHED)
_PKCS1: Final = padding.PKCS1v15()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureAlgorithm:
    digest: bytes
    """AlgorithmIdentifier of the digest, DER."""

    hashed: Hashed
    """Begins that digest, as ``hashlib.sha256`` does."""

    signature: bytes
    """AlgorithmIdentifier of the signature, DER."""

    check: Check
    """Raises `InvalidSignature` unless the signature (second) is of the digest (third)."""

    citation: str

    def protection(self) -> bytes:
        """Return CMSAlgorithmProtection (RFC 6211): the identifiers once more, to be signed."""
        # [1] IMPLICIT takes the place of the SEQUENCE's tag.
        return der.sequence(self.digest, b"\xa1" + self.signature[1:])


def _check_ecdsa(key: PublicKey, signature: bytes, digest: bytes) -> None:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise InvalidSignature
    key.verify(signature, digest, _ECDSA)


def _check_rsa(key: PublicKey, signature: bytes, digest: bytes) -> None:
    if not isinstance(key, rsa.RSAPublicKey):
        raise InvalidSignature
    key.verify(signature, digest, _PKCS1, _PREHASHED)


def _check_sm2(key: PublicKey, signature: bytes, digest: bytes) -> None:
    if not isinstance(key, Sm2PublicKey):
        raise InvalidSignature
    key.check(signature, digest)


ECDSA_P256: Final = SignatureAlgorithm(
    digest=SHA256,
    hashed=hashlib.sha256,
    signature=der.sequence(der.oid("1.2.840.10045.4.3.2")),
    check=_check_ecdsa,
    citation="RFC 5754 3.3",
)
RSA_SHA256: Final = SignatureAlgorithm(
    digest=SHA256,
    hashed=hashlib.sha256,
    # Here the parameters are NULL and must be written.
    signature=der.sequence(der.oid("1.2.840.113549.1.1.11"), der.NULL),
    check=_check_rsa,
    citation="RFC 5754 3.2",
)
SM2_SM3: Final = SignatureAlgorithm(
    digest=SM3,
    hashed=sm3,
    signature=SM2_ALGORITHM,
    check=_check_sm2,
    citation="GB/T 32918.2-2016; GM/T 0006-2012 (identifiers)",
)

_LONGEST_P256: Final = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """The public half of a key, with the algorithm it signs documents by."""

    public: PublicKey
    algorithm: SignatureAlgorithm
    longest: int
    """The most bytes that a signature has."""

    binding: bytes = b""
    """Hashed before what is signed: nothing, or SM2's ZA."""

    def imprint(self, signed: bytes) -> bytes:
        """Return the digest that the key's holder is to sign."""
        return self.algorithm.hashed(self.binding + signed).digest()

    def check(self, signature: bytes, digest: bytes) -> None:
        """Raise `SignatureBroken` unless this key made ``signature`` over ``digest``."""
        try:
            self.algorithm.check(self.public, signature, digest)
        except InvalidSignature as error:
            raise SignatureBroken("the signature is not of this key and content") from error


@lru_cache(maxsize=256)
def key_of(certificate: Certificate) -> SigningKey:
    """Return the key of ``certificate``, or raise `KeyUnsuitable`."""
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm:
        return _sm2_signing(sm2_key_in(certificate))
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return SigningKey(public=key, algorithm=ECDSA_P256, longest=_LONGEST_P256)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
        size = (key.key_size + 7) // 8
        return SigningKey(public=key, algorithm=RSA_SHA256, longest=size)
    raise KeyUnsuitable("documents are signed with P-256, SM2, or RSA of 3072 bits and more")


def _sm2_signing(key: Sm2PublicKey) -> SigningKey:
    return SigningKey(
        public=key, algorithm=SM2_SM3, longest=LONGEST_SIGNATURE, binding=key.identity()
    )
