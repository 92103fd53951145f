"""One run of an identity check for one party, as the case keeps it.

Scores and doubts are kept; feature vectors never (D-28..31). A decision of a
person stands beside the verdict of the machine and never replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from server.cases.ids import AccountId, CaseId, OfficeId, PartyId

CheckId = NewType("CheckId", str)


class CheckState(StrEnum):
    QUEUED = "queued"  # A worker will take it.
    PROVEN = "proven"
    PERSON_DECIDES = "person_decides"  # A notary looks and decides, with a reason.
    REFUSED = "refused"  # With every reason, and a way on.


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInputs:
    """SHA-256 of each picture in the evidence store."""

    document: str
    """resident_id or passport."""

    front: str
    back: str | None
    live: str | None
    """``None``: the route without the face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    doubts: tuple[str, ...]
    face_score: float | None
    policy_citation: str
    name: str | None
    id_number: str | None
    """Read off the document; stored encrypted."""

    valid_until: date | None
    finished_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDecision:
    decided_by: AccountId
    proven: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCheck:
    id: CheckId
    office: OfficeId
    case: CaseId
    party: PartyId
    inputs: CheckInputs
    state: CheckState
    requested_at: datetime
    outcome: CheckOutcome | None = None
    decision: PersonDecision | None = None
