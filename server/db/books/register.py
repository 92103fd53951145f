"""Numbers, certificates, the public's questions and the 公证登记簿."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from server.cases.parties import PartyRole
from server.db.books.generations import generation_of
from server.db.books.part_rows import party_papers
from server.db.tables.cases import PARTIES
from server.db.tables.register import CERTIFICATES, GENERATIONS, NUMBER_SERIES, REGISTER_VIEW
from server.register.certificates import (
    Allotted,
    Certificate,
    CertificateId,
    CertificateKind,
    CertificateStatus,
)
from server.register.errors import CertificateNotFound
from server.register.generations import FileKind
from server.register.log_entries import entries_of, mark_of, named_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from sqlalchemy import Row

    from server.db.books.transparency import PostgresTransparencyLog
    from server.db.scoped import ScopedConnection
    from server.register.generations import Generation

_AGENTS: Final = frozenset({PartyRole.AGENT, PartyRole.GUARDIAN, PartyRole.LEGAL_REPRESENTATIVE})
_BESIDE: Final = frozenset({PartyRole.WITNESS, PartyRole.INTERPRETER, PartyRole.CONSULAR_WITNESS})


class PostgresNumberBook:
    """The row of a series is locked until the transaction ends.

    So the next number waits to learn whether this one exists, and a rollback
    gives it back: no gaps, no twins (invariant 3 of docs/case-lifecycle.md).
    """

    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def allot(self, *, year: int, series: str) -> int:
        first = upsert(NUMBER_SERIES).values(
            office=self._scoped.office, year=year, series=series, last=1
        )
        allotted: int = self._scoped.connection.execute(
            first.on_conflict_do_update(
                index_elements=["office", "year", "series"],
                set_={"last": NUMBER_SERIES.c.last + 1},
            ).returning(NUMBER_SERIES.c.last)
        ).scalar_one()
        return allotted


class PostgresCertificateBook:
    """What becomes of a certificate is logged in the transaction that says so.

    The book does it, so that no use case can forget it (invariant 15 of
    docs/case-lifecycle.md); the database refuses whatever goes round the book.
    """

    def __init__(self, scoped: ScopedConnection, log: PostgresTransparencyLog) -> None:
        self._scoped = scoped
        self._log = log

    def add(self, certificate: Certificate) -> None:
        self._scoped.connection.execute(insert(CERTIFICATES).values(_values(certificate)))
        self._log_change(None, certificate)

    def get(self, certificate_id: CertificateId, *, lock: bool = False) -> Certificate:
        query = select(CERTIFICATES).where(CERTIFICATES.c.id == certificate_id)
        row = self._scoped.connection.execute(query.with_for_update() if lock else query).first()
        if row is None:
            raise CertificateNotFound
        return _certificate(row)

    def of_case(self, case_id: str) -> list[Certificate]:
        rows = self._scoped.connection.execute(
            select(CERTIFICATES)
            .where(CERTIFICATES.c.case_id == case_id)
            .order_by(CERTIFICATES.c.intended_at, CERTIFICATES.c.id)
        )
        return [_certificate(row) for row in rows]

    def save(self, certificate: Certificate) -> None:
        before = self.get(certificate.id, lock=True)
        self._scoped.connection.execute(
            update(CERTIFICATES)
            .where(CERTIFICATES.c.id == certificate.id)
            .values(_values(certificate))
        )
        self._log_change(before, certificate)

    def _log_change(self, before: Certificate | None, after: Certificate) -> None:
        named = named_by(after)
        related = None
        if named is not None:
            query = select(CERTIFICATES.c.public_id).where(
                CERTIFICATES.c.office == after.office, CERTIFICATES.c.number == named
            )
            public_id = self._scoped.connection.execute(query).scalar()
            related = None if public_id is None else mark_of(public_id)
        for entry in entries_of(before, after, related=related):
            self._log.append(after.id, entry)

    def unfinished(self, *, before: datetime) -> Iterator[Certificate]:
        rows = self._scoped.connection.execute(
            select(CERTIFICATES)
            .where(
                CERTIFICATES.c.office == self._scoped.office,
                CERTIFICATES.c.status == CertificateStatus.INTENDED.value,
                CERTIFICATES.c.intended_at < before,
            )
            .order_by(CERTIFICATES.c.intended_at)
        )
        return (_certificate(row) for row in rows.all())

    def logged(self) -> Iterator[Certificate]:
        query = select(CERTIFICATES).where(
            CERTIFICATES.c.office == self._scoped.office,
            CERTIFICATES.c.status != CertificateStatus.INTENDED.value,
        )
        for row in self._scoped.connection.execution_options(yield_per=1000).execute(query):
            yield _certificate(row)


class PostgresPublicRegister:
    """Whoever asks must hold what is printed on the certificate, or the file itself."""

    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def by_public_id(self, public_id: str) -> Certificate | None:
        return self._one(public_id, CERTIFICATES.c.public_id == public_id)

    def by_number(self, number: str, check_code: str) -> Certificate | None:
        both = (CERTIFICATES.c.number == number) & (CERTIFICATES.c.check_code == check_code)
        return self._one(f"{number}/{check_code}", both)

    def by_sealed_digest(self, sha256: str) -> Certificate | None:
        kept = select(GENERATIONS.c.subject).where(
            GENERATIONS.c.kind == FileKind.CERTIFICATE.value, GENERATIONS.c.sha256 == sha256
        )
        earlier = CERTIFICATES.c.id.in_(kept)
        return self._one(sha256, (CERTIFICATES.c.sealed_sha256 == sha256) | earlier)

    def generation(self, sha256: str) -> Generation | None:
        self._scoped.seek(sha256)
        row = self._scoped.connection.execute(
            select(GENERATIONS).where(
                GENERATIONS.c.kind == FileKind.CERTIFICATE.value, GENERATIONS.c.sha256 == sha256
            )
        ).first()
        return None if row is None else generation_of(row)

    def _one(self, sought: str, condition: ColumnElement[bool]) -> Certificate | None:
        self._scoped.seek(sought)
        query = select(CERTIFICATES).where(
            condition, CERTIFICATES.c.status != CertificateStatus.INTENDED.value
        )
        row = self._scoped.connection.execute(query).first()
        return None if row is None else _certificate(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """One line of the 公证登记簿."""

    category: str
    """The matter's code; the catalogue knows its category and its name."""

    parties: tuple[str, ...]
    agents: tuple[str, ...]
    accepted_on: date
    handler: str
    approver: str | None
    way_of_closing: str | None
    closed_on: date | None
    number: str | None


