"""Challenges: written once, spent once by one conditional update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, update

from server.cases.errors import ChallengeSpent
from server.cases.identity_challenges import ChallengeId, IdentityChallenge
from server.cases.ids import CaseId, OfficeId, PartyId
from server.db.tables.cases import IDENTITY_CHALLENGES

if TYPE_CHECKING:
    from datetime import datetime

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
            )
        )

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
        return IdentityChallenge(
            id=ChallengeId(row.id),
            office=OfficeId(row.office),
            case=CaseId(row.case_id),
            party=PartyId(row.party),
            nonce=bytes(row.nonce),
            issued_at=row.issued_at,
        )
