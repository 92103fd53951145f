"""How the rules look at an extension that may not be there, and at a key of either kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from esign.errors import KeyUnsuitable
from esign.sm.certificates import sm2_key_in

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

    from esign.sm.sm2 import Sm2PublicKey

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)


def extension_of(certificate: x509.Certificate, kind: type[_Kind]) -> x509.Extension[_Kind] | None:
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None


def key_in(certificate: x509.Certificate) -> CertificatePublicKeyTypes | Sm2PublicKey | None:
    """Return the key that ``certificate`` is for, or ``None`` for one of no kind known here."""
    try:
        return certificate.public_key()
    except UnsupportedAlgorithm:
        pass
    try:
        return sm2_key_in(certificate)
    except KeyUnsuitable:
        return None
