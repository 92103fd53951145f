"""By which algorithm an office signs: P-256, SM2, or with both on one paper.

Each has a root, authorities and lists of its own; a chain never changes its
algorithm on the way. Time-stamps stay with P-256 (docs/adr/0016-sm2-beside-p256.md).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SM2_PREFIX: Final = "sm2."


class SigningAlgorithm(StrEnum):
    P256 = "p256"  # ECDSA with SHA-256, NIST SP 800-186.
    SM2 = "sm2"  # With SM3, GB/T 32918 and GB/T 32905.

    def named(self, name: str) -> str:
        """Name this algorithm's counterpart of a P-256 key, certificate or list."""
        return f"{SM2_PREFIX}{name}" if self is SigningAlgorithm.SM2 else name

    def field_beside(self, field: str, algorithms: Sequence[SigningAlgorithm]) -> str:
        """Name the field that this one of ``algorithms`` fills where somebody signs.

        The first fills the place itself, whichever it is; a second one has a field of
        its own beside it.
        """
        return field if self is algorithms[0] else f"{self}-{field}"

    @classmethod
    def of_package(cls, algorithms: Sequence[SigningAlgorithm]) -> SigningAlgorithm:
        """Return by which of a case's ``algorithms`` its evidence package is sealed: one.

        The verifier that goes with a package knows both, no viewer looks at the seal, and
        whoever has to sign by SM2 (密码法 Art. 27) has to seal this by it.
        """
        return cls.SM2 if cls.SM2 in algorithms else cls.P256

    @classmethod
    def of_name(cls, name: str) -> SigningAlgorithm:
        return cls.SM2 if name.startswith(SM2_PREFIX) else cls.P256
