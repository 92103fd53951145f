"""The life of a fee as one table; nothing else assigns a fee's status.

公证程序规则 Art. 22: prepaid on acceptance, settled at the end; Art. 48, 49,
51, 66: refunds by cause. Reductions and refunds are the director's (Art. 34/46 公证法).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.billing.errors import FeeTransitionRefused
from server.billing.fee_status import FeeStatus as S


class FeeActor(StrEnum):
    """The roles that touch a fee, by their names in the glossary."""

    APPLICANT = "applicant"
    ASSISTANT = "assistant"
    NOTARY = "notary"
    CHECKER = "checker"
    CASHIER = "cashier"
    DIRECTOR = "director"


class FeeAction(StrEnum):
    REQUOTE = "requote"
    PREPAY = "prepay"
    PUT_ON_ACCOUNT = "put_on_account"
    REQUEST_REDUCTION = "request_reduction"
    GRANT_REDUCTION = "grant_reduction"
    WAIVE = "waive"
    DECLINE_REDUCTION = "decline_reduction"
    ASSESS = "assess"
    SETTLE = "settle"
    DEMAND_SUPPLEMENT = "demand_supplement"
    COLLECT_SUPPLEMENT = "collect_supplement"
    PROPOSE_REFUND = "propose_refund"
    APPROVE_REFUND = "approve_refund"
    REJECT_REFUND = "reject_refund"
    PAY_REFUND = "pay_refund"


A = FeeAction
W = FeeActor


@dataclass(frozen=True, slots=True)
class FeeTransition:
    action: FeeAction
    sources: frozenset[S]
    target: S
    actors: frozenset[FeeActor]


FEE_TRANSITIONS: Final = (
    # A payment code in circulation does not freeze the price: it is cancelled and issued anew.
    FeeTransition(A.REQUOTE, frozenset({S.QUOTED}), S.QUOTED, frozenset({W.ASSISTANT, W.NOTARY})),
    FeeTransition(A.PREPAY, frozenset({S.QUOTED, S.REDUCED}), S.PREPAID, frozenset({W.CASHIER})),
    FeeTransition(
        A.PUT_ON_ACCOUNT,
        frozenset({S.QUOTED, S.REDUCED}),
        S.ON_ACCOUNT,
        frozenset({W.CASHIER}),
    ),
    FeeTransition(
        A.REQUEST_REDUCTION,
        frozenset({S.QUOTED}),
        S.REDUCTION_REQUESTED,
        frozenset({W.APPLICANT, W.NOTARY}),
    ),
    FeeTransition(
        A.GRANT_REDUCTION,
        frozenset({S.REDUCTION_REQUESTED}),
        S.REDUCED,
        frozenset({W.DIRECTOR}),
    ),
    FeeTransition(A.WAIVE, frozenset({S.REDUCTION_REQUESTED}), S.WAIVED, frozenset({W.DIRECTOR})),
    FeeTransition(
        A.DECLINE_REDUCTION,
        frozenset({S.REDUCTION_REQUESTED}),
        S.QUOTED,
        frozenset({W.DIRECTOR}),
    ),
    # After a refund the rest may still be due, so it is assessed again.
    FeeTransition(
        A.ASSESS,
        frozenset({S.PREPAID, S.ON_ACCOUNT, S.REFUNDED}),
        S.ASSESSED,
        frozenset({W.NOTARY, W.CHECKER}),
    ),
    FeeTransition(A.SETTLE, frozenset({S.ASSESSED}), S.SETTLED, frozenset({W.CASHIER})),
    FeeTransition(
        A.DEMAND_SUPPLEMENT, frozenset({S.ASSESSED}), S.SUPPLEMENT_DUE, frozenset({W.CASHIER})
    ),
    FeeTransition(
        A.COLLECT_SUPPLEMENT, frozenset({S.SUPPLEMENT_DUE}), S.SETTLED, frozenset({W.CASHIER})
    ),
    FeeTransition(
        A.PROPOSE_REFUND,
        frozenset({S.PREPAID, S.ASSESSED, S.SETTLED}),
        S.REFUND_PROPOSED,
        frozenset({W.NOTARY}),
    ),
    FeeTransition(
        A.APPROVE_REFUND,
        frozenset({S.REFUND_PROPOSED}),
        S.REFUND_APPROVED,
        frozenset({W.DIRECTOR}),
    ),
    FeeTransition(
        A.REJECT_REFUND, frozenset({S.REFUND_PROPOSED}), S.ASSESSED, frozenset({W.DIRECTOR})
    ),
    FeeTransition(A.PAY_REFUND, frozenset({S.REFUND_APPROVED}), S.REFUNDED, frozenset({W.CASHIER})),
)


def fee_transition(current: S, action: FeeAction) -> FeeTransition:
    """Return the one step that ``action`` takes from ``current``."""
    for transition in FEE_TRANSITIONS:
        if transition.action is action and current in transition.sources:
            return transition
    raise FeeTransitionRefused(current, action)
