"""What a successful sign-in or refresh hands out, and how a session begins."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.principals import AccountKind, Principal, RefreshToken, Session, SessionId
from server.access.terms import SESSION_TERMS

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from server.access.ports import SessionBook
    from server.cases.ids import AccountId, NewId, OfficeId
    from server.cases.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whose credentials were right."""

    account: AccountId
    kind: AccountKind
    office: OfficeId | None
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    access_token: str
    access_life: timedelta
    refresh_token: str
    idle_until: datetime
    session: Session
    principal: Principal


SignAccessToken = Callable[[Principal, "timedelta"], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Minting:
    """Where tokens and ids come from; given by the wiring."""

    sign: SignAccessToken
    new_secret: Callable[[], str]
    """256 random bits, as text for a header."""

    new_id: NewId


def digest_of(refresh_token: str) -> str:
    """What is stored of a refresh token. It is random, so a plain hash is enough."""
    return hashlib.sha256(refresh_token.encode()).hexdigest()


def begin_session(
    person: Person, *, device: str, sessions: SessionBook, minting: Minting, now: datetime
) -> Grant:
    """Start a session and hand out its first pair of tokens."""
    terms = SESSION_TERMS[person.kind]
    session = Session(
        id=SessionId(minting.new_id()),
        account=person.account,
        kind=person.kind,
        office=person.office,
        started_at=now,
        expires_at=now + terms.absolute,
        device=device,
    )
    secret, token = next_refresh_token(session, minting=minting, now=now)
    sessions.start(session, token)
    return granted(person, session, refresh=(secret, token), minting=minting)


def next_refresh_token(
    session: Session, *, minting: Minting, now: datetime
) -> tuple[str, RefreshToken]:
    secret = minting.new_secret()
    idle_until = min(now + SESSION_TERMS[session.kind].idle, session.expires_at)
    token = RefreshToken(
        sha256=digest_of(secret), session=session.id, issued_at=now, idle_until=idle_until
    )
    return secret, token


def granted(
    person: Person, session: Session, *, refresh: tuple[str, RefreshToken], minting: Minting
) -> Grant:
    principal = Principal(
        account=person.account,
        kind=person.kind,
        office=person.office,
        roles=person.roles,
        session=session.id,
    )
    life = SESSION_TERMS[person.kind].access
    secret, token = refresh
    return Grant(
        access_token=minting.sign(principal, life),
        access_life=life,
        refresh_token=secret,
        idle_until=token.idle_until,
        session=session,
        principal=principal,
    )
