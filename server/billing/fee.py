"""What a case costs and whether that is settled, as far as the main line asks.

The steps of the fee are one table of their own; P-22, P-41(5).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FeeState(StrEnum):
    QUOTED = "quoted"  # The party pays, or the office agrees to wait.
    PREPAID = "prepaid"  # Collected on acceptance; assessed at the end.
    ON_ACCOUNT = "on_account"  # 记账: the office bills later.
    REDUCTION_REQUESTED = "reduction_requested"  # The director decides.
    REDUCED = "reduced"
    WAIVED = "waived"
    ASSESSED = "assessed"  # The final amount is fixed.
    SETTLED = "settled"
    SUPPLEMENT_DUE = "supplement_due"
    REFUND_PROPOSED = "refund_proposed"
    REFUND_APPROVED = "refund_approved"
    REFUNDED = "refunded"


COVERED: Final = frozenset({FeeState.SETTLED, FeeState.ON_ACCOUNT, FeeState.WAIVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLine:
    code: str
    amount_fen: int
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    state: FeeState
    lines: tuple[FeeLine, ...]
    currency: str
    tariff_version: str

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    @property
    def is_covered(self) -> bool:
        """The guard before approval (rules.md 2.3): settled, on account or waived."""
        return self.state in COVERED
