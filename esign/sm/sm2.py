"""SM2 keys and signatures (GB/T 32918.2-2016), over the curve of GB/T 32918.5-2017.

What is signed is never the message's own digest but e = SM3(ZA + message), where
ZA binds the signer's identifier, the curve and the public key. Whoever forgets ZA
makes signatures that only he accepts; so there is one function for it, `imprint`.
"""

from __future__ import annotations

import ctypes
from typing import Final

from esign.cms import der
from esign.cms.reading import DerMalformed, contents, expect, inside, only
from esign.errors import KeyUnsuitable, RequestRefused, SignatureBroken
from esign.sm.libcrypto import (
    SUCCESS,
    KeyHandle,
    LibcryptoRefused,
    algorithm_context,
    call,
    demand,
    key_context,
)
from esign.sm.sm3 import SM3_SIZE, sm3

DEFAULT_ID: Final = b"1234567812345678"
"""Of signers who have no other identifier, GM/T 0009-2012 section 10; RFC 8998 keeps it."""

LONGEST_SIGNATURE: Final = 72
"""Two INTEGER of at most 33 bytes in a SEQUENCE, GM/T 0009-2012 section 7.3."""

EC_PUBLIC_KEY: Final = der.oid("1.2.840.10045.2.1")
CURVE: Final = der.oid("1.2.156.10197.1.301")

_A: Final = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC"
_B: Final = "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93"
_GX: Final = "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7"
_GY: Final = "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0"
_CURVE_PARAMETERS: Final = bytes.fromhex(_A + _B + _GX + _GY)

_FIELD: Final = 32
_UNCOMPRESSED: Final = b"\x04"
_BIT_STRING: Final = 0x03
_V1, _KEY_V1 = der.integer(0), der.integer(1)
_ALGORITHM: Final = der.sequence(EC_PUBLIC_KEY, CURVE)


class Sm2PublicKey:
    """A point on the curve; what is not one is never a key."""

    def __init__(self, point: bytes) -> None:
        """``point`` is uncompressed: 04, x, y. Raises `KeyUnsuitable`, `AlgorithmUnavailable`."""
        if not (len(point) == 1 + 2 * _FIELD and point.startswith(_UNCOMPRESSED)):
            raise KeyUnsuitable("not an uncompressed point")
        _require_sm2()
        self.point = point
        self.encoded = der.sequence(_ALGORITHM, der.value(_BIT_STRING, b"\0", point))
        """SubjectPublicKeyInfo, DER (GM/T 0009-2012 section 7.1, RFC 5480)."""
        self._key = _decoded("d2i_PUBKEY", self.encoded)

    @classmethod
    def from_der(cls, encoded: bytes) -> Sm2PublicKey:
        """Read a SubjectPublicKeyInfo, or raise `KeyUnsuitable`."""
        try:
            algorithm, bits = expect(inside(only(encoded, der.SEQUENCE)), der.SEQUENCE, _BIT_STRING)
        except (DerMalformed, IndexError) as error:
            raise KeyUnsuitable("not a public key") from error
        if algorithm != _ALGORITHM or contents(bits)[:1] != b"\0":
            raise KeyUnsuitable("not an SM2 key")
        return cls(contents(bits)[1:])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sm2PublicKey) and self.point == other.point

    def __hash__(self) -> int:
        return hash(self.point)

    def identity(self, signer_id: bytes = DEFAULT_ID) -> bytes:
        """Return ZA, GB/T 32918.2-2016 section 5.5."""
        bits = (8 * len(signer_id)).to_bytes(2, "big")
        return sm3(bits + signer_id + _CURVE_PARAMETERS + self.point[1:]).digest()

    def imprint(self, message: bytes, signer_id: bytes = DEFAULT_ID) -> bytes:
        """Return e, which is what gets signed (section 6.1, A1 and A2)."""
        return sm3(self.identity(signer_id) + message).digest()

    def check(self, signature: bytes, imprint: bytes) -> None:
        """Raise `SignatureBroken` unless this key signed ``imprint``; DER and nothing else."""
        with key_context(self._key) as context:
            demand("EVP_PKEY_verify_init", context)
            answer = call(
                "EVP_PKEY_verify", context, signature, len(signature), imprint, len(imprint)
            )
        if answer != SUCCESS:
            raise SignatureBroken("the signature is not of this key and content")


