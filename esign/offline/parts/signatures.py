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

DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "2.16.840.1.101.3.4.2.1": sha256,
    "1.2.156.10197.1.401": sm3,
}
ECDSA, RSA, RSA_PLAIN = "1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1"
SM2_SIGNS, SM2_CURVE = {"1.2.156.10197.1.501", "1.2.156.10197.1.301.1"}, "1.2.156.10197.1.301"


def check_signature(spki: bytes, algorithm: str, signature: bytes, message: bytes) -> None:
    """Raise `Fault` unless the key (SubjectPublicKeyInfo) made ``signature`` over ``message``."""
    kind, bits = inside(spki, SEQUENCE, BITS)
    parameters = inside(kind)[1:]
    if parameters and parameters[0][0] == OID and dotted(parameters[0]) == SM2_CURVE:
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
