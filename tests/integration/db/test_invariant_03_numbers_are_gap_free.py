"""Invariant 3 of docs/case-lifecycle.md: numbers are gap-free and unique, whatever is rolled back.

Eight processes allot ten thousand numbers of one office, year and series on a
real PostgreSQL. About one transaction in ten is undone after it was given a
number, some by an error and some by losing the connection. Commits do not wait
for the disk here: what a power cut leaves is another question, and this one
takes a third of the time.
"""

from __future__ import annotations

import multiprocessing
import random
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy.exc import IntegrityError

from server.cases.ids import OfficeId
from server.db.engine import make_engine
from server.db.secrets import FieldCipher, FieldKeys
from server.db.work import driver_connection, open_transaction
from server.tasks.queue import queue_on
from server.transaction import Scope
from tests.integration.db.filling import AT, certificate, new_case

if TYPE_CHECKING:
    from server.transaction import OpenTransaction
    from tests.servers.postgres import Database

PROCESSES: Final = 8
NUMBERS: Final = 10_000
OFFICE: Final = OfficeId("kunming-a")
KEYS: Final = FieldKeys(current="k", keys={"k": b"k" * 32}, index_key=b"i" * 32)


class ChangedItsMind(Exception):
    """Stands for whatever fails after the number was allotted."""


def change_mind() -> None:
    raise ChangedItsMind


def allot_many(url: str, seed: int, wanted: int) -> tuple[list[int], int]:
    """Return the numbers whose transaction was committed, and how many were undone."""
    fate = random.Random(seed)  # noqa: S311  # the same run again, not a secret
    engine = make_engine(url, pool_size=1)
    work = open_transaction(engine, cipher=FieldCipher(KEYS), now=lambda: AT, queue_on=queue_on())
    kept: list[int] = []
    undone = 0
    while len(kept) < wanted:
        ends_badly = fate.random() < 0.1
        try:
            with work(Scope(office=OFFICE)) as tx:
                number = tx.numbers.allot(year=2026, series="外")
                if ends_badly:
                    change_mind()
        except ChangedItsMind:
            undone += 1
        else:
            kept.append(number)
        if ends_badly and fate.random() < 0.05:
            undone += lose_connection_after_allotting(url)
    engine.dispose()
    return kept, undone


def lose_connection_after_allotting(url: str) -> int:
    engine = make_engine(url, pool_size=1)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT set_config('feigui.office', 'kunming-a', true)")
        connection.exec_driver_sql(
            "UPDATE number_series SET last = last + 1 WHERE office = 'kunming-a'"
        )
        driver_connection(connection).close()
        connection.invalidate()
    engine.dispose()
    return 1


@pytest.mark.slow
def test_eight_processes_allot_ten_thousand_numbers_without_a_gap_or_a_twin(
    database: Database,
) -> None:
    owner = database.as_owner()
    with owner.begin() as connection:
        name = database.access.database
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    owner.dispose()
    share = NUMBERS // PROCESSES
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES) as processes:
        results = processes.starmap(
            allot_many, [(database.app_url, seed, share) for seed in range(PROCESSES)]
        )
    allotted = sorted(number for kept, _ in results for number in kept)
    assert sum(undone for _, undone in results) > NUMBERS // 20  # or nothing was tested
    assert allotted == list(range(1, NUMBERS + 1))


def test_every_office_year_and_series_counts_for_itself(
    open_transaction: OpenTransaction,
) -> None:
    with open_transaction(Scope(office=OfficeId("office-x"))) as tx:
        assert tx.numbers.allot(year=2026, series="外") == 1
        assert tx.numbers.allot(year=2026, series="外") == 2
        assert tx.numbers.allot(year=2027, series="外") == 1
        assert tx.numbers.allot(year=2026, series="内") == 1
    with open_transaction(Scope(office=OfficeId("office-y"))) as tx:
        assert tx.numbers.allot(year=2026, series="外") == 1


def test_the_same_number_cannot_stand_on_two_certificates(
    open_transaction: OpenTransaction,
) -> None:
    scope = Scope(office=OFFICE)
    case = new_case(OFFICE, "a")
    with open_transaction(scope) as tx:
        tx.cases.add(case)
        tx.certificates.add(certificate(case, 1))
    with (
        pytest.raises(IntegrityError, match="certificates_office_year_series_sequence_key"),
        open_transaction(scope) as tx,
    ):
        tx.certificates.add(certificate(case, 1))
