"""Sessions and their refresh tokens; a token is spent by one conditional update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from server.access.principals import (
    AccountKind,
    RefreshToken,
    Session,
    SessionId,
)
from server.cases.ids import AccountId
from server.db.secrets import Place
from server.db.tables.access import REFRESH_TOKENS, SESSIONS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection


class PostgresSessionBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def start(self, session: Session, token: RefreshToken) -> None:
        self._scoped.seek(session.id)
        device = self._scoped.cipher.encrypt_text(session.device, _device_place(session.id))
        self._scoped.connection.execute(
            insert(SESSIONS).values(
                id=session.id,
                account=session.account,
                kind=session.kind.value,
                office=session.office,
                started_at=session.started_at,
                expires_at=session.expires_at,
                device=device,
                ended_at=session.ended_at,
                ended_because=session.ended_because,
            )
        )
        self.add_refresh_token(token)

    def get(self, session_id: SessionId) -> Session | None:
        self._scoped.seek(session_id)
        query = select(SESSIONS).where(SESSIONS.c.id == session_id)
        row = self._scoped.connection.execute(query).first()
        return None if row is None else self._session(row)

    def of(self, account: AccountId) -> list[Session]:
        self._scoped.seek(account)
        rows = self._scoped.connection.execute(
            select(SESSIONS)
            .where(SESSIONS.c.account == account, SESSIONS.c.ended_at.is_(None))
            .order_by(SESSIONS.c.started_at.desc(), SESSIONS.c.id)
        )
        return [self._session(row) for row in rows]

    def end(self, session_id: SessionId, *, at: datetime, because: str) -> None:
        self._scoped.seek(session_id)
        self._scoped.connection.execute(
            update(SESSIONS)
            .where(SESSIONS.c.id == session_id, SESSIONS.c.ended_at.is_(None))
            .values(ended_at=at, ended_because=because)
        )

    def refresh_token(self, sha256: str) -> RefreshToken | None:
        self._scoped.seek(sha256)
        query = select(REFRESH_TOKENS).where(REFRESH_TOKENS.c.sha256 == sha256)
        row = self._scoped.connection.execute(query).first()
        if row is None:
            return None
        return RefreshToken(
            sha256=row.sha256,
            session=SessionId(row.session),
            issued_at=row.issued_at,
            idle_until=row.idle_until,
            used_at=row.used_at,
        )

    def spend_refresh_token(self, sha256: str, *, at: datetime) -> bool:
        self._scoped.seek(sha256)
        won = self._scoped.connection.execute(
            update(REFRESH_TOKENS)
            .where(REFRESH_TOKENS.c.sha256 == sha256, REFRESH_TOKENS.c.used_at.is_(None))
            .values(used_at=at)
        )
        return won.rowcount == 1

    def add_refresh_token(self, token: RefreshToken) -> None:
        self._scoped.seek(token.sha256)
        self._scoped.connection.execute(
            insert(REFRESH_TOKENS).values(
                sha256=token.sha256,
                session=token.session,
                issued_at=token.issued_at,
                idle_until=token.idle_until,
                used_at=token.used_at,
            )
        )

    def _session(self, row: Row[Any]) -> Session:
        return Session(
            id=SessionId(row.id),
            account=AccountId(row.account),
            kind=AccountKind(row.kind),
            office=row.office,
            started_at=row.started_at,
            expires_at=row.expires_at,
            device=self._scoped.cipher.decrypt_text(row.device, _device_place(row.id)),
            ended_at=row.ended_at,
            ended_because=row.ended_because,
        )


def _device_place(session: str) -> Place:
    return Place(table="sessions", column="device", row=session)
