"""Certificates as the register knows them, and the number each one bears.

L-32, P-44, P-57. A number is allotted once, gap-free per office, year and
series, and stays with its certificate whatever becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

CertificateId = NewType("CertificateId", str)


class CertificateStatus(StrEnum):
    INTENDED = "intended"  # The number is allotted; the seal is still to come.
    VALID = "valid"
    SUPERSEDED = "superseded"  # Corrected and issued again; the successor is named.
    PARTLY_REVOKED = "partly_revoked"  # A part is void from the start; the rest stands.
    REVOKED = "revoked"  # Void from the start (公证法 Art. 39).
    VOIDED = "voided"  # The number was allotted and never used; it stays allotted.

    @property
    def stands(self) -> bool:
        """Something of it is in force."""
        return self in {CertificateStatus.VALID, CertificateStatus.PARTLY_REVOKED}


class CertificateKind(StrEnum):
    ORIGINAL = "original"
    CORRECTED = "corrected"  # 更正重发: takes the place of the one it names.
    SUPPLEMENTARY = "supplementary"  # 补正公证书: stands beside the one it names.
    ENFORCEMENT = "enforcement"  # 执行证书, for the deed of the one it names.


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotted:
    """A number in its series."""

    year: int
    series: str
    sequence: int
    text: str
    """As printed, by the pattern of the office's rule pack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    id: CertificateId
    office: str
    case: str
    matter: str
    number: Allotted
    issue_date: date
    """The date of approval in Asia/Shanghai (P-44); never typed by anybody."""

    public_id: str
    """128 random bits in base32: what the QR code carries. No personal data."""

    check_code: str
    """Printed beside the number, so that a number alone tells nobody anything."""

    status: CertificateStatus
    intended_at: datetime
    kind: CertificateKind = CertificateKind.ORIGINAL
    relates_to: str | None = None
    """The number of the certificate that this one corrects, supplements or enforces."""

    prepared_sha256: str | None = None
    """The typeset certificate before any signature: what was intended."""

    sealed_sha256: str | None = None
    """The file with notary signature, office seal and archive time-stamp; for ever this one."""

    deed_sha256: str | None = None
    """The deed of the case as everybody had signed it when this was sealed."""

    renewed_sha256: str | None = None
    """The same with further archive time-stamps, once there are any: the newest."""

    sealed_at: datetime | None = None
    ended_at: datetime | None = None
    successor: str | None = None
    """The number of the one that replaced it."""

    supplemented_by: str | None = None
    """The number of the newest supplementary certificate to it."""

    step_up: str | None = None
    """Under which somebody of the office agreed to this certificate on a device of their own."""

    @property
    def newest_sha256(self) -> str | None:
        """The file that is delivered."""
        return self.renewed_sha256 or self.sealed_sha256
