"""A private key that is in a token: it has the methods that certificates are signed with.

``cryptography`` signs certificates and lists with anything that is an
`EllipticCurvePrivateKey`; what would need the key itself is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import Hash

from esign.errors import KeyMisused, SignatureBroken

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurveSignatureAlgorithm
    from cryptography.utils import Buffer


class TokenKey(ec.EllipticCurvePrivateKey):
    def __init__(
        self, public: ec.EllipticCurvePublicKey, sign_raw: Callable[[bytes], bytes]
    ) -> None:
        self._public = public
        self._sign_raw = sign_raw
        """From a digest to r and s, side by side: CKM_ECDSA, PKCS #11 v3.1 section 6.3.12."""

    def sign(self, data: Buffer, signature_algorithm: EllipticCurveSignatureAlgorithm) -> bytes:
        """Return an ECDSA signature (DER), verified before it leaves.

        Raises `SignatureBroken` when the token answers with something else.
        """
        digest = _digest(bytes(data), signature_algorithm)
        raw = self._sign_raw(digest)
        half = len(raw) // 2
        signature = encode_dss_signature(
            int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
        )
        try:
            self._public.verify(bytes(signature), bytes(data), signature_algorithm)
        except InvalidSignature:
            raise SignatureBroken("the token's answer is no signature of its key") from None
        return bytes(signature)

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def exchange(self, *_: object) -> NoReturn:
        raise KeyMisused("this key signs and agrees on nothing")

    def private_numbers(self) -> NoReturn:
        raise KeyMisused("the key does not leave its token")

    def private_bytes(self, *_: object) -> NoReturn:
        raise KeyMisused("the key does not leave its token")

    def __copy__(self) -> TokenKey:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> TokenKey:
        return self


def _digest(data: bytes, algorithm: EllipticCurveSignatureAlgorithm) -> bytes:
    hashed = algorithm.algorithm
    if isinstance(hashed, Prehashed):
        return data
    running = Hash(hashed)
    running.update(data)
    return running.finalize()
