"""Whoever follows a ceremony is woken by what was committed, and reads what is new."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import make_url

from server.cases.ids import OfficeId
from server.ceremony.ceremony import CeremonyId
from server.ceremony.errors import CeremonyNotFound
from server.ceremony.following import HERE_FOR
from server.db.bell import Bell
from server.transaction import Scope
from tests.integration.db.filling import AT, ceremony, fresh, new_case

if TYPE_CHECKING:
    from threading import Event

    from server.ceremony.ceremony import Ceremony
    from server.transaction import OpenTransaction
    from tests.servers.postgres import Database

OFFICE = OfficeId("kunming-a")
SCOPE = Scope(office=OFFICE)
PARTY = "account-of-the-party"
PATIENCE_S = 30


@pytest.fixture
def held(open_transaction: OpenTransaction) -> Ceremony:
    case = new_case(OFFICE, PARTY)
    held = ceremony(case, PARTY)
    with open_transaction(SCOPE) as tx:
        tx.cases.add(case)
        tx.ceremonies.add(held)
    return held


def connecting(database: Database) -> psycopg.Connection:
    url = make_url(database.app_url).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def listened(rung: Event, open_transaction: OpenTransaction, held: Ceremony) -> None:
    """Ring until the listener, which begins beside us, has heard it once."""
    for _ in range(PATIENCE_S):
        happen(open_transaction, held)
        if rung.wait(1):
            rung.clear()
            return
    pytest.fail("nobody listens")


def happen(open_transaction: OpenTransaction, held: Ceremony, *, undone: bool = False) -> int:
    with open_transaction(SCOPE) as tx:
        now = tx.ceremonies.get(held.id, lock=True)
        link = now.add_event("question_asked", AT, by=PARTY, facts={})
        tx.ceremonies.save(now)
        if undone:
            raise ZeroDivisionError
    return link.index


def test_the_bell_rings_for_what_was_committed_and_for_nothing_else(
    database: Database, held: Ceremony, open_transaction: OpenTransaction
) -> None:
    bell = Bell(lambda: connecting(database))
    with bell.heard(held.id) as rung, bell.heard("another") as other:
        listened(rung, open_transaction, held)
        with pytest.raises(ZeroDivisionError):
            happen(open_transaction, held, undone=True)
        # What is undone rings nowhere: the next ring is that of the next commit.
        assert not rung.is_set()
        happen(open_transaction, held)
        assert rung.wait(PATIENCE_S)
        assert not other.is_set()


def test_a_bell_whose_line_is_lost_is_hung_up_again_by_whoever_follows_next(
    database: Database, held: Ceremony, open_transaction: OpenTransaction
) -> None:
    lines = [psycopg.OperationalError("the database restarts")]

    def connect() -> psycopg.Connection:
        if lines:
            raise lines.pop()
        return connecting(database)

    bell = Bell(connect)
    for _ in range(PATIENCE_S):
        with bell.heard(held.id) as rung:
            happen(open_transaction, held)
            if rung.wait(1):
                return
    pytest.fail("it never rang again")


def test_what_follows_a_position_is_read_in_order(
    held: Ceremony, open_transaction: OpenTransaction
) -> None:
    last = held.links[-1].index
    new = [happen(open_transaction, held), happen(open_transaction, held)]
    with open_transaction(SCOPE) as tx:
        assert [each.index for each in tx.ceremonies.links_after(held.id, last)] == new
        assert len(tx.ceremonies.links_after(held.id, -1)) == new[-1] + 1
        standing = tx.ceremonies.standing(held.id)
        whole = tx.ceremonies.get(held.id)
    assert (standing.status, list(standing.participants)) == (whole.status, whole.participants)
    assert standing.version == whole.version


def test_another_office_s_ceremony_stands_nowhere(
    held: Ceremony, open_transaction: OpenTransaction
) -> None:
    for scope, wanted in ((Scope(office=OfficeId("chengdu-b")), held.id), (SCOPE, fresh("c"))):
        with pytest.raises(CeremonyNotFound), open_transaction(scope) as tx:
            tx.ceremonies.standing(CeremonyId(wanted))


def test_being_there_is_one_row_that_is_written_again(
    held: Ceremony, open_transaction: OpenTransaction
) -> None:
    for at in (AT, AT + HERE_FOR, AT + HERE_FOR + timedelta(seconds=9)):
        with open_transaction(SCOPE) as tx:
            tx.attendances.note(held.id, tx.ceremonies.standing(held.id), PARTY, at=at)
            assert tx.attendances.seen(held.id) == {PARTY: at}
    with open_transaction(Scope(office=OfficeId("chengdu-b"))) as tx:
        assert tx.attendances.seen(held.id) == {}
