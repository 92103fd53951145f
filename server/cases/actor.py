"""Who is acting on a case, as far as the case needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from server.cases.ids import AccountId
from server.cases.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    account: AccountId
    roles: frozenset[Role]

    @property
    def is_staff(self) -> bool:
        return Role.APPLICANT not in self.roles


SYSTEM_ACTOR = Actor(account=AccountId("system"), roles=frozenset({Role.SYSTEM}))
