"""pyHanko's signer over custody: it composes the CMS and never sees a key."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Final

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from esign.errors import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography.x509 import Certificate

    from esign.asn1 import Asn1

    SignDigest = Callable[[bytes], bytes]

LONGEST_P256_SIGNATURE: Final = 72


class CustodySigner(Signer):
    """``sign`` is given a SHA-256 digest and answers with an ECDSA signature in DER."""

    def __init__(
        self, certificate: Certificate, *, issuers: Sequence[Certificate], sign: SignDigest
    ) -> None:
        registry = SimpleCertificateStore()
        registry.register_multiple(map(to_asn1, issuers))
        # The root goes into the document's security store: without it, pyHanko
        # finds no past for the lists that the root signed. It is trusted by
        # nobody for being there.
        super().__init__(
            signing_cert=to_asn1(certificate), cert_registry=registry, embed_roots=True
        )
        self._sign = sign

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's port
    ) -> bytes:
        if digest_algorithm != "sha256":
            raise RequestRefused("only SHA-256 is signed")
        if dry_run:
            return bytes(LONGEST_P256_SIGNATURE)
        return await asyncio.to_thread(self._sign, hashlib.sha256(data).digest())


def to_asn1(certificate: Certificate) -> Asn1:
    """Return ``certificate`` in pyHanko's terms."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
