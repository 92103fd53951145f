"""Who follows a ceremony right now: one row a seat, written again while somebody is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from server.ceremony.following import is_here
from server.db.bell import ring
from server.db.tables.ceremonies import CEREMONY_ATTENDANCES

if TYPE_CHECKING:
    from datetime import datetime

    from server.ceremony.following import Standing
    from server.db.scoped import ScopedConnection


class PostgresAttendanceBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def seen(self, ceremony_id: str) -> dict[str, datetime]:
        table = CEREMONY_ATTENDANCES
        rows = self._scoped.connection.execute(
            select(table.c.account, table.c.seen_at).where(table.c.ceremony_id == ceremony_id)
        ).all()
        return {row.account: row.seen_at for row in rows}

    def note(self, ceremony_id: str, standing: Standing, account: str, *, at: datetime) -> None:
        before = self.seen(ceremony_id).get(account)
        row = {
            "office": standing.office,
            "case_id": standing.case,
            "ceremony_id": ceremony_id,
            "account": account,
            "seen_at": at,
        }
        self._scoped.connection.execute(
            insert(CEREMONY_ATTENDANCES)
            .values(row)
            .on_conflict_do_update(
                index_elements=[CEREMONY_ATTENDANCES.c.ceremony_id, CEREMONY_ATTENDANCES.c.account],
                set_={"seen_at": at},
            )
        )
        if not is_here(before, at=at):
            ring(self._scoped.connection, ceremony_id)
