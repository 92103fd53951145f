"""转处: an application that another office should take goes there, if the person agrees.

公证法 Art. 25; 公证程序规则 Art. 16; PIPL Art. 23: who handles the person's data changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.cases.ids import AccountId, CaseId, OfficeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    to_office: OfficeId
    report: str
    """Why the other office; the applicant reads it."""

    proposed_by: AccountId
    proposed_at: datetime
    successor: CaseId | None = None
    """The case of the other office, once it is there."""
