"""What ``cryptography`` raises over bytes that are no certificate, or one that is not to be."""

from __future__ import annotations

from typing import Final

from cryptography import x509

# The last two are no `ValueError` there; the version is read at once, extensions when asked for.
UNREADABLE: Final = (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension)
