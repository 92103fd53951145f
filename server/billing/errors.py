"""Reasons billing can say no."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.billing.fee_status import FeeStatus
    from server.billing.fee_transitions import FeeAction, FeeActor


class BillingError(Exception):
    """Base of everything billing refuses on purpose."""


class PropertyValueNeeded(BillingError):
    """The fee is a share of a value that nobody has stated."""


class OfficePriceNeeded(BillingError):
    """The tariff leaves this price to the office, which has not stated one."""


class QuoteFactsInvalid(BillingError):
    """A count or a value that no case can have."""


class ReliefUnknown(BillingError):
    """The tariff grants no such relief for this matter."""


class FeeTransitionRefused(BillingError):
    """The fee is not in a status from which this action is allowed."""

    def __init__(self, current: FeeStatus, action: FeeAction) -> None:
        self.current = current
        self.action = action
        super().__init__(f"cannot {action} a fee that is {current}")


class FeeActorRefused(BillingError):
    """This role may not do this to a fee."""

    def __init__(self, role: FeeActor, action: FeeAction) -> None:
        self.role = role
        self.action = action
        super().__init__(f"a {role} may not {action}")


class RefundNeedsTwoPeople(BillingError):
    """Whoever handles the money of a fee may not approve its refund."""
