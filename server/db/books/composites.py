"""How far the video of each ceremony has come; it is not evidence, so a row may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert

from server.ceremony.composite import Composite, CompositeState
from server.ceremony.status import CeremonyStatus
from server.db.tables.ceremonies import CEREMONIES, CEREMONY_SEGMENTS, COMPOSITES, MEDIA_ROOMS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection


class PostgresCompositeBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def get(self, ceremony_id: str) -> Composite | None:
        row = self._scoped.connection.execute(
            select(COMPOSITES).where(COMPOSITES.c.ceremony_id == ceremony_id)
        ).first()
        return None if row is None else _composite(row)

    def due(self, *, at: datetime, limit: int) -> list[Composite]:
        recorded = select(CEREMONY_SEGMENTS.c.ceremony_id).where(
            CEREMONY_SEGMENTS.c.ceremony_id == CEREMONIES.c.id
        )
        on_its_way = select(MEDIA_ROOMS.c.ceremony_id).where(
            MEDIA_ROOMS.c.ceremony_id == CEREMONIES.c.id, MEDIA_ROOMS.c.released.is_(False)
        )
        waits = and_(
            COMPOSITES.c.state == CompositeState.WANTED.value, COMPOSITES.c.next_try_at <= at
        )
        rows = self._scoped.connection.execute(
            select(CEREMONIES.c.id, CEREMONIES.c.office, CEREMONIES.c.case_id, COMPOSITES.c.tries)
            .select_from(CEREMONIES)
            .join(COMPOSITES, COMPOSITES.c.ceremony_id == CEREMONIES.c.id, isouter=True)
            .where(
                CEREMONIES.c.status.in_([each for each in CeremonyStatus if each.is_final]),
                recorded.exists(),
                ~on_its_way.exists(),
                or_(COMPOSITES.c.ceremony_id.is_(None), waits),
            )
            .order_by(CEREMONIES.c.created_at)
            .limit(limit)
        )
        return [
            Composite(
                ceremony=row.id,
                office=row.office,
                case=row.case_id,
                state=CompositeState.WANTED,
                tries=row.tries or 0,
                next_try_at=at,
            )
            for row in rows
        ]

    def save(self, composite: Composite) -> None:
        changing = {
            "state": composite.state.value,
            "tries": composite.tries,
            "next_try_at": composite.next_try_at,
            "head": composite.head,
            "object_sha256": composite.object_sha256,
            "size": composite.size,
            "made_at": composite.made_at,
        }
        self._scoped.connection.execute(
            insert(COMPOSITES)
            .values(
                changing
                | {
                    "ceremony_id": composite.ceremony,
                    "office": composite.office,
                    "case_id": composite.case,
                }
            )
            .on_conflict_do_update(index_elements=[COMPOSITES.c.ceremony_id], set_=changing)
        )


def _composite(row: Row[Any]) -> Composite:
    return Composite(
        ceremony=row.ceremony_id,
        office=row.office,
        case=row.case_id,
        state=CompositeState(row.state),
        tries=row.tries,
        next_try_at=row.next_try_at,
        head=row.head,
        object_sha256=row.object_sha256,
        size=row.size,
        made_at=row.made_at,
    )
