"""The same request twice has one effect and one answer.

Invariant 12 of docs/case-lifecycle.md, as far as the database carries it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from server.cases.ids import OfficeId
from server.transaction import KeptAnswer, KeyInFlight, KeyReused, Scope
from tests.integration.db.filling import AT, fresh

if TYPE_CHECKING:
    from server.transaction import OpenTransaction, Transaction

SCOPE = Scope(office=OfficeId("kunming-a"))
ASKING = 16
ANSWER = KeptAnswer(fingerprint="f", status=201, headers={"Location": "/cases/1"}, body="{}")


def claim(
    tx: Transaction, key: str, *, caller: str = "me", fingerprint: str = "f"
) -> KeptAnswer | None:
    return tx.idempotency.claim(
        key, caller=caller, operation="createCase", fingerprint=fingerprint, at=AT
    )


def carry_out(tx: Transaction, key: str) -> None:
    tx.idempotency.keep(key, caller="me", operation="createCase", answer=ANSWER)


def test_the_answer_is_kept_with_the_effect(open_transaction: OpenTransaction) -> None:
    key = fresh("key")
    with open_transaction(SCOPE) as tx:
        assert claim(tx, key) is None
        carry_out(tx, key)
    with open_transaction(SCOPE) as tx:
        assert claim(tx, key) == ANSWER


def test_what_was_rolled_back_may_be_tried_again(open_transaction: OpenTransaction) -> None:
    key = fresh("key")
    with suppress(ZeroDivisionError), open_transaction(SCOPE) as tx:
        claim(tx, key)
        carry_out(tx, key)
        raise ZeroDivisionError
    with open_transaction(SCOPE) as tx:
        assert claim(tx, key) is None


def test_another_body_under_the_same_key_is_refused(open_transaction: OpenTransaction) -> None:
    key = fresh("key")
    with open_transaction(SCOPE) as tx:
        claim(tx, key)
        carry_out(tx, key)
    with open_transaction(SCOPE) as tx, pytest.raises(KeyReused):
        claim(tx, key, fingerprint="another")


def test_the_key_of_one_caller_says_nothing_to_another(open_transaction: OpenTransaction) -> None:
    key = fresh("key")
    with open_transaction(SCOPE) as tx:
        claim(tx, key)
        carry_out(tx, key)
    with open_transaction(SCOPE) as tx:
        assert claim(tx, key, caller="somebody else") is None


def test_whoever_comes_second_is_told_and_does_not_wait(
    open_transaction: OpenTransaction,
) -> None:
    key = fresh("key")
    with open_transaction(SCOPE) as first:
        claim(first, key)
        with open_transaction(SCOPE) as second, pytest.raises(KeyInFlight):
            claim(second, key)


def test_a_claim_without_an_answer_is_never_carried_out_again(
    open_transaction: OpenTransaction,
) -> None:
    key = fresh("key")
    with open_transaction(SCOPE) as tx:
        claim(tx, key)
    with open_transaction(SCOPE) as tx, pytest.raises(KeyInFlight):
        claim(tx, key)


@pytest.mark.parametrize("round_", range(5))
def test_of_many_at_once_exactly_one_has_the_effect(
    round_: int, open_transaction: OpenTransaction
) -> None:
    key, series = fresh("key"), fresh("series")
    together = Barrier(ASKING)

    def ask(_: int) -> str:
        together.wait()
        try:
            with open_transaction(SCOPE) as tx:
                kept = claim(tx, key)
                if kept is None:
                    tx.numbers.allot(year=2026, series=series)
                    carry_out(tx, key)
                return "done" if kept is None else "answered"
        except KeyInFlight:
            return "in flight"

    with ThreadPoolExecutor(ASKING) as threads:
        outcomes = list(threads.map(ask, range(ASKING)))
    assert outcomes.count("done") == 1
    with open_transaction(SCOPE) as tx:
        assert tx.numbers.allot(year=2026, series=series) == 2
