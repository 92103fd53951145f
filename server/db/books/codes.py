"""One-time codes, and the wrong tries that slow down whoever guesses a password.

A contact and a login are known here by their keyed hashes only; a code, like a
try at one, is used up by one conditional update.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, insert, select, update

from server.access.principals import OneTimeCode
from server.db.books.accounts import contact_index
from server.db.tables.access import LOGIN_TRIES, ONE_TIME_CODES

if TYPE_CHECKING:
    from datetime import datetime

    from server.db.scoped import ScopedConnection

MOST_TRIES: Final = 50


class PostgresCodeBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def add(self, code: OneTimeCode) -> None:
        self._scoped.seek(code.id)
        self._scoped.connection.execute(
            insert(ONE_TIME_CODES).values(
                id=code.id,
                contact_index=code.contact_index,
                code_hmac=code.code_hmac,
                sent_at=code.sent_at,
                expires_at=code.expires_at,
                tries_left=code.tries_left,
                used_at=code.used_at,
            )
        )

    def latest(self, contact: str) -> OneTimeCode | None:
        index = contact_index(self._scoped.cipher, contact)
        self._scoped.seek(index)
        row = self._scoped.connection.execute(
            select(ONE_TIME_CODES)
            .where(ONE_TIME_CODES.c.contact_index == index)
            .order_by(ONE_TIME_CODES.c.sent_at.desc(), ONE_TIME_CODES.c.id.desc())
            .limit(1)
        ).first()
        if row is None:
            return None
        return OneTimeCode(
            id=row.id,
            contact_index=row.contact_index,
            code_hmac=row.code_hmac,
            sent_at=row.sent_at,
            expires_at=row.expires_at,
            tries_left=row.tries_left,
            used_at=row.used_at,
        )

    def sent_since(self, contact: str, since: datetime) -> int:
        index = contact_index(self._scoped.cipher, contact)
        self._scoped.seek(index)
        sent: int = self._scoped.connection.execute(
            select(func.count())
            .select_from(ONE_TIME_CODES)
            .where(ONE_TIME_CODES.c.contact_index == index, ONE_TIME_CODES.c.sent_at >= since)
        ).scalar_one()
        return sent

    def take_try(self, code_id: str) -> bool:
        self._scoped.seek(code_id)
        taken = self._scoped.connection.execute(
            update(ONE_TIME_CODES)
            .where(ONE_TIME_CODES.c.id == code_id, ONE_TIME_CODES.c.tries_left > 0)
            .values(tries_left=ONE_TIME_CODES.c.tries_left - 1)
        )
        return taken.rowcount == 1

    def spend(self, code_id: str, *, at: datetime) -> bool:
        self._scoped.seek(code_id)
        won = self._scoped.connection.execute(
            update(ONE_TIME_CODES)
            .where(ONE_TIME_CODES.c.id == code_id, ONE_TIME_CODES.c.used_at.is_(None))
            .values(used_at=at)
        )
        return won.rowcount == 1


class PostgresLoginTries:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def wrong_since(self, login: str, since: datetime) -> list[datetime]:
        index = self._seek(login)
        return list(
            self._scoped.connection.execute(
                select(LOGIN_TRIES.c.at)
                .where(LOGIN_TRIES.c.login_index == index, LOGIN_TRIES.c.at >= since)
                .order_by(LOGIN_TRIES.c.at.desc())
                .limit(MOST_TRIES)
            ).scalars()
        )

    def add(self, login: str, *, at: datetime) -> None:
        index = self._seek(login)
        self._scoped.connection.execute(insert(LOGIN_TRIES).values(login_index=index, at=at))

    def forget(self, login: str) -> None:
        index = self._seek(login)
        self._scoped.connection.execute(
            delete(LOGIN_TRIES).where(LOGIN_TRIES.c.login_index == index)
        )

    def _seek(self, login: str) -> str:
        index = self._scoped.cipher.blind_index("login", login)
        self._scoped.seek(index)
        return index
