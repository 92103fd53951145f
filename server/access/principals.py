"""Whoever is calling, after the proof. What they may do is in permissions.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from server.cases.ids import AccountId, OfficeId
from server.cases.roles import Role

SessionId = NewType("SessionId", str)


class AccountKind(StrEnum):
    APPLICANT = "applicant"  # Signs in with a one-time code to a phone or e-mail.
    STAFF = "staff"  # Signs in with a password and a TOTP code.


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    account: AccountId
    kind: AccountKind
    office: OfficeId | None
    """The office that staff belong to; applicants belong to none."""

    roles: frozenset[Role]
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantAccount:
    id: AccountId
    contact: str
    """Where one-time codes reach the person: E.164, or an e-mail address in lower case.

    Stored encrypted, found by a keyed hash.
    """

    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccount:
    id: AccountId
    office: OfficeId
    login: str
    display_name: str
    password_hash: str
    """Argon2id, PHC string."""

    totp_secret: str
    """Base32; stored encrypted."""

    totp_last_step: int
    """A TOTP step is spent once (RFC 6238 5.2)."""

    roles: frozenset[Role]
    is_active: bool
    certificate_number: str | None = None
    """公证员执业证号, for notaries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One login on one device; ends for all its tokens at once."""

    id: SessionId
    account: AccountId
    kind: AccountKind
    office: OfficeId | None
    started_at: datetime
    expires_at: datetime
    """Absolute end of life; refreshing does not move it."""

    device: str
    """What the client called itself; for the person's own list of sessions."""

    ended_at: datetime | None = None
    ended_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """Opaque and single-use; only its SHA-256 is stored."""

    sha256: str
    session: SessionId
    issued_at: datetime
    idle_until: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCode:
    """Six digits sent to a contact, stored as a keyed hash."""

    id: str
    contact_index: str
    """Keyed hash of the contact."""

    code_hmac: str
    sent_at: datetime
    expires_at: datetime
    tries_left: int
    used_at: datetime | None = None
