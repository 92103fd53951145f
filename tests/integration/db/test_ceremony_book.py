"""A ceremony is stored link by link, and nothing that was stored ever changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from server.cases.errors import StaleVersion
from server.cases.ids import OfficeId
from server.ceremony.ceremony import CeremonyId
from server.ceremony.errors import CeremonyNotFound, ChainBroken
from server.ceremony.status import Step
from server.transaction import Scope
from tests.integration.db.filling import AT, DIGEST, ceremony, fresh, new_case, segment

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.ceremony.ceremony import Ceremony
    from server.transaction import OpenTransaction

OFFICE = OfficeId("kunming-a")
SCOPE = Scope(office=OFFICE)
PARTY = "account-of-the-party"


@pytest.fixture
def held(open_transaction: OpenTransaction) -> Ceremony:
    case = new_case(OFFICE, PARTY)
    held = ceremony(case, PARTY)
    with open_transaction(SCOPE) as tx:
        tx.cases.add(case)
        tx.ceremonies.add(held)
    return held


def test_a_ceremony_comes_back_equal(held: Ceremony, open_transaction: OpenTransaction) -> None:
    with open_transaction(SCOPE) as tx:
        assert tx.ceremonies.get(held.id) == held
        assert tx.ceremonies.of_case(held.case) == [held]


def test_saving_appends_what_is_new(held: Ceremony, open_transaction: OpenTransaction) -> None:
    with open_transaction(SCOPE) as tx:
        going_on = tx.ceremonies.get(held.id, lock=True)
        going_on.add_segment(segment(PARTY, 2, DIGEST), AT)
        for step in (Step.CONFIRM_IDENTITIES, Step.COMPLETE):
            going_on.take(step, by="notary-1", at=AT)
        tx.ceremonies.save(going_on)
    with open_transaction(SCOPE) as tx:
        again = tx.ceremonies.get(held.id)
    assert again == going_on
    assert len(again.segments) == 3
    assert again.head != held.head


def test_of_two_who_add_to_the_same_ceremony_one_is_told(
    held: Ceremony, open_transaction: OpenTransaction
) -> None:
    with open_transaction(SCOPE) as tx:
        first, second = tx.ceremonies.get(held.id), tx.ceremonies.get(held.id)
    for each in (first, second):
        each.add_segment(segment(PARTY, 2, DIGEST), AT)
    with open_transaction(SCOPE) as tx:
        tx.ceremonies.save(first)
    with pytest.raises(StaleVersion), open_transaction(SCOPE) as tx:
        tx.ceremonies.save(second)


@pytest.mark.parametrize(
    "forgery",
    [
        # A time is altered.
        "UPDATE ceremony_links SET at = '2026-01-01T00:00:00+00:00' WHERE index = 1",
        # A digest inside a link is altered.
        'UPDATE ceremony_links SET body = body || \'{"sha256": "00"}\' WHERE index = 3',
        # A link is taken out of the middle.
        "DELETE FROM ceremony_links WHERE index = 2",
    ],
)
def test_a_forged_chain_is_not_read(
    forgery: str, held: Ceremony, open_transaction: OpenTransaction, owner_engine: Engine
) -> None:
    with owner_engine.begin() as forger:
        forger.exec_driver_sql("ALTER TABLE ceremony_links DISABLE TRIGGER USER")
        forger.exec_driver_sql("ALTER TABLE ceremony_links NO FORCE ROW LEVEL SECURITY")
        changed = forger.execute(text(f"{forgery} AND ceremony_id = :held"), {"held": held.id})
        forger.exec_driver_sql("ALTER TABLE ceremony_links FORCE ROW LEVEL SECURITY")
        forger.exec_driver_sql("ALTER TABLE ceremony_links ENABLE TRIGGER USER")
    assert changed.rowcount == 1
    with open_transaction(SCOPE) as tx, pytest.raises(ChainBroken):
        tx.ceremonies.get(held.id)


def test_a_ceremony_nobody_planned_is_not_found(open_transaction: OpenTransaction) -> None:
    with open_transaction(SCOPE) as tx, pytest.raises(CeremonyNotFound):
        tx.ceremonies.get(CeremonyId(fresh("ceremony")))
