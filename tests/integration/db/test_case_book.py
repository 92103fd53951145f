"""A case comes back from the database as it went in, or the change is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text

from server.cases.case import Case
from server.cases.errors import CaseNotFound, StaleVersion
from server.cases.ids import AccountId, CaseId, ConsentId, MaterialId, OfficeId, PartyId
from server.cases.status import CaseStatus
from server.db.errors import ScopeWidened
from server.transaction import Scope
from tests.integration.db.any_value import any_value
from tests.integration.db.filling import AT, CANARY, applicant, fill, fresh, full_case, new_case

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.transaction import OpenTransaction

OFFICE = OfficeId("kunming-a")
OFFICE_SCOPE = Scope(office=OFFICE)


def stored(case: Case, open_transaction: OpenTransaction) -> Case:
    with open_transaction(OFFICE_SCOPE) as tx:
        tx.cases.add(case)
    with open_transaction(OFFICE_SCOPE) as tx:
        return tx.cases.get(case.id)


def test_a_case_in_which_every_field_speaks_comes_back_equal(
    open_transaction: OpenTransaction,
) -> None:
    case = full_case(OFFICE, fresh("account"))
    assert stored(case, open_transaction) == case


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(drawn=any_value(Case))
def test_any_case_comes_back_equal(drawn: Case, open_transaction: OpenTransaction) -> None:
    """Whatever the annotations allow, the books keep."""
    drawn.id, drawn.office, drawn.pending = CaseId(fresh("case")), OFFICE, []
    drawn.parties = [replace(p, id=PartyId(fresh("party"))) for p in drawn.parties]
    drawn.consents = [replace(c, id=ConsentId(fresh("consent"))) for c in drawn.consents]
    drawn.materials = [replace(m, id=MaterialId(fresh("material"))) for m in drawn.materials]
    assert stored(drawn, open_transaction) == drawn


def test_a_saved_case_has_what_was_changed_removed_and_added(
    open_transaction: OpenTransaction,
) -> None:
    case = full_case(OFFICE, fresh("account"))
    stored(case, open_transaction)
    with open_transaction(OFFICE_SCOPE) as tx:
        mine = tx.cases.get(case.id, lock=True)
        mine.status = CaseStatus.ACCEPTED
        mine.parties = [applicant(fresh("account")), mine.parties[0]]
        mine.materials = mine.materials[::-1][:-1]
        tx.cases.save(mine)
    with open_transaction(OFFICE_SCOPE) as tx:
        assert tx.cases.get(case.id) == mine


def test_the_second_of_two_people_who_changed_a_case_is_told(
    open_transaction: OpenTransaction,
) -> None:
    case = new_case(OFFICE, fresh("account"))
    stored(case, open_transaction)
    with open_transaction(OFFICE_SCOPE) as tx:
        first, second = tx.cases.get(case.id), tx.cases.get(case.id)
    first.delivered_copies, second.delivered_copies = 1, 2
    with open_transaction(OFFICE_SCOPE) as tx:
        tx.cases.save(first)
    with pytest.raises(StaleVersion), open_transaction(OFFICE_SCOPE) as tx:
        tx.cases.save(second)
    with open_transaction(OFFICE_SCOPE) as tx:
        assert tx.cases.get(case.id).delivered_copies == 1


def test_a_case_of_another_office_is_not_found(open_transaction: OpenTransaction) -> None:
    case = new_case(OFFICE, fresh("account"))
    stored(case, open_transaction)
    with open_transaction(Scope(office=OfficeId("chengdu-b"))) as tx:
        with pytest.raises(CaseNotFound):
            tx.cases.get(case.id)
        with pytest.raises(CaseNotFound):
            tx.case_lists.office_of(case.id)


def test_an_applicant_opens_a_case_and_goes_on_in_it(open_transaction: OpenTransaction) -> None:
    account = AccountId(fresh("account"))
    case = full_case(OFFICE, account)
    with open_transaction(Scope(account=account)) as tx:
        tx.cases.add(case)
        assert tx.cases.get(case.id) == case
    with open_transaction(Scope(account=account)) as tx:
        assert tx.case_lists.office_of(case.id) == OFFICE
        tx.narrow(Scope(office=OFFICE, account=account, case=case.id))
        mine = tx.cases.get(case.id, lock=True)
        mine.delivered_copies = 7
        tx.cases.save(mine)
        assert [e.kind for e in tx.cases.events(case.id)] == ["submit", "accept"]


def test_an_applicant_outside_the_case_does_not_get_half_of_it(
    open_transaction: OpenTransaction,
) -> None:
    account = AccountId(fresh("account"))
    case = full_case(OFFICE, account)
    stored(case, open_transaction)
    with open_transaction(Scope(account=account)) as tx, pytest.raises(CaseNotFound):
        tx.cases.get(case.id)


def test_an_applicant_does_not_find_the_case_of_somebody_else(
    open_transaction: OpenTransaction,
) -> None:
    case = full_case(OFFICE, fresh("account"))
    stored(case, open_transaction)
    stranger = Scope(office=OFFICE, account=AccountId(fresh("account")), case=case.id)
    with open_transaction(stranger) as tx, pytest.raises(CaseNotFound):
        tx.cases.get(case.id)


@pytest.mark.parametrize(
    "wider",
    [
        # Lifting the limit of the office.
        Scope(account=AccountId("a"), case=CaseId("c")),
        # Becoming staff.
        Scope(office=OFFICE, case=CaseId("c")),
        # Moving on to another case.
        Scope(office=OFFICE, account=AccountId("a"), case=CaseId("d")),
    ],
)
def test_a_transaction_never_sees_more_than_it_was_opened_for(
    wider: Scope, open_transaction: OpenTransaction
) -> None:
    narrow = Scope(office=OFFICE, account=AccountId("a"), case=CaseId("c"))
    with open_transaction(narrow) as tx, pytest.raises(ScopeWidened):
        tx.narrow(wider)


def test_lists_page_from_the_newest_on_without_loss_or_repetition(
    open_transaction: OpenTransaction,
) -> None:
    office = OfficeId("paging-c")
    account = AccountId(fresh("account"))
    cases = [new_case(office, account) for _ in range(7)]
    with open_transaction(Scope(office=office)) as tx:
        for case in cases:
            tx.cases.add(case)
    seen: list[str] = []
    after = None
    with open_transaction(Scope(account=account)) as tx:
        while page := tx.case_lists.page(status="draft", after=after, limit=3):
            seen += [summary.id for summary in page]
            after = (page[-1].created_at, page[-1].id)
    assert seen == sorted((c.id for c in cases), reverse=True)


def test_standing_names_the_cases_in_a_status(open_transaction: OpenTransaction) -> None:
    office = OfficeId("standing-d")
    waiting = new_case(office, "a", status=CaseStatus.APPROVED)
    with open_transaction(Scope(office=office)) as tx:
        tx.cases.add(waiting)
        tx.cases.add(new_case(office, "a"))
        assert list(tx.cases.standing(CaseStatus.APPROVED)) == [waiting.id]


def test_nothing_said_by_or_about_a_person_is_readable_in_the_database(
    open_transaction: OpenTransaction, owner_engine: Engine
) -> None:
    filled = fill(open_transaction, OFFICE)
    with owner_engine.begin() as owner:
        # The owner too is behind the wall, so it is taken down for this look.
        tables = list(
            owner.exec_driver_sql(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace IN"
                " ('public'::regnamespace, 'jobs'::regnamespace)"
            ).scalars()
        )
        found: dict[str, list[str]] = {}
        rows = 0
        for table in tables:
            owner.exec_driver_sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            texts = owner.execute(text(f"SELECT t::text FROM {table} AS t")).scalars().all()  # noqa: S608  # names from the catalogue
            rows += len(texts)
            readable = [t for t in texts if CANARY in t or CANARY.encode().hex() in t]
            found |= {table: readable} if readable else {}
            owner.exec_driver_sql(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        owner.rollback()
    assert rows > len(tables)  # or nothing was looked at
    assert filled.case.startswith("case-")
    assert found == {}


def test_times_come_back_in_utc(open_transaction: OpenTransaction) -> None:
    case = stored(new_case(OFFICE, "a"), open_transaction)
    assert case.milestones.created_at == AT
    assert case.milestones.created_at.utcoffset() == AT.utcoffset()


def test_a_case_that_is_being_changed_is_never_read_in_halves(
    open_transaction: OpenTransaction,
) -> None:
    case = new_case(OFFICE, fresh("account"), delivered_copies=1)
    stored(case, open_transaction)
    changed = Event()

    def change() -> None:
        for n in range(1, 60):
            with open_transaction(OFFICE_SCOPE) as tx:
                mine = tx.cases.get(case.id, lock=True)
                mine.parties = [applicant(fresh("account")) for _ in range(n % 3 + 1)]
                mine.delivered_copies = n % 3 + 1
                tx.cases.save(mine)
        changed.set()

    with ThreadPoolExecutor(1) as writer:
        writing = writer.submit(change)
        looks = set()
        while not changed.is_set() and not writing.done():
            with open_transaction(OFFICE_SCOPE) as tx:
                seen = tx.cases.get(case.id)
            looks.add((len(seen.parties), seen.delivered_copies))
        writing.result()
    assert looks <= {(1, 1), (2, 2), (3, 3)}
    assert len(looks) > 1  # or nobody changed anything meanwhile
