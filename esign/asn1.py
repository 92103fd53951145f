"""One name for the values of asn1crypto, pyHanko's ASN.1 library, which ships no types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

Asn1: TypeAlias = Any


def to_asn1(certificate: Certificate) -> Asn1:
    """Return ``certificate`` in pyHanko's terms."""
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))
