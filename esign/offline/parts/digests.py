"""SHA-256 (FIPS 180-4) and SM3 (GB/T 32905)."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def sm3(content: bytes) -> bytes:
    """Return the digest of GB/T 32905; raise `UnsupportedAlgorithm` where nobody here has one.

    Not every Python has it, and not every build of `cryptography`.
    """
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3", content).digest()
    running = hashes.Hash(hashes.SM3())
    running.update(content)
    return running.finalize()


def has_sm3() -> bool:
    try:
        sm3(b"")
    except (UnsupportedAlgorithm, ValueError):
        return False
    return True
