"""Devices: added under a key that nobody else has, revoked for good, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from server.access.devices import AuthenticatorKind, Device, DeviceId
from server.access.principals import SessionId
from server.cases.ids import AccountId
from server.db.secrets import Place
from server.db.tables.step_up import DEVICES

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection


class PostgresDeviceBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def add(self, device: Device) -> bool:
        self._scoped.seek(device.id)
        added = self._scoped.connection.execute(
            upsert(DEVICES)
            .values(
                id=device.id,
                account=device.account,
                kind=device.kind.value,
                public_key=device.public_key,
                name=self._scoped.cipher.encrypt_text(device.name, _name_place(device.id)),
                added_at=device.added_at,
                added_in=device.added_in,
                revoked_at=device.revoked_at,
            )
            .on_conflict_do_nothing()
            .returning(DEVICES.c.id)
        )
        return added.first() is not None

    def get(self, device_id: DeviceId) -> Device | None:
        self._scoped.seek(device_id)
        query = select(DEVICES).where(DEVICES.c.id == device_id)
        row = self._scoped.connection.execute(query).first()
        return None if row is None else self._device(row)

    def of(self, account: AccountId) -> list[Device]:
        self._scoped.seek(account)
        rows = self._scoped.connection.execute(
            select(DEVICES)
            .where(DEVICES.c.account == account)
            .order_by(DEVICES.c.added_at.desc(), DEVICES.c.id)
        )
        return [self._device(row) for row in rows]

    def revoke(self, device_id: DeviceId, *, at: datetime) -> None:
        self._scoped.seek(device_id)
        self._scoped.connection.execute(
            update(DEVICES)
            .where(DEVICES.c.id == device_id, DEVICES.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )

    def _device(self, row: Row[Any]) -> Device:
        return Device(
            id=DeviceId(row.id),
            account=AccountId(row.account),
            kind=AuthenticatorKind(row.kind),
            public_key=bytes(row.public_key),
            name=self._scoped.cipher.decrypt_text(row.name, _name_place(row.id)),
            added_at=row.added_at,
            added_in=SessionId(row.added_in),
            revoked_at=row.revoked_at,
        )


def _name_place(device: str) -> Place:
    return Place(table="devices", column="name", row=device)
