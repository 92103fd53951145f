"""An invitation to a seat, for a person who has no account yet.

What the person is sent is a secret of 256 bits that opens nothing by itself: whoever comes
with it proves besides, by a one-time code, to hold the contact that was invited. Only the
secret's SHA-256 is stored, and it works once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

from server.ceremony.errors import (
    InvitationExpired,
    InvitationForAnother,
    InvitationRevoked,
    InvitationSpent,
    TooManyInvitations,
)

if TYPE_CHECKING:
    from server.ceremony.ceremony import CeremonyId, Seat

InvitationId = NewType("InvitationId", str)

SendInvitation = Callable[[str, str, str], None]
"""(contact, link, language): to the partner that delivers messages."""

TOKEN_BYTES: Final = 32
LIMITS: Final = (
    (timedelta(minutes=1), 1),
    (timedelta(hours=1), 5),
    (timedelta(days=1), 10),
)
"""So many invitations to one contact within so long, of all offices together: as codes."""


class InvitationState(StrEnum):
    OPEN = "open"  # The invited person can take the seat.
    ACCEPTED = "accepted"  # Final. The person has the seat.
    EXPIRED = "expired"  # Final. Nobody came in time.
    REVOKED = "revoked"  # Final. The office took it back, or sent another one.


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    id: InvitationId
    office: str
    case: str
    ceremony: CeremonyId
    party: str
    seat: Seat
    contact: str
    """E.164 or an e-mail address; stored encrypted, counted by a keyed hash."""

    language: str
    """``zh-CN`` or ``en``: of the message and of the page that it opens."""

    invited_by: str
    made_at: datetime
    expires_at: datetime
    sent_at: datetime | None = None
    """``None`` until the partner took the message."""

    revoked_at: datetime | None = None
    accepted_at: datetime | None = None

    def state(self, *, at: datetime) -> InvitationState:
        if self.accepted_at is not None:
            return InvitationState.ACCEPTED
        if self.revoked_at is not None and self.revoked_at < self.expires_at:
            return InvitationState.REVOKED
        if self.made_at <= at < self.expires_at:
            return InvitationState.OPEN
        return InvitationState.EXPIRED

    @property
    def masked(self) -> str:
        """Enough of the contact to tell it from another: nothing that could be dialled."""
        name, at, host = self.contact.rpartition("@")
        return f"{name[:1]}…@{host}" if at else f"…{self.contact[-4:]}"


def require_open(invitation: Invitation, *, at: datetime) -> None:
    """Raise `InvitationSpent`, `InvitationRevoked` or `InvitationExpired` unless it is open."""
    state = invitation.state(at=at)
    if state is not InvitationState.OPEN:
        raise _OVER[state]


def require_invited(invitation: Invitation, contact: str, *, at: datetime) -> None:
    """Raise unless it is open, and for whoever proved to hold ``contact``.

    The contact comes first: somebody else is told nothing of how it stands.
    """
    if contact != invitation.contact:
        raise InvitationForAnother
    require_open(invitation, at=at)


def refuse_flood(made_since: Callable[[datetime], int], *, at: datetime) -> None:
    """Raise `TooManyInvitations` where one contact was invited too often lately."""
    for within, most in LIMITS:
        if not made_since(at - within) < most:
            raise TooManyInvitations(retry_after_s=int(within.total_seconds()))


def hash_of(token: str) -> str:
    """Return what is stored in place of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_of(public_url: str, token: str, language: str) -> str:
    """Return what the person is sent.

    The token stands behind the ``#``: no browser sends that to a server (RFC 3986 3.5), so it
    is in nobody's log.
    """
    return f"{public_url.rstrip('/')}/ceremony?lang={language}#invitation={token}"


_OVER: Final = {
    InvitationState.ACCEPTED: InvitationSpent,
    InvitationState.EXPIRED: InvitationExpired,
    InvitationState.REVOKED: InvitationRevoked,
}
