"""One signature after CAdES (ETSI EN 319 122-1): attributes, key operation, time-stamp.

How large it can get is known before it is made, from the same code that makes it.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

from esign.cms.algorithms import DIGEST_SIZE, key_of
from esign.cms.signed_data import (
    DATA,
    Carried,
    NamedSigner,
    Signed,
    detached,
    signed_attributes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography.x509 import Certificate

    from esign.cms.algorithms import Hashed, SignatureAlgorithm

    SignDigest = Callable[[bytes], bytes]

_NO_DIGEST: Final = bytes(DIGEST_SIZE)


class Stamps(Protocol):
    """Time-stamp tokens (RFC 3161) of a known largest size."""

    @property
    def room(self) -> int: ...

    def stamp(self, digest: bytes) -> bytes: ...


class CadesSigner:
    """Signs once or more for one certificate."""

    def __init__(
        self,
        certificate: Certificate,
        sign: SignDigest,
        *,
        issuers: Sequence[bytes],
        lists: Sequence[bytes] = (),
        stamps: Stamps | None,
    ) -> None:
        """``issuers`` and ``lists`` (DER) are carried along; no ``stamps``, no time.

        Raises `KeyUnsuitable`.
        """
        self._key = key_of(certificate)
        self._signer = NamedSigner.of(certificate, self._key.algorithm)
        self._sign = sign
        certificates = (self._signer.certificate, *issuers)
        self._carried = Carried(certificates=certificates, lists=tuple(lists))
        self._stamps = stamps

    @property
    def hashed(self) -> Hashed:
        """Begin the digest that the content has to be hashed with."""
        return self._key.algorithm.hashed

    @property
    def room(self) -> int:
        """The most bytes that a signature has."""
        stamp = self._stamps.room if self._stamps else None
        return _room(self._signer, self._key.algorithm, self._carried, (self._key.longest, stamp))

    def signature(self, digest: bytes) -> bytes:
        """Return the signature over content with this digest (see `hashed`), in DER.

        Its time-stamp is over the SHA-256 of the signature, whatever made it.
        Raises `SignatureBroken` when the key's holder answers with anything else.
        """
        attributes = self._attributes(digest)
        signed = self._key.imprint(attributes)
        made = self._sign(signed)
        self._key.check(made, signed)
        stamp = self._stamps.stamp(hashlib.sha256(made).digest()) if self._stamps else None
        return self._composed(attributes, made, stamp)

    def _attributes(self, digest: bytes) -> bytes:
        return signed_attributes(DATA, digest, self._signer, self._key.algorithm)

    def _composed(self, attributes: bytes, signature: bytes, stamp: bytes | None) -> bytes:
        signed = Signed(
            signer=self._signer,
            algorithm=self._key.algorithm,
            attributes=attributes,
            signature=signature,
        )
        return detached(signed, carried=self._carried, stamp=stamp)


@lru_cache(maxsize=256)
def _room(
    signer: NamedSigner,
    algorithm: SignatureAlgorithm,
    carried: Carried,
    longest: tuple[int, int | None],
) -> int:
    """Compose a signature of the ``longest`` signature and stamp, and see how long it gets."""
    signature, stamp = longest
    attributes = signed_attributes(DATA, _NO_DIGEST, signer, algorithm)
    signed = Signed(
        signer=signer, algorithm=algorithm, attributes=attributes, signature=bytes(signature)
    )
    whole = detached(signed, carried=carried, stamp=None if stamp is None else bytes(stamp))
    return len(whole)
