"""Signatures: ECDSA P-256 and RSA by `cryptography`, SM2 by the part above."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from esign.offline.parts.der import BITS, OID, SEQUENCE, body, dotted, inside
from esign.offline.parts.digests import sha256, sm3
from esign.offline.parts.faults import Fault, require
from esign.offline.parts.sm2 import sm2_holds

SHA256_NAMED, SM3_NAMED = "2.16.840.1.101.3.4.2.1", "1.2.156.10197.1.401"
DIGESTS: dict[str, Callable[[bytes], bytes]] = {SHA256_NAMED: sha256, SM3_NAMED: sm3}
ECDSA, RSA, RSA_PLAIN = "1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1"
SM2_SIGNS, SM2_CURVE = {"1.2.156.10197.1.501", "1.2.156.10197.1.301.1"}, "1.2.156.10197.1.301"


def kind_of_key(spki: bytes) -> str:
    """Return "sm2", "p256" or "rsa"; a key of another kind signs nothing that holds."""
    parameters = inside(inside(spki, SEQUENCE, BITS)[0])[1:]
    if not (parameters and parameters[0][0] == OID):
        return "rsa"
    return "sm2" if dotted(parameters[0]) == SM2_CURVE else "p256"


def digest_with(algorithm: str) -> str:
    """Return the one digest that goes with a signature: SM3 with SM2, SHA-256 with all others."""
    return SM3_NAMED if algorithm in SM2_SIGNS else SHA256_NAMED


def check_signature(spki: bytes, algorithm: str, signature: bytes, message: bytes) -> None:
    """Raise `Fault` unless the key (SubjectPublicKeyInfo) made ``signature`` over ``message``."""
    if kind_of_key(spki) == "sm2":
        bits = inside(spki)[1]
        require(algorithm in SM2_SIGNS, "algorithm_unknown", "", algorithm)
        require(sm2_holds(body(bits)[1:], signature, message), "signature_wrong", "", "SM2")
        return
    key = serialization.load_der_public_key(spki)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm == ECDSA:
            require(key.curve.name == "secp256r1", "algorithm_unknown", "", key.curve.name)
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey) and algorithm in {RSA, RSA_PLAIN}:
            require(key.key_size >= 3072, "algorithm_unknown", "", "RSA")
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise Fault("algorithm_unknown", "", algorithm)
    except InvalidSignature as error:
        raise Fault("signature_wrong") from error
