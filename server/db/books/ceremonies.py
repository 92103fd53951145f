"""Ceremonies. Segments and links are only ever appended; the chain is verified on reading."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, func, insert, select, update

from server.cases.errors import StaleVersion
from server.ceremony.ceremony import Ceremony, CeremonyId, Participant, Segment
from server.ceremony.chain import Link, verify_chain
from server.ceremony.errors import CeremonyNotFound
from server.ceremony.following import Standing
from server.ceremony.status import CeremonyStatus
from server.db.bell import ring
from server.db.codec import from_json, to_json
from server.db.tables.ceremonies import CEREMONIES, CEREMONY_LINKS, CEREMONY_SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection


class PostgresCeremonyBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def add(self, ceremony: Ceremony) -> None:
        values = _values(ceremony) | {
            "version": ceremony.version,
            "created_at": self._scoped.now(),
        }
        self._scoped.connection.execute(insert(CEREMONIES).values(values))
        self._append(ceremony)

    def get(self, ceremony_id: CeremonyId, *, lock: bool = False) -> Ceremony:
        query = select(CEREMONIES).where(CEREMONIES.c.id == ceremony_id)
        row = self._scoped.connection.execute(query.with_for_update() if lock else query).first()
        if row is None:
            raise CeremonyNotFound
        return self._ceremony(row)

    def of_case(self, case_id: str) -> list[Ceremony]:
        rows = self._scoped.connection.execute(
            select(CEREMONIES)
            .where(CEREMONIES.c.case_id == case_id)
            .order_by(CEREMONIES.c.created_at, CEREMONIES.c.id)
        ).all()
        return [self._ceremony(row) for row in rows]

    def standing(self, ceremony_id: CeremonyId) -> Standing:
        row = self._scoped.connection.execute(
            select(CEREMONIES).where(CEREMONIES.c.id == ceremony_id)
        ).first()
        if row is None:
            raise CeremonyNotFound
        return Standing(
            office=row.office,
            case=row.case_id,
            status=CeremonyStatus(row.status),
            participants=tuple(from_json(p, Participant) for p in row.participants),
            version=row.version,
        )

    def links_after(self, ceremony_id: str, index: int) -> list[Link]:
        rows = self._scoped.connection.execute(
            select(CEREMONY_LINKS)
            .where(CEREMONY_LINKS.c.ceremony_id == ceremony_id, CEREMONY_LINKS.c["index"] > index)
            .order_by(CEREMONY_LINKS.c["index"])
        ).all()
        return [_link(each) for each in rows]

    def at_work(self) -> list[Ceremony]:
        live = [status.value for status in CeremonyStatus if status.records]
        rows = self._scoped.connection.execute(
            select(CEREMONIES)
            .where(CEREMONIES.c.status.in_(live))
            .order_by(CEREMONIES.c.created_at, CEREMONIES.c.id)
        ).all()
        return [self._ceremony(row) for row in rows]

    def save(self, ceremony: Ceremony) -> None:
        changed = self._scoped.connection.execute(
            update(CEREMONIES)
            .where(CEREMONIES.c.id == ceremony.id, CEREMONIES.c.version == ceremony.version)
            .values(_values(ceremony) | {"version": ceremony.version + 1})
        )
        if changed.rowcount != 1:
            raise StaleVersion
        ceremony.version += 1
        self._append(ceremony)

    def _append(self, ceremony: Ceremony) -> None:
        where = {
            "office": ceremony.office,
            "case_id": ceremony.case,
            "ceremony_id": ceremony.id,
        }
        segments = [
            asdict(segment) | where | {"position": position}
            for position, segment in enumerate(ceremony.segments)
        ]
        links = [asdict(each) | where | {"body": dict(each.body)} for each in ceremony.links]
        self._append_rows(CEREMONY_SEGMENTS, ceremony.id, segments)
        self._append_rows(CEREMONY_LINKS, ceremony.id, links)
        ring(self._scoped.connection, ceremony.id)

    def _append_rows(self, table: Table, ceremony: str, rows: list[dict[str, Any]]) -> None:
        known = self._scoped.connection.execute(
            select(func.count()).select_from(table).where(table.c.ceremony_id == ceremony)
        ).scalar_one()
        if rows[known:]:
            self._scoped.connection.execute(insert(table), rows[known:])

    def _ceremony(self, row: Row[Any]) -> Ceremony:
        links = [_link(each) for each in self._rows(CEREMONY_LINKS, row.id, "index")]
        verify_chain(links)
        return Ceremony(
            id=CeremonyId(row.id),
            office=row.office,
            case=row.case_id,
            status=CeremonyStatus(row.status),
            participants=[from_json(p, Participant) for p in row.participants],
            segments=[_segment(s) for s in self._rows(CEREMONY_SEGMENTS, row.id, "position")],
            links=links,
            version=row.version,
        )

    def _rows(self, table: Table, ceremony: str, order: str) -> Sequence[Row[Any]]:
        query = select(table).where(table.c.ceremony_id == ceremony).order_by(table.c[order])
        return self._scoped.connection.execute(query).all()


def _values(ceremony: Ceremony) -> dict[str, Any]:
    return {
        "id": ceremony.id,
        "office": ceremony.office,
        "case_id": ceremony.case,
        "status": ceremony.status.value,
        "participants": to_json(ceremony.participants),
    }


def _segment(row: Row[Any]) -> Segment:
    stored = row._mapping  # noqa: SLF001  # public in SQLAlchemy; ``row.index`` is a method
    return Segment(
        participant=row.participant,
        index=stored["index"],
        starts_ms=row.starts_ms,
        ends_ms=row.ends_ms,
        sha256=row.sha256,
        size=row.size,
        media_type=row.media_type,
        prev_sha256=row.prev_sha256,
    )


def _link(row: Row[Any]) -> Link:
    stored = row._mapping  # noqa: SLF001  # public in SQLAlchemy; ``row.index`` is a method
    return Link(
        index=stored["index"],
        kind=row.kind,
        at=row.at,
        body=row.body,
        prev=row.prev,
        hash=row.hash,
    )
