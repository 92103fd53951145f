"""What may be used once is used once, however many ask at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from server.cases.errors import ChallengeSpent
from server.cases.ids import OfficeId, PartyId
from server.transaction import NOBODY, Scope
from tests.integration.db.filling import (
    AT,
    code,
    fill,
    fresh,
    identity_challenge,
    session,
    staff,
)

if TYPE_CHECKING:
    from collections.abc import Callable

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
