"""What a verification found, kept whole so that anybody can go through it again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from esign.evidence import EvidenceDigests
    from esign.pdf.levels import PadesLevel


class Role(StrEnum):
    PARTY = "party"  # Signed with an event certificate.
    NOTARY = "notary"
    OFFICE_SEAL = "office_seal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    number: int
    code: str
    """Its name for machines, `esign.verification.steps`."""

    claim: str
    evidence: str
    """What shows it; holds no personal value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFound:
    field: str
    role: Role
    common_name: str
    organization: str | None
    serial: int
    """Of the certificate."""

    signed_at: datetime
    """Proven by the time-stamp inside the signature."""

    level: PadesLevel
    evidence: EvidenceDigests | None
    """``None`` for notary and seal, whose certificates outlive the act."""

    root: str
    """SHA-256 of the root that its chain led to when it was used."""

    unrevoked_since: datetime
    """The oldest date among the newest lists of its chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveStamp:
    field: str
    stamped_at: datetime
    unrevoked_since: datetime
    """Date of the newest list on which the authority's certificate is still good."""

    carries_until: datetime
    """From then on it proves nothing, unless another one covers it."""

    stolen_since: datetime | None = None
    """From when on somebody else may have had the authority's key: something else proves that
    the stamp was there before. ``None`` where nobody had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    document: str
    """SHA-256 of the whole file."""

    verified_for: datetime
    """The time at which the question was asked."""

    signatures: tuple[SignatureFound, ...]
    archive_stamps: tuple[ArchiveStamp, ...]
    steps: tuple[Step, ...]
