"""What people were asked before a key was used: written once, answered once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from server.cases.errors import StepUpNotFound
from server.cases.ids import AccountId, CaseId, OfficeId
from server.cases.step_up import KeyUse, StepUp, StepUpAnswer, StepUpId
from server.db.tables.step_up import DEVICES, STEP_UPS

if TYPE_CHECKING:
    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection


class PostgresStepUpBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def add(self, step_up: StepUp) -> None:
        self._scoped.connection.execute(
            insert(STEP_UPS).values(
                id=step_up.id,
                office=step_up.office,
                case_id=step_up.case,
                account=step_up.account,
                session=step_up.session,
                action=step_up.use.value,
                digest=step_up.digest,
                nonce=step_up.nonce,
                issued_at=step_up.issued_at,
                expires_at=step_up.expires_at,
            )
        )

    def get(self, step_up_id: StepUpId) -> StepUp:
        query = select(STEP_UPS).where(STEP_UPS.c.id == step_up_id)
        row = self._scoped.connection.execute(query).first()
        if row is None:
            raise StepUpNotFound
        return StepUp(
            id=StepUpId(row.id),
            office=OfficeId(row.office),
            case=CaseId(row.case_id),
            account=AccountId(row.account),
            session=row.session,
            use=KeyUse(row.action),
            digest=row.digest,
            nonce=bytes(row.nonce),
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            answer=None if row.answered_at is None else self._answer(row),
        )

    def answer(self, step_up_id: StepUpId, answer: StepUpAnswer) -> bool:
        table = STEP_UPS.c
        # Two answers at once: the row decides, not what either of them read before.
        taken = self._scoped.connection.execute(
            update(STEP_UPS)
            .where(
                table.id == step_up_id,
                table.answered_at.is_(None),
                table.issued_at <= answer.at,
                table.expires_at > answer.at,
            )
            .values(device=answer.device, signature=answer.signature, answered_at=answer.at)
        )
        return taken.rowcount == 1

    def _answer(self, row: Row[Any]) -> StepUpAnswer:
        """Return the answer with the key of the account's own device, and of no other."""
        self._scoped.seek(row.device)
        query = select(DEVICES.c.public_key).where(
            DEVICES.c.id == row.device, DEVICES.c.account == row.account
        )
        public_key = self._scoped.connection.execute(query).scalar()
        if public_key is None:
            raise StepUpNotFound
        return StepUpAnswer(
            device=row.device,
            public_key=bytes(public_key),
            signature=bytes(row.signature),
            at=row.answered_at,
        )
