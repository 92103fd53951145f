"""The draft certificate, the checker's six ticks and the approver's opinion.

公证程序规则 Art. 40, 41; what approval looks at is what the check looks at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from server.cases.ids import AccountId


class Tick(StrEnum):
    """P-41: the six things a draft is checked for."""

    TRUE_AND_LAWFUL = "true_and_lawful"
    EVIDENCE_SUFFICIENT = "evidence_sufficient"
    PROCEDURE_FOLLOWED = "procedure_followed"
    WORDING_AND_FORM = "wording_and_form"
    FEE_CORRECT = "fee_correct"
    DISCUSSION_HELD = "discussion_held"  # or not required for this matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    form: str
    """Number of the prescribed form in the rule pack."""

    template: str
    variables: dict[str, Any]
    drafted_by: AccountId
    drafted_at: datetime
    object_sha256: str | None = None
    """The typeset draft in the evidence store, once the job has made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SixTicks:
    ticks: frozenset[Tick]
    opinion: str
    given_by: AccountId
    given_at: datetime

    @property
    def withheld(self) -> tuple[Tick, ...]:
        return tuple(t for t in Tick if t not in self.ticks)
