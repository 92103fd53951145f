"""Public keys as certificates and DG14 / DG15 carry them (RFC 5280, RFC 5480, RFC 4055).

Read here and not by a library's own reader: passports write curves out as parameters, and
those are compared with curves we know (`curves`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from asn1crypto import keys
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from identity.chips.asn1 import load, understood
from identity.chips.curves import explicit_curve, named_curve
from identity.chips.refusal import ChipFault, ChipRefused

if TYPE_CHECKING:
    from identity.chips.asn1 import Asn1
    from identity.chips.refusal import ChipFile

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

RSA_BITS: Final = range(1024, 8193)
"""Bits of a modulus: from that of the specimen passport's DG15 to a third more than the longest
of the published master list (6144), so that nobody buys our time with a huge one."""
RSA_EXPONENTS: Final = range(3, 2**33)
"""The published master list has 3, 38129 and 65537; larger ones only cost time."""


def read_key(info: bytes, *, place: ChipFile | None) -> PublicKey:
    """Return the key of a ``SubjectPublicKeyInfo``; raises `ChipRefused`."""
    parsed = load(keys.PublicKeyInfo, info, place=place)
    with understood(place):
        algorithm = parsed["algorithm"]["algorithm"].native
        if algorithm in {"rsa", "rsassa_pss"}:
            return _rsa(parsed["public_key"].parsed, place)
        if algorithm == "ec":
            curve = _curve(parsed["algorithm"]["parameters"], place)
            point = bytes(parsed["public_key"].native)
            return ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    raise ChipRefused(ChipFault.KEY_NOT_ALLOWED, place)


def describe(key: PublicKey) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return f"EC {key.curve.name}"


def _rsa(numbers: Asn1, place: ChipFile | None) -> rsa.RSAPublicKey:
    modulus, exponent = int(numbers["modulus"].native), int(numbers["public_exponent"].native)
    right = (
        modulus.bit_length() in RSA_BITS
        and exponent in RSA_EXPONENTS
        and modulus % 2 == 1
        and exponent % 2 == 1
    )
    if not right:
        raise ChipRefused(ChipFault.KEY_NOT_ALLOWED, place)
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _curve(parameters: Asn1, place: ChipFile | None) -> ec.EllipticCurve:
    if parameters.name == "named":
        return named_curve(parameters.chosen.dotted, place=place)
    if parameters.name == "specified":
        return explicit_curve(parameters.chosen, place=place)
    raise ChipRefused(ChipFault.CURVE_UNKNOWN, place)
