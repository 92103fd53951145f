"""Media workers, and the rooms at them.

A lease is one statement, so that two workers cannot both have a room.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from server.ceremony.errors import RoomTaken
from server.ceremony.lines import Line, Picture
from server.ceremony.rooms import EngineName, MediaRoom, MediaWorkerPlace
from server.db.tables.ceremonies import MEDIA_ROOMS, MEDIA_WORKERS

if TYPE_CHECKING:
    from collections.abc import Sequence
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
            clock_ahead_ms=row.clock_ahead_ms,
            lines=tuple(Line(**each | {"picture": Picture(each["picture"])}) for each in row.lines),
            measured_at=row.measured_at,
            stills=frozenset(row.stills),
        )

    def lease(self, room: MediaRoom, *, now: datetime) -> None:
        taken = {
            "worker": room.worker,
            "leased_until": room.leased_until,
            "released": room.released,
            "clock_ahead_ms": room.clock_ahead_ms,
        }
        names = {"ceremony_id": room.ceremony, "office": room.office, "case_id": room.case}
        lease = (
            insert(MEDIA_ROOMS)
            .values(taken | names | {"key_frames": [], "lines": [], "stills": []})
            .on_conflict_do_update(
                index_elements=[MEDIA_ROOMS.c.ceremony_id],
                set_=taken,
                where=or_(MEDIA_ROOMS.c.worker == room.worker, MEDIA_ROOMS.c.leased_until < now),
            )
            .returning(MEDIA_ROOMS.c.ceremony_id)
        )
        if self._scoped.connection.execute(lease).first() is None:
            raise RoomTaken

    def measured(
        self, ceremony_id: str, worker: str, lines: Sequence[Line], *, at: datetime
    ) -> None:
        self._scoped.connection.execute(
            update(MEDIA_ROOMS)
            .where(MEDIA_ROOMS.c.ceremony_id == ceremony_id, MEDIA_ROOMS.c.worker == worker)
            .values(lines=[asdict(each) for each in lines], measured_at=at)
        )

    def ask_for(self, ceremony_id: str, account: str, picture: Picture) -> None:
        row = self._scoped.connection.execute(
            select(MEDIA_ROOMS.c.stills)
            .where(MEDIA_ROOMS.c.ceremony_id == ceremony_id)
            .with_for_update()
        ).one()
        others = set(row.stills) - {account}
        asked = others | {account} if picture is Picture.STILLS else others
        self._scoped.connection.execute(
            update(MEDIA_ROOMS)
            .where(MEDIA_ROOMS.c.ceremony_id == ceremony_id)
            .values(stills=sorted(asked))
        )

    def ask_for_key_frame(self, ceremony_id: str, participant: str) -> None:
        asked = MEDIA_ROOMS.c.key_frames
        self._scoped.connection.execute(
            update(MEDIA_ROOMS)
            .where(MEDIA_ROOMS.c.ceremony_id == ceremony_id, ~asked.contains([participant]))
            .values(key_frames=func.array_append(asked, participant))
        )

    def take_key_frames(self, ceremony_id: str) -> frozenset[str]:
        room = MEDIA_ROOMS.c.ceremony_id == ceremony_id
        asked = select(MEDIA_ROOMS.c.key_frames).where(room).with_for_update()
        wanted = self._scoped.connection.execute(asked).scalar() or []
        if wanted:
            self._scoped.connection.execute(update(MEDIA_ROOMS).where(room).values(key_frames=[]))
        return frozenset(wanted)

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


class PostgresWorkerBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def announce(self, worker: MediaWorkerPlace) -> None:
        self._scoped.seek(worker.name)
        said = {
            "url": worker.url,
            "engine": worker.engine,
            "rooms": worker.rooms,
            "seen_at": worker.seen_at,
        }
        self._scoped.connection.execute(
            insert(MEDIA_WORKERS)
            .values(said | {"name": worker.name})
            .on_conflict_do_update(index_elements=[MEDIA_WORKERS.c.name], set_=said)
        )

    def seen_since(self, at: datetime) -> list[MediaWorkerPlace]:
        rows = self._scoped.connection.execute(
            select(MEDIA_WORKERS)
            .where(MEDIA_WORKERS.c.seen_at >= at)
            .order_by(MEDIA_WORKERS.c.name)
        )
        return [
            MediaWorkerPlace(
                name=row.name,
                url=row.url,
                engine=EngineName(row.engine),
                rooms=row.rooms,
                seen_at=row.seen_at,
            )
            for row in rows
        ]
