"""Which kinds of keys are made here; the kind is a value that a request can name."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from esign.algorithms import SigningAlgorithm


class KeyAlgorithm(StrEnum):
    P256 = "P-256"  # FIPS 186-5; ECDSA with SHA-256.
    SM2 = "SM2"  # GB/T 32918; with SM3, GB/T 32905.

    @classmethod
    def of_name(cls, name: str) -> KeyAlgorithm:
        """Return the kind of key that a key or role of this name has."""
        return _KINDS[SigningAlgorithm.of_name(name)]


_KINDS: Final = {
    SigningAlgorithm.P256: KeyAlgorithm.P256,
    SigningAlgorithm.SM2: KeyAlgorithm.SM2,
}
