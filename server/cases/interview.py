"""询问笔录: questions and answers, read back, confirmed and then immutable (P-28)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.cases.ids import AccountId, PartyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    question: str
    answer: str
    corrected_from: str | None = None
    """The answer before a correction that the party countersigned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewRecord:
    place: str
    started_at: datetime
    interviewer: AccountId
    recorder: AccountId | None
    """The second person where the matter needs two."""

    witness: PartyId | None
    exchanges: tuple[Exchange, ...]
    told: tuple[str, ...]
    """What the person was told: rights, duties, legal consequences."""

    confirmed_by: tuple[PartyId, ...] = ()
    confirmed_at: datetime | None = None
    object_sha256: str | None = None
    """The typeset record as read back, in the evidence store."""

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None
