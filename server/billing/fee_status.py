"""Where a fee can stand, and who has to act before it moves on."""

from __future__ import annotations

from enum import StrEnum


class FeeStatus(StrEnum):
    QUOTED = "quoted"  # The applicant pays, or asks for a reduction.
    REDUCTION_REQUESTED = "reduction_requested"  # The director decides.
    REDUCED = "reduced"  # The applicant pays the smaller amount.
    WAIVED = "waived"  # Final. Nobody owes anything.
    PREPAID = "prepaid"  # The fee is assessed when the draft is checked.
    ON_ACCOUNT = "on_account"  # The office trusts the payer; assessed later.
    ASSESSED = "assessed"  # The cashier compares what is due with what is paid.
    SUPPLEMENT_DUE = "supplement_due"  # The applicant pays the difference.
    SETTLED = "settled"  # Nothing is open.
    REFUND_PROPOSED = "refund_proposed"  # The director decides.
    REFUND_APPROVED = "refund_approved"  # A cashier pays it back.
    REFUNDED = "refunded"  # Nothing is open, unless the rest is assessed again.

    @property
    def is_final(self) -> bool:
        return self is FeeStatus.WAIVED

    @property
    def clears_approval(self) -> bool:
        """Whether the case may go to approval as far as money is concerned."""
        return self in {FeeStatus.SETTLED, FeeStatus.ON_ACCOUNT, FeeStatus.WAIVED}
