"""How the rules look at an extension that may not be there."""

from __future__ import annotations

from typing import TypeVar

from cryptography import x509

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)


def extension_of(certificate: x509.Certificate, kind: type[_Kind]) -> x509.Extension[_Kind] | None:
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None
