"""Generations of signed files: which digests were ever given out, and which stamp ends next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, insert, select, update

from server.db.tables.register import CERTIFICATES, GENERATIONS
from server.register.errors import GenerationNotFound
from server.register.generations import FileKind, Generation, GenerationState, SignedFile

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection


class PostgresGenerationBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def add(self, generation: Generation) -> None:
        self._scoped.connection.execute(insert(GENERATIONS).values(_values(generation)))

    def of_file(self, file: SignedFile) -> list[Generation]:
        rows = self._scoped.connection.execute(
            select(GENERATIONS).where(_is_of(file)).order_by(GENERATIONS.c.number)
        )
        return [generation_of(row) for row in rows]

    def save(self, generation: Generation) -> None:
        changed = self._scoped.connection.execute(
            update(GENERATIONS).where(GENERATIONS.c.id == generation.id).values(_values(generation))
        )
        if changed.rowcount != 1:
            raise GenerationNotFound

    def due(self, *, before: datetime) -> list[SignedFile]:
        ends = GENERATIONS.c.carries_until
        unseen = ends.is_(None) | GENERATIONS.c.stamper.is_(None)
        is_open = GENERATIONS.c.state != GenerationState.KEPT.value
        return self._newest(is_open | unseen | (ends < before))

    def stamped_by(self, stampers: Collection[str]) -> list[SignedFile]:
        # What is only intended, or was refused, has no stamper.
        return self._newest(GENERATIONS.c.stamper.in_(stampers))

    def _newest(self, condition: ColumnElement[bool]) -> list[SignedFile]:
        later = GENERATIONS.alias("later")
        newest = (
            ~select(later.c.id)
            .where(
                later.c.kind == GENERATIONS.c.kind,
                later.c.subject == GENERATIONS.c.subject,
                later.c.number > GENERATIONS.c.number,
            )
            .exists()
        )
        rows = self._scoped.connection.execute(
            select(GENERATIONS)
            .where(GENERATIONS.c.office == self._scoped.office, newest, condition)
            .order_by(GENERATIONS.c.carries_until.nulls_first(), GENERATIONS.c.id)
        )
        return [_file(row) for row in rows]

    def untracked(self) -> list[SignedFile]:
        kept = GENERATIONS.c
        tracked = select(kept.id).where(
            kept.kind == FileKind.CERTIFICATE.value, kept.subject == CERTIFICATES.c.id
        )
        rows = self._scoped.connection.execute(
            select(CERTIFICATES.c.id, CERTIFICATES.c.case_id)
            .where(
                CERTIFICATES.c.office == self._scoped.office,
                CERTIFICATES.c.sealed_sha256.is_not(None),
                ~tracked.exists(),
            )
            .order_by(CERTIFICATES.c.sealed_at, CERTIFICATES.c.id)
        )
        return [
            SignedFile(kind=FileKind.CERTIFICATE, case=row.case_id, subject=row.id) for row in rows
        ]


def _is_of(file: SignedFile) -> ColumnElement[bool]:
    return (GENERATIONS.c.kind == file.kind.value) & (GENERATIONS.c.subject == file.subject)


def _file(row: Row[Any]) -> SignedFile:
    return SignedFile(kind=FileKind(row.kind), case=row.case_id, subject=row.subject)


def _values(generation: Generation) -> dict[str, Any]:
    return {
        "id": generation.id,
        "office": generation.office,
        "case_id": generation.file.case,
        "kind": generation.file.kind.value,
        "subject": generation.file.subject,
        "number": generation.number,
        "state": generation.state.value,
        "intended_at": generation.intended_at,
        "base_sha256": generation.base_sha256,
        "sha256": generation.sha256,
        "sm3": generation.sm3,
        "carries_until": generation.carries_until,
        "stamper": generation.stamper,
        "kept_at": generation.kept_at,
        "trouble": generation.trouble,
    }


def generation_of(row: Row[Any]) -> Generation:
    return Generation(
        id=row.id,
        office=row.office,
        file=_file(row),
        number=row.number,
        state=GenerationState(row.state),
        intended_at=row.intended_at,
        base_sha256=row.base_sha256,
        sha256=row.sha256,
        sm3=row.sm3,
        carries_until=row.carries_until,
        stamper=row.stamper,
        kept_at=row.kept_at,
        trouble=row.trouble,
    )
