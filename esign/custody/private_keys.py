"""Private keys as the signer process holds them: P-256, or SM2 where the name says so.

Files are PKCS #8 in PEM for both, as ``openssl pkey`` reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asn1crypto import pem
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from esign.algorithms import SigningAlgorithm
from esign.errors import KeyUnsuitable
from esign.sm.sm2 import Sm2PrivateKey

if TYPE_CHECKING:
    from esign.authorities.issuing import AuthorityKey

_LABEL: Final = "PRIVATE KEY"
_SHA256_PREHASHED: Final = ec.ECDSA(Prehashed(hashes.SHA256()))


def make_key(algorithm: SigningAlgorithm) -> AuthorityKey:
    """Raises `AlgorithmUnavailable` where OpenSSL has no SM2."""
    if algorithm is SigningAlgorithm.SM2:
        return Sm2PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def to_pem(key: AuthorityKey) -> bytes:
    if isinstance(key, Sm2PrivateKey):
        armored: bytes = pem.armor(_LABEL, key.to_der())
        return armored
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def from_pem(text: bytes, algorithm: SigningAlgorithm) -> AuthorityKey:
    """Raises `KeyUnsuitable` or `ValueError` for a key of another kind."""
    if algorithm is SigningAlgorithm.SM2:
        label, _, encoded = pem.unarmor(text)
        if label != _LABEL:
            raise KeyUnsuitable("not a private key")
        return Sm2PrivateKey.from_der(encoded)
    key = load_pem_private_key(text, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyUnsuitable("the key is not on an elliptic curve")
    return key


def sign_with(key: AuthorityKey, digest: bytes) -> bytes:
    """Sign 32 bytes: a SHA-256 digest, or SM2's imprint e (GB/T 32918.2 section 6.1)."""
    if isinstance(key, Sm2PrivateKey):
        return key.sign(digest)
    return key.sign(digest, _SHA256_PREHASHED)
