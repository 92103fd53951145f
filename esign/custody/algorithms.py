"""Which kinds of keys are made here; the kind is a value that a request can name."""

from __future__ import annotations

from enum import StrEnum


class KeyAlgorithm(StrEnum):
    P256 = "P-256"  # FIPS 186-5; ECDSA with SHA-256.
