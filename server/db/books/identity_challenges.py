"""Challenges: written once, spent once by one conditional update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from server.cases.errors import ChallengeSpent, PartNotFound
from server.cases.identity_challenges import AnsweredBy, ChallengeId, IdentityChallenge
from server.cases.ids import CaseId, OfficeId, PartyId
from server.db.tables.cases import IDENTITY_CHALLENGES

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection


class PostgresIdentityChallengeBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def add(self, challenge: IdentityChallenge) -> None:
        self._scoped.connection.execute(
            insert(IDENTITY_CHALLENGES).values(
                id=challenge.id,
                office=challenge.office,
                case_id=challenge.case,
                party=challenge.party,
                nonce=challenge.nonce,
                issued_at=challenge.issued_at,
                answered_by=challenge.answered_by.value,
            )
        )

    def get(self, challenge_id: ChallengeId) -> IdentityChallenge:
        query = select(IDENTITY_CHALLENGES).where(IDENTITY_CHALLENGES.c.id == challenge_id)
        row = self._scoped.connection.execute(query).first()
        if row is None:
            raise PartNotFound("identity challenge")
        return _challenge(row)

    def codes_since(self, party: PartyId, since: datetime) -> int:
        table = IDENTITY_CHALLENGES.c
        counted = select(func.count()).where(
            table.party == party,
            table.answered_by == AnsweredBy.CODE.value,
            table.issued_at >= since,
        )
        return int(self._scoped.connection.execute(counted).scalar_one())

    def spend(
        self, challenge_id: ChallengeId, *, party: PartyId, at: datetime
    ) -> IdentityChallenge:
        table = IDENTITY_CHALLENGES.c
        # Two answers at once: the row decides, not what either of them read before.
        row = self._scoped.connection.execute(
            update(IDENTITY_CHALLENGES)
            .where(table.id == challenge_id, table.party == party, table.used_at.is_(None))
            .values(used_at=at)
            .returning(*IDENTITY_CHALLENGES.c)
        ).first()
        if row is None:
            raise ChallengeSpent
        return _challenge(row)


def _challenge(row: Row[Any]) -> IdentityChallenge:
    return IdentityChallenge(
        id=ChallengeId(row.id),
        office=OfficeId(row.office),
        case=CaseId(row.case_id),
        party=PartyId(row.party),
        nonce=bytes(row.nonce),
        issued_at=row.issued_at,
        answered_by=AnsweredBy(row.answered_by),
    )
