"""Teach pyHanko SM2 and SM3 through the doors it has: names, and who checks a signature.

asn1crypto keeps its names of algorithms in tables, to which pyHanko adds its own
at import as well; `SignatureValidator` is pyHanko's port for the mathematics. What
is added are names only, nothing that was there changes its meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asn1crypto import algos
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
)

from esign.errors import KeyUnsuitable, SignatureBroken
from esign.sm.certificates import SM2_WITH_SM3
from esign.sm.sm2 import Sm2PublicKey

if TYPE_CHECKING:
    from pyhanko_certvalidator.sig_validate import SignatureValidationContext

    from esign.asn1 import Asn1

SM3_NAME: Final = "sm3"
"""As ``cryptography`` has it, too, in whose names pyHanko looks up digests."""

SM2_NAME: Final = "sm3_sm2"
_SM3: Final = "1.2.156.10197.1.401"


def _name(kind: Asn1, dotted: str, name: str) -> None:
    # A first value of a kind fills its table of names, once.
    kind(dotted)
    kind._map[dotted] = name  # noqa: SLF001 - asn1crypto has no other way
    kind._reverse_map[name] = dotted  # noqa: SLF001 - as above


_name(algos.DigestAlgorithmId, _SM3, SM3_NAME)
_name(algos.SignedDigestAlgorithmId, SM2_WITH_SM3, SM2_NAME)


class SignatureValidator(DefaultSignatureValidator):
    """pyHanko's own, and SM2 with SM3 under the identifier that everybody has."""

    def validate_signature(  # noqa: PLR0917 - the signature is pyHanko's
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: Asn1,
        signature_algorithm: Asn1,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Raise `InvalidSignature` unless the signature is of this key and content."""
        if signature_algorithm["algorithm"].native != SM2_NAME:
            try:
                super().validate_signature(
                    signature, signed_data, public_key_info, signature_algorithm, context
                )
            except UnsupportedAlgorithm as error:
                # An SM2 key of somebody with the same name, tried on another's signature.
                raise InvalidSignature from error
            return
        # ZA has to be hashed with the content, so its digest alone is no use; and what
        # is signed by SM2 is hashed with SM3 throughout (GB/T 35275).
        if context.prehashed or context.contextual_md_algorithm not in {None, SM3_NAME}:
            raise InvalidSignature
        try:
            key = Sm2PublicKey.from_der(public_key_info.dump())
            key.check(signature, key.imprint(signed_data))
        except (KeyUnsuitable, SignatureBroken) as error:
            raise InvalidSignature from error
