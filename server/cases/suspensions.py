"""When the statutory clock stood still, and why (公证法 Art. 30; 公证程序规则 Art. 35).

Intervals of one case never overlap: a clock that stands cannot be stopped again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.cases.ids import AccountId


class SuspensionGround(StrEnum):
    """What the law does not count into the fifteen working days."""

    FORCE_MAJEURE = "force_majeure"  # 不可抗力
    SUPPLEMENTING = "supplementing"  # 补充证明材料
    VERIFYING = "verifying"  # 需要核实


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    ground: SuspensionGround
    report: str
    """What it is waited for; the party is told."""

    suspended_by: AccountId
    suspended_at: datetime
    resumed_by: AccountId | None = None
    resumed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.resumed_at is None
