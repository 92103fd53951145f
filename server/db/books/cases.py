"""The cases of one office, each written and read as a whole.

`save` is one conditional update on the version, so the second of two people
who changed the same case is told and nothing is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Table, delete, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from server.cases.errors import CaseNotFound, StaleVersion
from server.cases.ids import CaseId, OfficeId
from server.db.books.case_rows import CaseParts, case_from, case_values
from server.db.books.part_rows import (
    consent_from,
    consent_values,
    material_from,
    material_values,
    party_from,
    party_values,
)
from server.db.tables.cases import CASES, CONSENTS, MATERIALS, PARTIES
from server.transaction import CaseSummary, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from server.cases.case import Case
    from server.cases.events import CaseEvent
    from server.cases.status import CaseStatus
    from server.ceremony.chain import Link
    from server.db.audit import AuditTrail
    from server.db.scoped import ScopedConnection
    from server.db.secrets import FieldCipher


P = TypeVar("P")


class PostgresCaseBook:
    def __init__(self, scoped: ScopedConnection, trail: AuditTrail) -> None:
        self._scoped = scoped
        self._trail = trail

    def add(self, case: Case) -> None:
        if self._scoped.scope.account is not None:
            # Whoever opens a case is inside it from here on.
            self._scoped.narrow(
                Scope(office=case.office, account=self._scoped.scope.account, case=case.id)
            )
        values = case_values(case, self._scoped.cipher) | {"version": case.version}
        self._scoped.connection.execute(insert(CASES).values(values))
        self._write_parts(case)

    def get(self, case_id: CaseId, *, lock: bool = False) -> Case:
        scope = self._scoped.scope
        if scope.account is not None and scope.case != case_id:
            # The parts of a case are visible only from inside it.
            raise CaseNotFound
        while True:
            row = self._row(case_id, lock=lock)
            case = case_from(row, self._read_parts(case_id), self._scoped.cipher)
            if lock or self._row(case_id, lock=False).version == row.version:
                return case

    def save(self, case: Case) -> None:
        changed = self._scoped.connection.execute(
            update(CASES)
            .where(CASES.c.id == case.id, CASES.c.version == case.version)
            .values(case_values(case, self._scoped.cipher) | {"version": case.version + 1})
        )
        if changed.rowcount != 1:
            raise StaleVersion
        case.version += 1
        self._write_parts(case)

    def events(self, case_id: CaseId) -> list[CaseEvent]:
        self._row(case_id, lock=False)
        return self._trail.of_case(case_id)

    def trail(self, case_id: CaseId) -> list[Link]:
        self._row(case_id, lock=False)
        return self._trail.links_of_case(case_id)

    def standing(self, *statuses: CaseStatus) -> Iterator[CaseId]:
        rows = self._scoped.connection.execute(
            select(CASES.c.id)
            .where(
                CASES.c.office == self._scoped.office,
                CASES.c.status.in_([s.value for s in statuses]),
            )
            .order_by(CASES.c.created_at, CASES.c.id)
        )
        return (CaseId(row.id) for row in rows.all())

    def _row(self, case_id: CaseId, *, lock: bool) -> Row[Any]:
        query = select(CASES).where(CASES.c.id == case_id)
        row = self._scoped.connection.execute(query.with_for_update() if lock else query).first()
        if row is None:
            raise CaseNotFound
        return row

    def _read_parts(self, case_id: CaseId) -> CaseParts:
        def rows(table: Table) -> Sequence[Row[Any]]:
            query = select(table).where(table.c.case_id == case_id).order_by(table.c.position)
            return self._scoped.connection.execute(query).all()

        cipher = self._scoped.cipher
        return CaseParts(
            parties=[party_from(row, cipher) for row in rows(PARTIES)],
            consents=[consent_from(row, cipher) for row in rows(CONSENTS)],
            materials=[material_from(row, cipher) for row in rows(MATERIALS)],
        )

    def _write_parts(self, case: Case) -> None:
        self._remove_others(PARTIES, case, [p.id for p in case.parties])
        self._remove_others(MATERIALS, case, [m.id for m in case.materials])
        self._write(PARTIES, case, case.parties, party_values)
        self._write(CONSENTS, case, case.consents, consent_values)
        self._write(MATERIALS, case, case.materials, material_values)
        for event in case.pending:
            self._trail.append(case.office, case.id, event)
        case.pending.clear()

    def _remove_others(self, table: Table, case: Case, kept: Sequence[str]) -> None:
        self._scoped.connection.execute(
            delete(table).where(table.c.case_id == case.id, table.c.id.not_in(kept))
        )

    def _write(
        self,
        table: Table,
        case: Case,
        parts: Sequence[P],
        values: Callable[[P, FieldCipher], dict[str, Any]],
    ) -> None:
        if not parts:
            return
        where = {"office": case.office, "case_id": case.id}
        statement = upsert(table)
        self._scoped.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["id"],
                set_={c.name: statement.excluded[c.name] for c in table.c if c.name != "id"},
            ),
            [
                values(part, self._scoped.cipher) | where | {"position": position}
                for position, part in enumerate(parts)
            ],
        )


class PostgresCaseLists:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def page(
        self, *, status: str | None, after: tuple[datetime, str] | None, limit: int
    ) -> list[CaseSummary]:
        scope = self._scoped.scope
        query = select(CASES).order_by(CASES.c.created_at.desc(), CASES.c.id.desc()).limit(limit)
        if scope.office is not None:
            query = query.where(CASES.c.office == scope.office)
        if scope.account is not None:
            query = query.where(CASES.c.accounts.contains([scope.account]))
        if status is not None:
            query = query.where(CASES.c.status == status)
        if after is not None:
            query = query.where(tuple_(CASES.c.created_at, CASES.c.id) < after)
        return [
            CaseSummary(
                id=row.id,
                office=row.office,
                matter=row.matter,
                status=row.status,
                created_at=row.created_at,
                version=row.version,
            )
            for row in self._scoped.connection.execute(query)
        ]

    def office_of(self, case_id: str) -> OfficeId:
        query = select(CASES.c.office).where(CASES.c.id == case_id)
        office = self._scoped.connection.execute(query).scalar()
        if office is None:
            raise CaseNotFound
        return OfficeId(office)
