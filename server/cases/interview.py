"""询问笔录: questions and answers, read back, confirmed and then immutable (P-28).

Each writing is a version that names the one before by its digest, so that what was typed
live, read back and corrected can be followed to the end.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from server.cases.ids import AccountId, PartyId

FIRST: Final = "0" * 64
"""What the first version names as the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    question: str
    answer: str
    corrected_from: str | None = None
    """The answer before a correction that the party countersigned."""

    corrected_for: PartyId | None = None
    """Whose answer it is: who has to countersign the correction."""

    countersigned_by: PartyId | None = None

    @property
    def is_open(self) -> bool:
        """It was corrected, and the person has not countersigned yet."""
        return self.corrected_for is not None and self.countersigned_by is None


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

    version: int = 1
    prev_sha256: str = FIRST
    earlier: tuple[str, ...] = ()
    """Every version before as it was written, so that what the chain names can be shown."""

    @property
    def content(self) -> bytes:
        """The record as it is read back: canonical JSON (RFC 8785), without who confirmed it."""
        told = {
            "place": self.place,
            "started_at": self.started_at.astimezone(UTC).isoformat(),
            "interviewer": self.interviewer,
            "recorder": self.recorder,
            "witness": self.witness,
            "told": list(self.told),
            "exchanges": [
                {
                    "question": each.question,
                    "answer": each.answer,
                    "corrected_from": each.corrected_from,
                    "corrected_for": each.corrected_for,
                }
                for each in self.exchanges
            ],
            "version": self.version,
            "prev": self.prev_sha256,
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def followed_by(self, after: InterviewRecord) -> InterviewRecord:
        """Return ``after`` as the version that follows this one; nobody has confirmed it."""
        return replace(
            after,
            version=self.version + 1,
            prev_sha256=self.sha256,
            earlier=(*self.earlier, self.content.decode()),
            confirmed_by=(),
            confirmed_at=None,
        )
