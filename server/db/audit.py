"""The audit trail of a case: a hash chain that is only ever appended to.

Rows are written at the end of the transaction, after all other locks were
taken, so two transactions on one case wait for each other and never for ever.
Reading verifies the whole chain (invariant 14 of docs/case-lifecycle.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from server.cases.events import CaseEvent
from server.cases.ids import AccountId, CaseId, OfficeId
from server.ceremony.chain import GENESIS, Link, link, verify_chain
from server.ceremony.errors import ChainBroken
from server.db.errors import AuditBroken
from server.db.tables.audit import AUDIT_HEADS, AUDIT_LOG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection


@dataclass(frozen=True, slots=True)
class _Waiting:
    case: CaseId
    office: OfficeId
    event: CaseEvent


class AuditTrail:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped
        self._waiting: list[_Waiting] = []

    def append(self, office: OfficeId, case: CaseId, event: CaseEvent) -> None:
        self._waiting.append(_Waiting(case, office, event))

    def write(self) -> None:
        """Write what waits, case by case, always in the same order."""
        waiting, self._waiting = self._waiting, []
        for case, office in sorted({(w.case, w.office) for w in waiting}):
            self._write_case(office, case, [w.event for w in waiting if w.case == case])

    def of_case(self, case: CaseId) -> list[CaseEvent]:
        """Return the events of the case, or raise `AuditBroken`."""
        return [_event(row) for row in self._rows(case)]

    def links_of_case(self, case: CaseId) -> list[Link]:
        """Return the events as they are chained, or raise `AuditBroken`."""
        return list(map(_link, self._rows(case)))

    def _rows(self, case: CaseId) -> Sequence[Row[Any]]:
        self.write()
        head = self._head(case, lock=False)
        rows = self._scoped.connection.execute(
            select(AUDIT_LOG).where(AUDIT_LOG.c.case_id == case).order_by(AUDIT_LOG.c.position)
        ).all()
        _verify(rows, length=head.length if head else 0, last=head.hash if head else GENESIS)
        return rows

    def _head(self, case: CaseId, *, lock: bool) -> Row[Any] | None:
        query = select(AUDIT_HEADS).where(AUDIT_HEADS.c.case_id == case)
        return self._scoped.connection.execute(query.with_for_update() if lock else query).first()

    def _locked_head(self, office: OfficeId, case: CaseId) -> Row[Any]:
        self._scoped.connection.execute(
            upsert(AUDIT_HEADS)
            .values(office=office, case_id=case, length=0, hash=GENESIS)
            .on_conflict_do_nothing()
        )
        head = self._head(case, lock=True)
        if head is None:
            raise AuditBroken("the audit trail has no head")
        return head

    def _write_case(self, office: OfficeId, case: CaseId, events: list[CaseEvent]) -> None:
        head = self._locked_head(office, case)
        last = _last_link(head)
        for event in events:
            at = event.at.astimezone(UTC)
            last = link(last, kind=event.kind, at=at.isoformat(), body=_body(office, case, event))
            self._scoped.connection.execute(
                insert(AUDIT_LOG).values(
                    office=office,
                    case_id=case,
                    position=last.index,
                    kind=event.kind,
                    actor=event.actor,
                    at=at,
                    facts=event.facts,
                    prev=last.prev,
                    hash=last.hash,
                )
            )
        if last is not None:
            self._scoped.connection.execute(
                update(AUDIT_HEADS)
                .where(AUDIT_HEADS.c.case_id == case)
                .values(length=last.index + 1, hash=last.hash)
            )


class PostgresSensitiveReads:
    """Leaves a link in the trail of the case for every reading."""

    def __init__(self, scoped: ScopedConnection, trail: AuditTrail) -> None:
        self._scoped = scoped
        self._trail = trail

    def put_on_record(
        self, case_id: CaseId, *, field: str, subject: str, by: AccountId, **facts: str
    ) -> None:
        event = CaseEvent(
            kind="sensitive_read",
            actor=by,
            at=self._scoped.now(),
            facts={**facts, "field": field, "subject": subject},
        )
        self._trail.append(self._scoped.office, case_id, event)


def _body(office: str, case: str, event: CaseEvent) -> dict[str, str | int | None]:
    """Name the case too, so that a link cannot be moved to another one's chain."""
    facts = {f"fact:{name}": value for name, value in event.facts.items()}
    return {"office": office, "case": case, "actor": event.actor, **facts}


def _last_link(head: Row[Any]) -> Link | None:
    """Return a stand-in for the last link: the next one needs its place and hash only."""
    if head.length == 0:
        return None
    return Link(index=head.length - 1, kind="", at="", body={}, prev="", hash=head.hash)


def _verify(rows: Sequence[Row[Any]], *, length: int, last: str) -> None:
    try:
        end = verify_chain(list(map(_link, rows)))
    except ChainBroken as error:
        raise AuditBroken(f"link {error.expected_index} of the audit trail is broken") from error
    if not (len(rows) == length and end == last):
        raise AuditBroken("the audit trail does not end where it ended")


def _link(row: Row[Any]) -> Link:
    return Link(
        index=row.position,
        kind=row.kind,
        at=row.at.astimezone(UTC).isoformat(),
        body=_body(row.office, row.case_id, _event(row)),
        prev=row.prev,
        hash=row.hash,
    )


def _event(row: Row[Any]) -> CaseEvent:
    return CaseEvent(kind=row.kind, actor=AccountId(row.actor), at=row.at, facts=row.facts)
