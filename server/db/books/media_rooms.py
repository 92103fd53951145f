"""Rooms at media workers. A lease is one statement, so that two workers cannot both have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from server.ceremony.errors import RoomTaken
from server.ceremony.rooms import MediaRoom
from server.db.tables.ceremonies import MEDIA_ROOMS

if TYPE_CHECKING:
    from datetime import datetime

    from server.db.scoped import ScopedConnection


class PostgresRoomBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def get(self, ceremony_id: str) -> MediaRoom | None:
        row = self._scoped.connection.execute(
            select(MEDIA_ROOMS).where(MEDIA_ROOMS.c.ceremony_id == ceremony_id)
        ).first()
        if row is None:
            return None
        return MediaRoom(
            ceremony=row.ceremony_id,
            office=row.office,
            case=row.case_id,
            worker=row.worker,
            leased_until=row.leased_until,
            close_asked_at=row.close_asked_at,
            released=row.released,
        )

    def lease(self, room: MediaRoom, *, now: datetime) -> None:
        taken = {"worker": room.worker, "leased_until": room.leased_until, "released": False}
        lease = (
            insert(MEDIA_ROOMS)
            .values(
                taken | {"ceremony_id": room.ceremony, "office": room.office, "case_id": room.case}
            )
            .on_conflict_do_update(
                index_elements=[MEDIA_ROOMS.c.ceremony_id],
                set_=taken,
                where=or_(MEDIA_ROOMS.c.worker == room.worker, MEDIA_ROOMS.c.leased_until < now),
            )
            .returning(MEDIA_ROOMS.c.ceremony_id)
        )
        if self._scoped.connection.execute(lease).first() is None:
            raise RoomTaken

    def ask_to_close(self, ceremony_id: str, *, at: datetime) -> None:
        self._scoped.connection.execute(
            update(MEDIA_ROOMS)
            .where(MEDIA_ROOMS.c.ceremony_id == ceremony_id, MEDIA_ROOMS.c.close_asked_at.is_(None))
            .values(close_asked_at=at)
        )

    def release(self, ceremony_id: str, worker: str) -> None:
        self._scoped.connection.execute(
            update(MEDIA_ROOMS)
            .where(MEDIA_ROOMS.c.ceremony_id == ceremony_id, MEDIA_ROOMS.c.worker == worker)
            .values(released=True)
        )
