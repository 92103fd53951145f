"""Seals over evidence packages: intended once, kept once, never changed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from server.db.tables.register import PACKAGE_SEALS
from server.register.package_seals import PackageSeal

if TYPE_CHECKING:
    from datetime import datetime

    from server.db.scoped import ScopedConnection


class PostgresPackageSealBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def intend(self, seal: PackageSeal) -> PackageSeal:
        values = asdict(seal)
        values["case_id"] = values.pop("case")
        self._scoped.connection.execute(
            upsert(PACKAGE_SEALS).values(values).on_conflict_do_nothing()
        )
        return self._get(seal)

    def keep(self, intended: PackageSeal, signature: bytes, *, at: datetime) -> PackageSeal:
        table = PACKAGE_SEALS.c
        # Two exports at once: the row decides whose signature it is.
        self._scoped.connection.execute(
            update(PACKAGE_SEALS)
            .where(
                table.manifest_sha256 == intended.manifest_sha256,
                table.signature.is_(None),
            )
            .values(signature=signature, sealed_at=at)
        )
        return self._get(intended)

    def _get(self, sought: PackageSeal) -> PackageSeal:
        row = self._scoped.connection.execute(
            select(PACKAGE_SEALS).where(PACKAGE_SEALS.c.manifest_sha256 == sought.manifest_sha256)
        ).one()
        return PackageSeal(
            office=row.office,
            case=row.case_id,
            certificate=row.certificate,
            manifest_sha256=row.manifest_sha256,
            intended_at=row.intended_at,
            sealed_at=row.sealed_at,
            signature=None if row.signature is None else bytes(row.signature),
        )
