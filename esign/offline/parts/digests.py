"""SHA-256 (FIPS 180-4) and SM3 (GB/T 32905)."""

from __future__ import annotations

import hashlib


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def sm3(content: bytes) -> bytes:
    """Return the digest of GB/T 32905, or raise `ValueError` where this Python has none."""
    return hashlib.new("sm3", content).digest()