class Sm2PrivateKey:
    """Holds its number inside OpenSSL, which overwrites it when this object goes."""

    def __init__(self, key: KeyHandle) -> None:
        self._key = key
        self._public = Sm2PublicKey(_public_point(key))

    @classmethod
    def generate(cls) -> Sm2PrivateKey:
        """Make a key, or raise `AlgorithmUnavailable`."""
        made = ctypes.c_void_p()
        with algorithm_context("SM2") as context:
            demand("EVP_PKEY_keygen_init", context)
            demand("EVP_PKEY_generate", context, ctypes.byref(made))
        return cls(KeyHandle(made.value))

    @classmethod
    def from_der(cls, encoded: bytes) -> Sm2PrivateKey:
        """Read PKCS #8, or raise `KeyUnsuitable`."""
        _require_sm2()
        key = _decoded("d2i_AutoPrivateKey", encoded)
        with key_context(key) as context:
            if call("EVP_PKEY_check", context) != SUCCESS:
                raise KeyUnsuitable("the halves of the key do not belong together")
        return cls(key)

    def public_key(self) -> Sm2PublicKey:
        return self._public

    def to_der(self) -> bytes:
        """Return PKCS #8 (RFC 5208, RFC 5915), unprotected: it goes where keys may be."""
        number = ctypes.c_void_p()
        room = ctypes.create_string_buffer(_FIELD)
        demand("EVP_PKEY_get_bn_param", self._key.pointer, b"priv", ctypes.byref(number))
        try:
            if call("BN_bn2binpad", number, room, _FIELD) != _FIELD:
                raise LibcryptoRefused("BN_bn2binpad")
            point = der.value(_BIT_STRING, b"\0", self._public.point)
            inner = der.sequence(_KEY_V1, der.octets(room.raw), der.tagged(1, point))
        finally:
            call("BN_clear_free", number)
            call("OPENSSL_cleanse", room, _FIELD)
        return der.sequence(_V1, _ALGORITHM, der.octets(inner))

    def sign(self, imprint: bytes) -> bytes:
        """Return a signature (DER) over e; the nonce is OpenSSL's, from the system's source."""
        if len(imprint) != SM3_SIZE:
            raise RequestRefused("an SM2 imprint has 32 bytes")
        room = ctypes.create_string_buffer(LONGEST_SIGNATURE)
        size = ctypes.c_size_t(LONGEST_SIGNATURE)
        with key_context(self._key) as context:
            demand("EVP_PKEY_sign_init", context)
            demand("EVP_PKEY_sign", context, room, ctypes.byref(size), imprint, len(imprint))
        return room.raw[: size.value]


def _require_sm2() -> None:
    """Tell a machine without SM2 from a key that is bad."""
    with algorithm_context("SM2"):
        return


def _decoded(function: str, encoded: bytes) -> KeyHandle:
    text = ctypes.c_char_p(encoded)
    try:
        key = KeyHandle(call(function, None, ctypes.byref(text), len(encoded)))
    except LibcryptoRefused as error:
        raise KeyUnsuitable("not a key on the curve of SM2") from error
    if call("EVP_PKEY_is_a", key.pointer, b"SM2") != SUCCESS:
        raise KeyUnsuitable("not an SM2 key")
    return key


def _public_point(key: KeyHandle) -> bytes:
    room, size = ctypes.create_string_buffer(1 + 2 * _FIELD), ctypes.c_size_t()
    demand(
        "EVP_PKEY_get_octet_string_param",
        key.pointer,
        b"pub",
        room,
        len(room),
        ctypes.byref(size),
    )
    return room.raw[: size.value]
