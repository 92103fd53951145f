"""NIST SP 800-57 part 1, table 2; ETSI TS 119 312: 128 bits of strength, for years.

"Estimated security strength 128: ECC f = 256-383, RSA k = 3072". RSA is for end
certificates only; our authorities are on P-256, or on SM2's curve (GB/T 32918.5),
which is as large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from esign.cms.algorithms import LEAST_RSA_BITS
from esign.lints.certificates.lookup import key_in
from esign.sm.sm2 import Sm2PublicKey

if TYPE_CHECKING:
    from cryptography import x509

    from esign.authorities.profiles import Profile


def key_size(certificate: x509.Certificate, profile: Profile) -> str | None:
    key = key_in(certificate)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return None
    if isinstance(key, Sm2PublicKey):
        return None
    if isinstance(key, rsa.RSAPublicKey) and not profile.is_authority:
        return None if key.key_size >= LEAST_RSA_BITS else "the key is too short"
    return f"the key is not one for a {profile.name} certificate"
