"""A refresh token works once; a spent one that comes back ends the session.

Whoever comes second cannot be told from whoever stole it, so both sign in
again (RFC 9700 4.14.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.errors import TokenRefused, TokenReplayed
from server.access.grants import Grant, Minting, Person, digest_of, granted, next_refresh_token
from server.access.principals import AccountKind
from server.cases.roles import Role

if TYPE_CHECKING:
    from datetime import datetime

    from server.access.ports import AccountBook, SessionBook
    from server.access.principals import Session


def refresh(
    secret: str, *, sessions: SessionBook, accounts: AccountBook, minting: Minting, now: datetime
) -> Grant:
    """Spend a refresh token for the next pair, or raise `TokenRefused` / `TokenReplayed`."""
    token = sessions.refresh_token(digest_of(secret))
    if token is None:
        raise TokenRefused
    session = sessions.get(token.session)
    if session is None or session.ended_at is not None or not now < session.expires_at:
        raise TokenRefused
    # Not read and then written: of two that come at once, exactly one wins.
    if not sessions.spend_refresh_token(token.sha256, at=now):
        sessions.end(session.id, at=now, because="refresh_token_replayed")
        raise TokenReplayed
    if not now < token.idle_until:
        raise TokenRefused
    person = _person(session, accounts)
    following = next_refresh_token(session, minting=minting, now=now)
    sessions.add_refresh_token(following[1])
    return granted(person, session, refresh=following, minting=minting)


def _person(session: Session, accounts: AccountBook) -> Person:
    """Return who this is now: roles may have been taken away since the sign-in."""
    if session.kind is AccountKind.APPLICANT:
        return Person(
            account=session.account,
            kind=session.kind,
            office=None,
            roles=frozenset({Role.APPLICANT}),
        )
    staff = accounts.staff(session.account)
    if not staff.is_active or staff.office != session.office:
        raise TokenRefused
    return Person(account=staff.id, kind=session.kind, office=staff.office, roles=staff.roles)
