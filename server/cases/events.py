"""What happened to a case, in the order it happened; hashed into the audit chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.cases.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    kind: str
    actor: AccountId
    at: datetime
    facts: dict[str, str | None]
    """Codes, ids and digests. Personal data has no place in an audit trail."""
