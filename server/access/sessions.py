"""A login on one device: whether it still stands, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.errors import SessionNotFound, TokenRefused
from server.access.principals import SessionId

if TYPE_CHECKING:
    from datetime import datetime

    from server.access.ports import SessionBook
    from server.access.principals import Principal, Session


def require_live(principal: Principal, sessions: SessionBook, *, now: datetime) -> Session:
    """Return the session that the token speaks for, or raise `TokenRefused`.

    A token outlives its session by minutes; this is what makes signing out,
    and ending a stolen session, work at once.
    """
    session = sessions.get(principal.session)
    if (
        session is None
        or session.account != principal.account
        or session.kind is not principal.kind
        or session.office != principal.office
        or session.ended_at is not None
        or not now < session.expires_at
    ):
        raise TokenRefused
    return session


def live_sessions(principal: Principal, sessions: SessionBook, *, now: datetime) -> list[Session]:
    return [s for s in sessions.of(principal.account) if now < s.expires_at]


def end_session(
    principal: Principal, session_id: str, sessions: SessionBook, *, now: datetime
) -> None:
    """End one of the caller's own sessions, or raise `SessionNotFound`."""
    if not any(s.id == session_id for s in sessions.of(principal.account)):
        raise SessionNotFound
    sessions.end(SessionId(session_id), at=now, because="ended_by_person")
