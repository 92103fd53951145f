"""Requests of evidence packages; what people wrote with them is encrypted.

Each query names what it looks for besides the wall of row-level security, so that a
caller's own requests are found by the application, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from server.db.codec import seal, unseal
from server.db.secrets import Place
from server.db.tables.register import PACKAGE_REQUESTS
from server.register.errors import PackageNotFound, PackageUnderWay
from server.register.package_requests import (
    PackageId,
    PackagePurpose,
    PackageRequest,
    PackageState,
    Why,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a person wrote; encrypted as a whole."""

    reason: str | None
    reference: str | None


class PostgresPackageRequestBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def add(self, asked: PackageRequest) -> None:
        words = Words(reason=asked.why.reason, reference=asked.why.reference)
        added = self._scoped.connection.execute(
            upsert(PACKAGE_REQUESTS)
            .values(
                id=asked.id,
                office=asked.office,
                case_id=asked.case,
                certificate=asked.certificate,
                account=asked.account,
                by_party=asked.by_party,
                purpose=asked.why.purpose.value,
                words=seal(words, self._scoped.cipher, _place(asked.id)),
                step_up=asked.step_up,
                asked_at=asked.asked_at,
                **_progress(asked),
            )
            # Two that come at once: the row decides who was first.
            .on_conflict_do_nothing()
            .returning(PACKAGE_REQUESTS.c.id)
        )
        if added.first() is None:
            raise PackageUnderWay

    def get(self, package: PackageId, *, lock: bool = False) -> PackageRequest:
        query = select(PACKAGE_REQUESTS).where(PACKAGE_REQUESTS.c.id == package)
        row = self._scoped.connection.execute(query.with_for_update() if lock else query).first()
        if row is None:
            raise PackageNotFound
        return self._request(row)

    def of_certificate(self, certificate: str) -> list[PackageRequest]:
        rows = self._scoped.connection.execute(
            select(PACKAGE_REQUESTS)
            .where(PACKAGE_REQUESTS.c.certificate == certificate)
            .order_by(PACKAGE_REQUESTS.c.asked_at.desc(), PACKAGE_REQUESTS.c.id)
        )
        return [self._request(row) for row in rows]

    def asked_since(self, account: str, since: datetime) -> int:
        return self._scoped.connection.execute(
            select(func.count()).where(
                PACKAGE_REQUESTS.c.account == account, PACKAGE_REQUESTS.c.asked_at > since
            )
        ).scalar_one()

    def save(self, changed: PackageRequest) -> None:
        self._scoped.connection.execute(
            update(PACKAGE_REQUESTS)
            .where(PACKAGE_REQUESTS.c.id == changed.id)
            .values(_progress(changed))
        )

    def over(self, *, at: datetime, limit: int) -> list[PackageRequest]:
        rows = self._scoped.connection.execute(
            select(PACKAGE_REQUESTS)
            .where(
                PACKAGE_REQUESTS.c.office == self._scoped.office,
                PACKAGE_REQUESTS.c.state == PackageState.READY.value,
                PACKAGE_REQUESTS.c.kept_until <= at,
            )
            .order_by(PACKAGE_REQUESTS.c.kept_until)
            .limit(limit)
        )
        return [self._request(row) for row in rows]

    def is_kept_for_another(self, one: PackageRequest) -> bool:
        found = self._scoped.connection.execute(
            select(PACKAGE_REQUESTS.c.id)
            .where(
                PACKAGE_REQUESTS.c.object_sha256 == one.object_sha256,
                PACKAGE_REQUESTS.c.state == PackageState.READY.value,
                PACKAGE_REQUESTS.c.id != one.id,
            )
            .limit(1)
        )
        return found.first() is not None

    def _request(self, row: Row[Any]) -> PackageRequest:
        cipher = self._scoped.cipher
        words = unseal(row.words, Words, cipher=cipher, place=_place(row.id))
        return PackageRequest(
            id=PackageId(row.id),
            office=row.office,
            case=row.case_id,
            certificate=row.certificate,
            account=row.account,
            by_party=row.by_party,
            why=Why(
                purpose=PackagePurpose(row.purpose),
                reason=words.reason,
                reference=words.reference,
            ),
            step_up=row.step_up,
            state=PackageState(row.state),
            asked_at=row.asked_at,
            object_sha256=row.object_sha256,
            size=row.size,
            made_at=row.made_at,
            kept_until=row.kept_until,
        )


def _progress(asked: PackageRequest) -> dict[str, Any]:
    return {
        "state": asked.state.value,
        "object_sha256": asked.object_sha256,
        "size": asked.size,
        "made_at": asked.made_at,
        "kept_until": asked.kept_until,
    }


def _place(package: str) -> Place:
    return Place(table="package_requests", column="words", row=package)
