"""Generations of a signed file: as it was sealed, and with each archive time-stamp since.

A renewal appends to the file, so its digest changes while it stays the same
certificate. Every digest that was ever given out is kept, and leads to it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class FileKind(StrEnum):
    CERTIFICATE = "certificate"
    DEED = "deed"


class GenerationState(StrEnum):
    INTENDED = "intended"  # A new stamp is to be made; the file may or may not exist.
    KEPT = "kept"  # Stored, read back, and on record.
    REFUSED = "refused"  # What it was to be made of proves nothing any more: for a person.


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    """A file that is kept provable: a certificate, or the deed of a case."""

    kind: FileKind
    case: str
    subject: str
    """Id of the certificate, or of the case whose deed it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    id: str
    office: str
    file: SignedFile
    number: int
    """From 1, which is the file as it was sealed."""

    state: GenerationState
    intended_at: datetime
    base_sha256: str | None = None
    """The generation it is made of; ``None`` for the first."""

    sha256: str | None = None
    sm3: str | None = None
    """GB/T 32905-2016, beside SHA-256 (FIPS 180-4): a break of one leaves the other."""

    carries_until: datetime | None = None
    """When its last archive time-stamp ceases to prove anything; ``None`` until looked at."""

    stamper: str | None = None
    """SHA-256 of the certificate of who made that stamp; ``None`` until looked at."""

    kept_at: datetime | None = None
    trouble: str | None = None
    """Why it was refused: the name of an error."""


def sm3_of(content: bytes) -> str:
    """Return the SM3 digest (GB/T 32905-2016) in lower-case hex."""
    return hashlib.new("sm3", content).hexdigest()
