"""Identity checks. What was read off a document is encrypted; features never arrive here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, or_, select, update

from server.cases.errors import PartNotFound
from server.cases.identity_checks import (
    CheckId,
    CheckInputs,
    CheckOutcome,
    CheckState,
    FieldsConfirmed,
    IdentityCheck,
    PersonDecision,
    PicturesEnded,
    PicturesEndedFor,
)
from server.cases.identity_comparisons import Comparison
from server.cases.identity_visits import Visit
from server.cases.ids import CaseId, OfficeId, PartyId
from server.db.codec import from_json, seal, to_json, unseal
from server.db.secrets import Place
from server.db.tables.cases import IDENTITY_CHECKS, MATERIALS

if TYPE_CHECKING:
    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPapers:
    outcome: CheckOutcome | None
    decision: PersonDecision | None
    confirmed: FieldsConfirmed | None = None
    comparisons: tuple[Comparison, ...] = ()
    visit: Visit | None = None


class PostgresIdentityCheckBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def add(self, check: IdentityCheck) -> None:
        self._scoped.connection.execute(insert(IDENTITY_CHECKS).values(self._values(check)))

    def get(self, check_id: CheckId, *, lock: bool = False) -> IdentityCheck:
        query = select(IDENTITY_CHECKS).where(IDENTITY_CHECKS.c.id == check_id)
        row = self._scoped.connection.execute(query.with_for_update() if lock else query).first()
        if row is None:
            raise PartNotFound("identity check")
        return self._check(row)

    def of_case(self, case_id: CaseId) -> list[IdentityCheck]:
        rows = self._scoped.connection.execute(
            select(IDENTITY_CHECKS)
            .where(IDENTITY_CHECKS.c.case_id == case_id)
            .order_by(IDENTITY_CHECKS.c.requested_at, IDENTITY_CHECKS.c.id)
        )
        return [self._check(row) for row in rows]

    def save(self, check: IdentityCheck) -> None:
        changed = self._scoped.connection.execute(
            update(IDENTITY_CHECKS)
            .where(IDENTITY_CHECKS.c.id == check.id)
            .values(self._values(check))
        )
        if changed.rowcount != 1:
            raise PartNotFound("identity check")

    def faces_kept(self) -> int:
        inputs = IDENTITY_CHECKS.c.inputs
        shows_a_face = or_(
            inputs["live"].astext.is_not(None), inputs["clip"]["object"].astext.is_not(None)
        )
        # A person who applied twice is counted twice: rather too soon than too late.
        counted = select(func.count(IDENTITY_CHECKS.c.party.distinct())).where(
            IDENTITY_CHECKS.c.office == self._scoped.office,
            IDENTITY_CHECKS.c.pictures_gone_at.is_(None),
            shows_a_face,
        )
        return int(self._scoped.connection.execute(counted).scalar_one())

    def cases_with_pictures(self) -> list[CaseId]:
        checks = IDENTITY_CHECKS.c
        rows = self._scoped.connection.execute(
            select(checks.case_id)
            .where(
                checks.office == self._scoped.office,
                checks.pictures_gone_at.is_(None),
                checks.pictures_kept_until.is_(None),
            )
            .group_by(checks.case_id)
            .order_by(func.min(checks.requested_at), checks.case_id)
        )
        return [CaseId(row.case_id) for row in rows]

    def is_paper(self, digest: str) -> bool:
        inputs = IDENTITY_CHECKS.c.inputs
        of_a_document = select(IDENTITY_CHECKS.c.id).where(
            IDENTITY_CHECKS.c.office == self._scoped.office,
            or_(inputs["front"].astext == digest, inputs["back"].astext == digest),
        )
        of_a_material = select(MATERIALS.c.id).where(
            MATERIALS.c.office == self._scoped.office, MATERIALS.c.object_sha256 == digest
        )
        return any(
            self._scoped.connection.execute(query.limit(1)).first() is not None
            for query in (of_a_document, of_a_material)
        )

    def _values(self, check: IdentityCheck) -> dict[str, Any]:
        papers = CheckPapers(
            outcome=check.outcome,
            decision=check.decision,
            confirmed=check.confirmed,
            comparisons=check.comparisons,
            visit=check.visit,
        )
        return {
            "id": check.id,
            "office": check.office,
            "case_id": check.case,
            "party": check.party,
            "state": check.state.value,
            "route": check.inputs.route.value,
            "inputs": to_json(check.inputs),
            "requested_at": check.requested_at,
            "papers": seal(papers, self._scoped.cipher, _place(check.id)),
            "pictures_ended_at": check.pictures_ended and check.pictures_ended.at,
            "pictures_ended_for": check.pictures_ended and check.pictures_ended.ground.value,
            "pictures_gone_at": check.pictures_gone_at,
            "pictures_kept_until": check.pictures_kept_until,
        }

    def _check(self, row: Row[Any]) -> IdentityCheck:
        place = _place(row.id)
        papers = unseal(row.papers, CheckPapers, cipher=self._scoped.cipher, place=place)
        return IdentityCheck(
            id=CheckId(row.id),
            office=OfficeId(row.office),
            case=CaseId(row.case_id),
            party=PartyId(row.party),
            inputs=from_json(row.inputs, CheckInputs),
            state=CheckState(row.state),
            requested_at=row.requested_at,
            outcome=papers.outcome,
            decision=papers.decision,
            confirmed=papers.confirmed,
            comparisons=papers.comparisons,
            visit=papers.visit,
            pictures_ended=_ended(row),
            pictures_gone_at=row.pictures_gone_at,
            pictures_kept_until=row.pictures_kept_until,
        )


def _ended(row: Row[Any]) -> PicturesEnded | None:
    if row.pictures_ended_at is None:
        return None
    ground = PicturesEndedFor(row.pictures_ended_for)
    return PicturesEnded(at=row.pictures_ended_at, ground=ground)


def _place(check_id: str) -> Place:
    return Place(table="identity_checks", column="papers", row=check_id)
