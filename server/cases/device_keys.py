"""Keys that a phone made for itself, and what they sign.

P-256 only, in one encoding each: the point as SubjectPublicKeyInfo, the signature as strict
DER (SEC 1 C.5). Both values of s are taken: keystores of phones give either, and what is
answered is spent at once, so that a twin of a signature is of no use.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from server.cases.errors import DeviceKeyRefused, DeviceSignatureRefused


def require_device_key(encoded: bytes) -> ec.EllipticCurvePublicKey:
    """Return the public key, or raise `DeviceKeyRefused` for any other kind or encoding."""
    try:
        key = load_der_public_key(encoded)
    except (ValueError, UnsupportedAlgorithm):
        raise DeviceKeyRefused from None
    if not (isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)):
        raise DeviceKeyRefused
    # One key has one encoding, so that it is found again under it.
    if key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != encoded:
        raise DeviceKeyRefused
    return key


def require_device_signature(public_key: bytes, statement: str, signature: bytes) -> None:
    """Raise `DeviceSignatureRefused` unless the key's holder signed exactly ``statement``."""
    key = require_device_key(public_key)
    try:
        # Strict DER: OpenSSL encodes what it read anew and compares.
        key.verify(signature, statement.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise DeviceSignatureRefused from None
