from __future__ import annotations

from collections import Counter

import pytest

from server.billing.errors import FeeActorRefused, FeeTransitionRefused, RefundNeedsTwoPeople
from server.billing.fee_status import FeeStatus
from server.billing.fee_transitions import FEE_TRANSITIONS, FeeAction, FeeActor
from server.billing.fees import Fee, FeePerson, requoted
from server.billing.quoting import LineKind, Quote, QuoteLine
from server.catalogue.tariffs import Fen


def priced(amount: int) -> Quote:
    line = QuoteLine(
        kind=LineKind.NOTARIAL_FEE, quantity=1, amount=Fen(amount), item="x", citation="test"
    )
    return Quote(lines=(line,), tariff_version="test")


FEE = Fee(quote=priced(60_000))
CASHIER = FeePerson(person="c1", role=FeeActor.CASHIER)
OTHER_CASHIER = FeePerson(person="c2", role=FeeActor.CASHIER)
NOTARY = FeePerson(person="n1", role=FeeActor.NOTARY)
DIRECTOR = FeePerson(person="d1", role=FeeActor.DIRECTOR)


def test_each_action_leaves_each_status_at_most_once() -> None:
    exits = Counter((t.action, source) for t in FEE_TRANSITIONS for source in t.sources)
    assert [pair for pair, n in exits.items() if n > 1] == []


def test_only_final_statuses_are_dead_ends() -> None:
    with_exits = {source for t in FEE_TRANSITIONS for source in t.sources}
    assert {s for s in FeeStatus if s not in with_exits} == {s for s in FeeStatus if s.is_final}


def test_every_status_can_be_reached_from_quoted() -> None:
    reached = {FeeStatus.QUOTED}
    for _ in FeeStatus:
        reached |= {t.target for t in FEE_TRANSITIONS if t.sources & reached}
    assert reached == set(FeeStatus)


def test_every_action_is_in_the_table_and_somebody_may_do_it() -> None:
    assert {t.action for t in FEE_TRANSITIONS} == set(FeeAction)
    assert all(t.actors for t in FEE_TRANSITIONS)


def test_only_the_director_grants_anything() -> None:
    grants = {FeeAction.GRANT_REDUCTION, FeeAction.WAIVE, FeeAction.APPROVE_REFUND}
    actors = {actor for t in FEE_TRANSITIONS if t.action in grants for actor in t.actors}
    assert actors == {FeeActor.DIRECTOR}


def test_only_the_cashier_moves_money() -> None:
    moves = {FeeAction.PREPAY, FeeAction.COLLECT_SUPPLEMENT, FeeAction.PAY_REFUND}
    actors = {actor for t in FEE_TRANSITIONS if t.action in moves for actor in t.actors}
    assert actors == {FeeActor.CASHIER}


def test_a_fee_on_account_clears_the_way_to_approval() -> None:
    assert not FEE.status.clears_approval
    assert FEE.apply(FeeAction.PUT_ON_ACCOUNT, by=CASHIER).status.clears_approval


def test_a_fee_on_account_is_assessed_and_settled() -> None:
    fee = FEE.apply(FeeAction.PUT_ON_ACCOUNT, by=CASHIER)
    fee = fee.apply(FeeAction.ASSESS, by=NOTARY).apply(FeeAction.SETTLE, by=OTHER_CASHIER)
    assert fee.status is FeeStatus.SETTLED
    assert fee.cashiers == {"c1", "c2"}


def test_a_prepaid_fee_waits_for_its_settlement_before_approval() -> None:
    assert not FEE.apply(FeeAction.PREPAY, by=CASHIER).status.clears_approval


def test_a_waived_fee_clears_the_way_to_approval() -> None:
    fee = FEE.apply(FeeAction.REQUEST_REDUCTION, by=NOTARY).apply(FeeAction.WAIVE, by=DIRECTOR)
    assert fee.status.clears_approval


def refund_proposed() -> Fee:
    return FEE.apply(FeeAction.PREPAY, by=CASHIER).apply(FeeAction.PROPOSE_REFUND, by=NOTARY)


def test_whoever_took_the_money_may_not_approve_its_refund() -> None:
    also_director = FeePerson(person=CASHIER.person, role=FeeActor.DIRECTOR)
    with pytest.raises(RefundNeedsTwoPeople):
        refund_proposed().apply(FeeAction.APPROVE_REFUND, by=also_director)


def test_whoever_approved_the_refund_may_not_pay_it() -> None:
    approved = refund_proposed().apply(FeeAction.APPROVE_REFUND, by=DIRECTOR)
    also_cashier = FeePerson(person=DIRECTOR.person, role=FeeActor.CASHIER)
    with pytest.raises(RefundNeedsTwoPeople):
        approved.apply(FeeAction.PAY_REFUND, by=also_cashier)


def test_two_people_refund() -> None:
    approved = refund_proposed().apply(FeeAction.APPROVE_REFUND, by=DIRECTOR)
    assert approved.apply(FeeAction.PAY_REFUND, by=CASHIER).status is FeeStatus.REFUNDED


def test_a_notary_collects_nothing() -> None:
    with pytest.raises(FeeActorRefused):
        FEE.apply(FeeAction.PREPAY, by=NOTARY)


def test_a_refused_step_leaves_the_fee_as_it_was() -> None:
    with pytest.raises(FeeTransitionRefused) as refused:
        FEE.apply(FeeAction.PAY_REFUND, by=CASHIER)
    assert refused.value.current is FeeStatus.QUOTED
    assert FEE.status is FeeStatus.QUOTED


def test_the_price_changes_while_nothing_is_paid() -> None:
    assert requoted(FEE, priced(30_000), by=NOTARY).quote.total == 30_000


def test_the_price_stands_once_something_is_paid() -> None:
    paid = FEE.apply(FeeAction.PREPAY, by=CASHIER)
    with pytest.raises(FeeTransitionRefused):
        requoted(paid, priced(30_000), by=NOTARY)