class PostgresRegisterView:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def rows(self, *, year: int) -> list[RegisterLine]:
        view = REGISTER_VIEW.c
        lines = self._scoped.connection.execute(
            select(REGISTER_VIEW)
            .where(view.office == self._scoped.office, view.year == year)
            .order_by(view.accepted_on, view.case_id, view.number)
        ).all()
        people = self._people(year)
        return [
            RegisterLine(
                category=line.category,
                parties=_names(people.get(line.case_id, []), agents=False),
                agents=_names(people.get(line.case_id, []), agents=True),
                accepted_on=line.accepted_on,
                handler=line.handler,
                approver=line.approver,
                way_of_closing=line.way_of_closing,
                closed_on=line.closed_on,
                number=line.number,
            )
            for line in lines
        ]

    def _people(self, year: int) -> dict[str, list[tuple[PartyRole, str]]]:
        view = REGISTER_VIEW.c
        inside = select(view.case_id).where(view.office == self._scoped.office, view.year == year)
        rows = self._scoped.connection.execute(
            select(PARTIES)
            .where(PARTIES.c.case_id.in_(inside))
            .order_by(PARTIES.c.case_id, PARTIES.c.position)
        )
        people: dict[str, list[tuple[PartyRole, str]]] = {}
        for row in rows:
            name = party_papers(row.id, row.papers, self._scoped.cipher).name
            people.setdefault(row.case_id, []).append((PartyRole(row.role), name))
        return people


def _names(people: list[tuple[PartyRole, str]], *, agents: bool) -> tuple[str, ...]:
    return tuple(
        name for role, name in people if role not in _BESIDE and (role in _AGENTS) is agents
    )


def _values(certificate: Certificate) -> dict[str, Any]:
    return {
        "id": certificate.id,
        "office": certificate.office,
        "case_id": certificate.case,
        "matter": certificate.matter,
        "year": certificate.number.year,
        "series": certificate.number.series,
        "sequence": certificate.number.sequence,
        "number": certificate.number.text,
        "issue_date": certificate.issue_date,
        "public_id": certificate.public_id,
        "check_code": certificate.check_code,
        "status": certificate.status.value,
        "prepared_sha256": certificate.prepared_sha256,
        "sealed_sha256": certificate.sealed_sha256,
        "deed_sha256": certificate.deed_sha256,
        "renewed_sha256": certificate.renewed_sha256,
        "sealed_at": certificate.sealed_at,
        "ended_at": certificate.ended_at,
        "successor": certificate.successor,
        "intended_at": certificate.intended_at,
        "kind": certificate.kind.value,
        "relates_to": certificate.relates_to,
        "supplemented_by": certificate.supplemented_by,
        "step_up": certificate.step_up,
    }


def _certificate(row: Row[Any]) -> Certificate:
    return Certificate(
        id=CertificateId(row.id),
        office=row.office,
        case=row.case_id,
        matter=row.matter,
        number=Allotted(year=row.year, series=row.series, sequence=row.sequence, text=row.number),
        issue_date=row.issue_date,
        public_id=row.public_id,
        check_code=row.check_code,
        status=CertificateStatus(row.status),
        prepared_sha256=row.prepared_sha256,
        sealed_sha256=row.sealed_sha256,
        deed_sha256=row.deed_sha256,
        renewed_sha256=row.renewed_sha256,
        sealed_at=row.sealed_at,
        ended_at=row.ended_at,
        successor=row.successor,
        intended_at=row.intended_at,
        kind=CertificateKind(row.kind),
        relates_to=row.relates_to,
        supplemented_by=row.supplemented_by,
        step_up=row.step_up,
    )
