"""The transparency log in PostgreSQL: appended to under one lock, read by whoever publishes it.

The head's row is locked until the transaction ends, so positions have no gaps
and a reader never sees a later entry without an earlier one. Entries wait for
the end of the transaction: the lock of all offices is the last one taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from esign.transparency.merkle import leaf_hash, node_hash
from server.db.tables.transparency import LOG_CHECKPOINTS, LOG_ENTRIES, LOG_HEADS, LOG_NODES
from server.register.errors import LogDamaged
from server.register.log_entries import TELLS
from server.register.log_state import KeptCheckpoint, LoggedEntry

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select

    from server.db.scoped import ScopedConnection
    from server.register.certificates import CertificateId
    from server.register.log_entries import LogEntry

LOG: Final = "transparency-log"
"""What the wall lets the log be sought by (migration r0007)."""


class PostgresTransparencyLog:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped
        self._waiting: list[tuple[CertificateId, LogEntry]] = []
        self._has_written = False

    def append(self, certificate: CertificateId, entry: LogEntry) -> None:
        self._waiting.append((certificate, entry))

    def write(self) -> None:
        """Give what waits its place in the log. The cost does not grow with the log."""
        waiting, self._waiting = self._waiting, []
        if self._has_written and not waiting:
            # The database looks at the entries once more at the end, as whom we seek then.
            self._scoped.seek(LOG)
        if not waiting:
            return
        self._has_written = True
        execute = self._sought().execute
        grown = update(LOG_HEADS).values(size=LOG_HEADS.c.size + len(waiting))
        size: int = execute(grown.returning(LOG_HEADS.c.size)).scalar_one()
        for position, (certificate, entry) in enumerate(waiting, start=size - len(waiting)):
            content = bytes(entry)
            leaf = leaf_hash(content)
            row = {
                "position": position,
                "office": entry.office,
                "certificate": certificate,
                "status": TELLS[entry.kind].value,
                "entry": content,
                "hash": leaf,
            }
            execute(insert(LOG_ENTRIES).values(row))
            self._complete(position, leaf)

    def _complete(self, position: int, found: bytes) -> None:
        """Write the hash of every subtree that the leaf at ``position`` completes."""
        level = 0
        while position & 1:
            found = node_hash(self.node(level, position - 1), found)
            level, position = level + 1, position >> 1
            node = {"level": level, "position": position, "hash": found}
            self._scoped.connection.execute(insert(LOG_NODES).values(node))

    def size(self) -> int:
        self.write()
        size: int = self._sought().execute(select(LOG_HEADS.c.size)).scalar_one()
        return size

    def node(self, level: int, position: int) -> bytes:
        found = self.hashes(level, position, position + 1)
        if not found:
            raise LogDamaged
        return found[0]

    def hashes(self, level: int, begin: int, end: int) -> list[bytes]:
        query: Select[Any]
        if level == 0:
            query = select(LOG_ENTRIES.c.hash)
            at = LOG_ENTRIES.c.position
        else:
            query = select(LOG_NODES.c.hash).where(LOG_NODES.c.level == level)
            at = LOG_NODES.c.position
        rows = self._sought().execute(query.where(at >= begin, at < end).order_by(at))
        return [bytes(each) for each in rows.scalars()]

    def entries(self, begin: int, end: int) -> list[LoggedEntry]:
        at = LOG_ENTRIES.c.position
        query = select(LOG_ENTRIES).where(at >= begin, at < end).order_by(at)
        return [_logged(row) for row in self._sought().execute(query)]

    def of_certificate(self, certificate_id: CertificateId) -> list[LoggedEntry]:
        query = (
            select(LOG_ENTRIES)
            .where(LOG_ENTRIES.c.certificate == certificate_id)
            .order_by(LOG_ENTRIES.c.position)
        )
        return [_logged(row) for row in self._sought().execute(query)]

    def last_checkpoint(self) -> KeptCheckpoint | None:
        newest = select(LOG_CHECKPOINTS).order_by(LOG_CHECKPOINTS.c.size.desc()).limit(1)
        row = self._sought().execute(newest).first()
        return None if row is None else _checkpoint(row)

    def first_checkpoint_over(self, index: int) -> KeptCheckpoint | None:
        first = (
            select(LOG_CHECKPOINTS)
            .where(LOG_CHECKPOINTS.c.size > index)
            .order_by(LOG_CHECKPOINTS.c.size)
            .limit(1)
        )
        row = self._sought().execute(first).first()
        return None if row is None else _checkpoint(row)

    def checkpoints(self) -> list[KeptCheckpoint]:
        rows = self._sought().execute(select(LOG_CHECKPOINTS).order_by(LOG_CHECKPOINTS.c.size))
        return [_checkpoint(row) for row in rows]

    def keep_checkpoint(self, checkpoint: KeptCheckpoint) -> None:
        kept = upsert(LOG_CHECKPOINTS).values(
            size=checkpoint.size, note=checkpoint.note, signed_at=checkpoint.signed_at
        )
        self._sought().execute(kept.on_conflict_do_nothing())

    def _sought(self) -> Connection:
        self._scoped.seek(LOG)
        return self._scoped.connection


def _logged(row: Row[Any]) -> LoggedEntry:
    return LoggedEntry(
        index=row.position, status=row.status, content=bytes(row.entry), hash=bytes(row.hash)
    )


def _checkpoint(row: Row[Any]) -> KeptCheckpoint:
    return KeptCheckpoint(size=row.size, note=bytes(row.note), signed_at=row.signed_at)
