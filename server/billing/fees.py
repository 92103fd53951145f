"""A fee, what has been done to it, and the two people a refund takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from server.billing.errors import FeeActorRefused, RefundNeedsTwoPeople
from server.billing.fee_status import FeeStatus
from server.billing.fee_transitions import FeeAction, FeeActor, fee_transition
from server.billing.quoting import Quote

_HANDLES_MONEY: Final = frozenset(
    {
        FeeAction.PREPAY,
        FeeAction.PUT_ON_ACCOUNT,
        FeeAction.SETTLE,
        FeeAction.DEMAND_SUPPLEMENT,
        FeeAction.COLLECT_SUPPLEMENT,
        FeeAction.PAY_REFUND,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePerson:
    """Who acts, in which role."""

    person: str
    role: FeeActor


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    quote: Quote
    status: FeeStatus = FeeStatus.QUOTED
    cashiers: frozenset[str] = frozenset()
    """Everybody who has handled money of this fee."""

    refund_approver: str | None = None

    def apply(self, action: FeeAction, *, by: FeePerson) -> Fee:
        """Return the fee after ``action``, or raise why it may not happen."""
        transition = fee_transition(self.status, action)
        if by.role not in transition.actors:
            raise FeeActorRefused(by.role, action)
        self._keep_refunds_in_two_hands(action, by)
        changed = replace(self, status=transition.target)
        if action in _HANDLES_MONEY:
            changed = replace(changed, cashiers=self.cashiers | {by.person})
        if action is FeeAction.APPROVE_REFUND:
            changed = replace(changed, refund_approver=by.person)
        return changed

    def _keep_refunds_in_two_hands(self, action: FeeAction, by: FeePerson) -> None:
        approves_own = action is FeeAction.APPROVE_REFUND and by.person in self.cashiers
        pays_own = action is FeeAction.PAY_REFUND and by.person == self.refund_approver
        if approves_own or pays_own:
            raise RefundNeedsTwoPeople


def requoted(fee: Fee, quote: Quote, *, by: FeePerson) -> Fee:
    """Return ``fee`` with a new quote while nothing has been paid."""
    return replace(fee.apply(FeeAction.REQUOTE, by=by), quote=quote)
