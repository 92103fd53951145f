"""What may be used once is used once, however many ask at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from server.access.devices import DeviceId
from server.cases.errors import ChallengeSpent, StepUpNotFound
from server.cases.ids import AccountId, OfficeId, PartyId
from server.cases.step_up import StepUpAnswer
from server.transaction import NOBODY, Scope
from tests.integration.db.filling import (
    AT,
    code,
    device,
    fill,
    fresh,
    identity_challenge,
    kept_device,
    session,
    staff,
    step_up,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from server.cases.step_up import StepUp
    from server.demo.device import DeviceKey
    from server.transaction import OpenTransaction, Transaction

ASKING = 16


def race(open_transaction: OpenTransaction, attempt: Callable[[Transaction], bool]) -> int:
    """Let all attempt it at once, each in a transaction; return how many won."""
    together = Barrier(ASKING)

    def one(_: int) -> bool:
        with open_transaction(NOBODY) as tx:
            together.wait()
            return attempt(tx)

    with ThreadPoolExecutor(ASKING) as threads:
        return sum(threads.map(one, range(ASKING)))


@pytest.mark.parametrize("round_", range(5))
def test_a_refresh_token_is_spent_by_exactly_one(
    round_: int, open_transaction: OpenTransaction
) -> None:
    started, token = session(fresh("account"))
    with open_transaction(NOBODY) as tx:
        tx.sessions.start(started, token)
    won = race(open_transaction, lambda tx: tx.sessions.spend_refresh_token(token.sha256, at=AT))
    assert won == 1
    with open_transaction(NOBODY) as tx:
        spent = tx.sessions.refresh_token(token.sha256)
    assert spent is not None
    assert spent.used_at == AT


@pytest.mark.parametrize("round_", range(5))
def test_a_challenge_is_answered_by_exactly_one(
    round_: int, open_transaction: OpenTransaction
) -> None:
    filled = fill(open_transaction, "kunming-a")
    scope = Scope(office=filled.office)
    with open_transaction(scope) as tx:
        case = tx.cases.get(filled.case)
        asked = identity_challenge(case)
        tx.identity_challenges.add(asked)

    def answered(tx: Transaction) -> bool:
        tx.narrow(scope)
        try:
            return tx.identity_challenges.spend(asked.id, party=asked.party, at=AT) == asked
        except ChallengeSpent:
            return False

    assert race(open_transaction, answered) == 1


@pytest.mark.parametrize("round_", range(5))
def test_of_many_answers_before_a_key_is_used_one_is_taken(
    round_: int, open_transaction: OpenTransaction
) -> None:
    filled = fill(open_transaction, "kunming-a")
    scope = Scope(office=filled.office)
    asked_in, key = kept_device(open_transaction, filled.account)
    with open_transaction(scope) as tx:
        asked = step_up(tx.cases.get(filled.case), filled.account, asked_in)
        tx.step_ups.add(asked)

    def answered(tx: Transaction) -> bool:
        tx.narrow(scope)
        return tx.step_ups.answer(asked.id, answer_of(key, asked, at=AT))

    assert race(open_transaction, answered) == 1
    with open_transaction(scope) as tx:
        found = tx.step_ups.get(asked.id).answer
    assert found is not None
    assert (found.device, found.public_key, found.at) == (key.id, key.public, AT)


def test_an_answer_outside_its_two_minutes_is_not_taken(open_transaction: OpenTransaction) -> None:
    filled = fill(open_transaction, "kunming-a")
    asked_in, key = kept_device(open_transaction, filled.account)
    with open_transaction(Scope(office=filled.office)) as tx:
        asked = step_up(tx.cases.get(filled.case), filled.account, asked_in)
        tx.step_ups.add(asked)
        moment = timedelta(microseconds=1)
        for at in (AT - moment, asked.expires_at):
            assert not tx.step_ups.answer(asked.id, answer_of(key, asked, at=at))
        assert tx.step_ups.get(asked.id) == asked
        last = answer_of(key, asked, at=asked.expires_at - moment)
        assert tx.step_ups.answer(asked.id, last)


def test_an_answer_of_somebody_else_s_device_is_no_answer(
    open_transaction: OpenTransaction,
) -> None:
    filled = fill(open_transaction, "kunming-a")
    asked_in, _ = kept_device(open_transaction, filled.account)
    _, theirs = kept_device(open_transaction, fresh("account"))
    with open_transaction(Scope(office=filled.office)) as tx:
        asked = step_up(tx.cases.get(filled.case), filled.account, asked_in)
        tx.step_ups.add(asked)
        assert tx.step_ups.answer(asked.id, answer_of(theirs, asked, at=AT))
        with pytest.raises(StepUpNotFound):
            tx.step_ups.get(asked.id)


def answer_of(key: DeviceKey, asked: StepUp, *, at: datetime) -> StepUpAnswer:
    signature = key.sign(asked.statement)
    return StepUpAnswer(device=key.id, public_key=key.public, signature=signature, at=at)


def test_a_key_is_one_device_s_and_one_person_s(open_transaction: OpenTransaction) -> None:
    account, other = fresh("account"), fresh("account")
    asked_in, key = kept_device(open_transaction, account)
    again = replace(device(other, asked_in, key), id=DeviceId(fresh("device")))
    with open_transaction(NOBODY) as tx:
        assert not tx.devices.add(again)
        assert tx.devices.of(AccountId(other)) == []
        (kept,) = tx.devices.of(AccountId(account))
        tx.devices.revoke(kept.id, at=AT)
        tx.devices.revoke(kept.id, at=AT + timedelta(days=1))
        assert tx.devices.get(kept.id) == replace(kept, revoked_at=AT)
        assert tx.devices.get(again.id) is None


def test_a_challenge_is_nobody_else_s(open_transaction: OpenTransaction) -> None:
    filled = fill(open_transaction, "kunming-a")
    with open_transaction(Scope(office=filled.office)) as tx:
        asked = identity_challenge(tx.cases.get(filled.case))
        tx.identity_challenges.add(asked)
        with pytest.raises(ChallengeSpent):
            tx.identity_challenges.spend(asked.id, party=PartyId("another"), at=AT)
        assert tx.identity_challenges.spend(asked.id, party=asked.party, at=AT) == asked


@pytest.mark.parametrize("round_", range(5))
def test_a_code_is_spent_by_exactly_one(round_: int, open_transaction: OpenTransaction) -> None:
    sent = code(fresh("phone"))
    with open_transaction(NOBODY) as tx:
        tx.codes.add(sent)
    assert race(open_transaction, lambda tx: tx.codes.spend(sent.id, at=AT)) == 1


def test_a_code_has_as_many_tries_as_it_was_given(open_transaction: OpenTransaction) -> None:
    sent = code(fresh("phone"), tries_left=5)
    with open_transaction(NOBODY) as tx:
        tx.codes.add(sent)
    assert race(open_transaction, lambda tx: tx.codes.take_try(sent.id)) == 5


@pytest.mark.parametrize("round_", range(5))
def test_a_totp_step_is_spent_by_exactly_one(
    round_: int, open_transaction: OpenTransaction
) -> None:
    account = staff("kunming-a")
    with open_transaction(Scope(office=OfficeId("kunming-a"))) as tx:
        tx.accounts.add_staff(account)
    won = race(open_transaction, lambda tx: tx.accounts.spend_totp_step(account.id, 59_000_000))
    assert won == 1


def test_an_earlier_totp_step_is_spent_with_a_later_one(
    open_transaction: OpenTransaction,
) -> None:
    account = staff("kunming-a")
    with open_transaction(Scope(office=OfficeId("kunming-a"))) as tx:
        tx.accounts.add_staff(account)
        assert tx.accounts.spend_totp_step(account.id, 8)
        assert not tx.accounts.spend_totp_step(account.id, 7)
        assert tx.accounts.spend_totp_step(account.id, 9)
