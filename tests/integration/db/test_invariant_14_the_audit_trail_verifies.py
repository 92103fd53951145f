"""Who changes or cuts the trail of a case is noticed by the next who reads it.

Invariant 14 of docs/case-lifecycle.md.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.cases.ids import AccountId, OfficeId
from server.db.errors import AuditBroken
from server.transaction import Scope
from tests.integration.db.filling import fresh, full_case, new_case

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.cases.case import Case
    from server.transaction import OpenTransaction

OFFICE = OfficeId("kunming-a")
SCOPE = Scope(office=OFFICE)
NOTARY = AccountId("notary-1")


def note_read(case: Case, field: str, open_transaction: OpenTransaction) -> None:
    with open_transaction(SCOPE) as tx:
        tx.sensitive_reads.put_on_record(
            case.id, field=field, subject=case.parties[0].id, by=NOTARY
        )


def kinds(case: Case, open_transaction: OpenTransaction) -> list[str]:
    with open_transaction(SCOPE) as tx:
        return [event.kind for event in tx.cases.events(case.id)]


@pytest.fixture
def case(open_transaction: OpenTransaction) -> Case:
    """A case with two events and two sensitive reads on its trail."""
    case = full_case(OFFICE, fresh("account"))
    with open_transaction(SCOPE) as tx:
        tx.cases.add(case)
    note_read(case, "id_number", open_transaction)
    note_read(case, "phone", open_transaction)
    return case


def test_every_read_of_a_sensitive_field_leaves_a_link(
    case: Case, open_transaction: OpenTransaction
) -> None:
    with open_transaction(SCOPE) as tx:
        events = tx.cases.events(case.id)
    assert [e.kind for e in events] == ["submit", "accept", "sensitive_read", "sensitive_read"]
    assert events[2].actor == NOTARY
    assert events[2].facts == {"field": "id_number", "subject": case.parties[0].id}


def test_a_read_that_was_rolled_back_left_nothing(
    case: Case, open_transaction: OpenTransaction
) -> None:
    with suppress(ZeroDivisionError), open_transaction(SCOPE) as tx:
        tx.sensitive_reads.put_on_record(case.id, field="name", subject="p", by=NOTARY)
        raise ZeroDivisionError
    assert len(kinds(case, open_transaction)) == 4


def test_readers_at_the_same_time_make_one_chain(open_transaction: OpenTransaction) -> None:
    case = new_case(OFFICE, fresh("account"))
    with open_transaction(SCOPE) as tx:
        tx.cases.add(case)
    with ThreadPoolExecutor(8) as readers:
        list(readers.map(lambda n: note_read(case, f"f{n}", open_transaction), range(40)))
    assert kinds(case, open_transaction) == ["sensitive_read"] * 40


def test_reading_first_and_changing_first_do_not_block_each_other_for_ever(
    open_transaction: OpenTransaction,
) -> None:
    case = new_case(OFFICE, fresh("account"))
    with open_transaction(SCOPE) as tx:
        tx.cases.add(case)

    def read_then_change(_: int) -> None:
        with open_transaction(SCOPE) as tx:
            tx.sensitive_reads.put_on_record(case.id, field="f", subject="p", by=NOTARY)
            tx.cases.save(tx.cases.get(case.id, lock=True))

    def change_then_read(_: int) -> None:
        with open_transaction(SCOPE) as tx:
            tx.cases.save(tx.cases.get(case.id, lock=True))
            tx.sensitive_reads.put_on_record(case.id, field="f", subject="p", by=NOTARY)

    with ThreadPoolExecutor(8) as people:
        either = [read_then_change, change_then_read]
        list(people.map(lambda n: either[n % 2](n), range(40)))
    assert len(kinds(case, open_transaction)) == 40


@pytest.mark.parametrize(
    "forgery",
    [
        # A fact is altered.
        'UPDATE audit_log SET facts = \'{"field": "name"}\' WHERE position = 2',
        # Somebody else is said to have done it.
        "UPDATE audit_log SET actor = 'somebody' WHERE position = 0",
        # It is said to have happened at another time.
        "UPDATE audit_log SET at = at + interval '1 microsecond' WHERE position = 1",
        # A link in the middle is taken out.
        "DELETE FROM audit_log WHERE position = 1",
        # The end is cut off.
        "DELETE FROM audit_log WHERE position = 3",
        # Everything is gone.
        "DELETE FROM audit_log",
    ],
)
def test_a_forged_trail_is_not_read(
    forgery: str, case: Case, open_transaction: OpenTransaction, owner_engine: Engine
) -> None:
    where = " AND " if "WHERE" in forgery else " WHERE "
    with owner_engine.begin() as forger:
        # Whoever owns the table can take the guard away; the chain remains.
        forger.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER USER")
        forger.exec_driver_sql("ALTER TABLE audit_log NO FORCE ROW LEVEL SECURITY")
        changed = forger.execute(text(f"{forgery}{where}case_id = :case"), {"case": case.id})
        forger.exec_driver_sql("ALTER TABLE audit_log FORCE ROW LEVEL SECURITY")
        forger.exec_driver_sql("ALTER TABLE audit_log ENABLE TRIGGER USER")
    assert changed.rowcount > 0  # or nothing was forged
    with open_transaction(SCOPE) as tx, pytest.raises(AuditBroken):
        tx.cases.events(case.id)


def test_a_trail_of_another_case_does_not_fit(
    case: Case, open_transaction: OpenTransaction, owner_engine: Engine
) -> None:
    bare = new_case(OFFICE, fresh("account"))
    with open_transaction(SCOPE) as tx:
        tx.cases.add(bare)
    with owner_engine.begin() as forger:
        for table in ("audit_log", "audit_heads"):
            forger.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            forger.exec_driver_sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            forger.execute(
                text(f"UPDATE {table} SET case_id = :bare WHERE case_id = :case"),  # noqa: S608  # names from above
                {"bare": bare.id, "case": case.id},
            )
            forger.exec_driver_sql(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            forger.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    with open_transaction(SCOPE) as tx, pytest.raises(AuditBroken):
        tx.cases.events(bare.id)


@pytest.mark.parametrize(
    "change",
    ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"],
)
def test_even_the_owner_does_not_change_the_trail_by_mistake(
    change: str, case: Case, owner_engine: Engine
) -> None:
    with owner_engine.connect() as owner:
        owner.execute(text("SELECT set_config('feigui.office', :o, true)"), {"o": case.office})
        with pytest.raises(DBAPIError, match="only ever appended"):
            owner.exec_driver_sql(change)
