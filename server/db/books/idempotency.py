"""Answers kept under their Idempotency-Key, in the transaction of the effect itself.

A second request with the same key does not wait for the first: it is told that
the first is under way, and can ask again (invariant 12 of docs/case-lifecycle.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from server.db.secrets import Place
from server.db.tables.requests import IDEMPOTENCY_KEYS
from server.transaction import KeptAnswer, KeyInFlight, KeyReused

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection


class PostgresIdempotencyBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def claim(
        self, key: str, *, caller: str, operation: str, fingerprint: str, at: datetime
    ) -> KeptAnswer | None:
        if not self._lock(key, caller, operation):
            raise KeyInFlight
        self._scoped.seek(caller)
        row = self._scoped.connection.execute(
            select(IDEMPOTENCY_KEYS).where(_same(key, caller, operation))
        ).first()
        if row is None:
            self._scoped.connection.execute(
                insert(IDEMPOTENCY_KEYS).values(
                    key=key,
                    caller=caller,
                    operation=operation,
                    fingerprint=fingerprint,
                    claimed_at=at,
                )
            )
            return None
        if row.fingerprint != fingerprint:
            raise KeyReused
        return self._kept(row)

    def keep(self, key: str, *, caller: str, operation: str, answer: KeptAnswer) -> None:
        body = answer.body
        place = _body_place(key, caller, operation)
        self._scoped.seek(caller)
        self._scoped.connection.execute(
            update(IDEMPOTENCY_KEYS)
            .where(_same(key, caller, operation))
            .values(
                fingerprint=answer.fingerprint,
                status=answer.status,
                headers=dict(answer.headers),
                body=None if body is None else self._scoped.cipher.encrypt_text(body, place),
            )
        )

    def _lock(self, key: str, caller: str, operation: str) -> bool:
        """Take the key until the transaction ends; say whether it was free."""
        name = f"{caller}\x1f{operation}\x1f{key}"
        free: bool = self._scoped.connection.execute(
            select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0)))
        ).scalar_one()
        return free

    def _kept(self, row: Row[Any]) -> KeptAnswer:
        if row.status is None:
            # Claimed and committed without an answer: what was done is unknown.
            raise KeyInFlight
        place = _body_place(row.key, row.caller, row.operation)
        return KeptAnswer(
            fingerprint=row.fingerprint,
            status=row.status,
            headers=row.headers,
            body=None if row.body is None else self._scoped.cipher.decrypt_text(row.body, place),
        )


def _same(key: str, caller: str, operation: str) -> ColumnElement[bool]:
    columns = IDEMPOTENCY_KEYS.c
    return and_(columns.key == key, columns.caller == caller, columns.operation == operation)


def _body_place(key: str, caller: str, operation: str) -> Place:
    row = f"{caller}\x1f{operation}\x1f{key}"
    return Place(table="idempotency_keys", column="body", row=row)
