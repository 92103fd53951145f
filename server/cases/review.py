"""The notary's examination under four heads, with verification tasks.

公证法 Art. 28, 29; 公证程序规则 Art. 23-29. An open task blocks approval.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.cases.ids import AccountId, TaskId


class Head(StrEnum):
    IDENTITY_AND_RIGHT = "identity_and_right"  # 身份、资格、权利
    DOCUMENT_COMPLETE = "document_complete"  # 文书内容完备、含义清晰
    EVIDENCE_SUFFICIENT = "evidence_sufficient"  # 证明材料真实、合法、充分
    MATTER_TRUE_AND_LAWFUL = "matter_true_and_lawful"  # 事项真实、合法


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    satisfied: bool
    opinion: str
    evidence: tuple[str, ...]
    """Ids of materials, identity checks or tasks on which the finding rests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationTask:
    id: TaskId
    fact: str
    way: str
    """Interview, letter, site visit, database ... (P-25)."""

    opened_by: AccountId
    opened_at: datetime
    result: str | None = None
    source: str | None = None
    closed_by: AccountId | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    findings: dict[Head, Finding]
    reviewed_by: AccountId
    reviewed_at: datetime

    @property
    def unsatisfied(self) -> tuple[Head, ...]:
        """Heads that were not answered, or not answered well."""
        return tuple(h for h in Head if h not in self.findings or not self.findings[h].satisfied)
