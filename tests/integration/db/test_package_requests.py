"""Requests of packages: one open at a time, words encrypted, seen by office and asker alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from server.cases.ids import AccountId, CaseId, OfficeId
from server.register.errors import PackageNotFound, PackageUnderWay
from server.register.package_requests import PackageId, made, taken_up
from server.transaction import NOBODY, Scope
from tests.integration.db.filling import AT, CANARY, fill, fresh, step_up

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.cases.ids import AccountId as Account
    from server.register.package_requests import PackageRequest
    from server.transaction import OpenTransaction
    from tests.integration.db.filling import Filled

OFFICE = OfficeId("kunming-a")
WEEK = timedelta(days=7)


@pytest.fixture
def filled(open_transaction: OpenTransaction) -> Filled:
    return fill(open_transaction, OFFICE)


def the_request(open_transaction: OpenTransaction, case: CaseId) -> PackageRequest:
    with open_transaction(Scope(office=OFFICE)) as tx:
        (issued,) = tx.certificates.of_case(case)
        (asked,) = tx.package_requests.of_certificate(issued.id)
    return asked


def another(
    open_transaction: OpenTransaction, asked: PackageRequest, account: Account
) -> PackageRequest:
    """Return a further request, agreed to by ``account``, that is on record nowhere."""
    with open_transaction(Scope(office=OFFICE)) as tx:
        before = tx.step_ups.get(asked.step_up)  # type: ignore[arg-type]  # ids are texts there
        case = tx.cases.get(CaseId(asked.case))
        agreed = step_up(case, account, before.session)  # type: ignore[arg-type]  # likewise
        tx.step_ups.add(agreed)
    return replace(asked, id=PackageId(fresh("package")), account=account, step_up=agreed.id)


def test_one_account_waits_for_one_package_of_a_certificate(
    open_transaction: OpenTransaction, filled: Filled
) -> None:
    asked = the_request(open_transaction, filled.case)
    second = another(open_transaction, asked, AccountId(asked.account))
    with (
        pytest.raises(PackageUnderWay),
        open_transaction(Scope(office=OFFICE)) as tx,
    ):
        tx.package_requests.add(second)
    # Somebody else's is nobody's hindrance.
    with open_transaction(Scope(office=OFFICE)) as tx:
        tx.package_requests.add(another(open_transaction, asked, AccountId(fresh("account"))))
    # And once the first is made, the next may be asked for.
    ready = made(taken_up(asked), "7" * 64, size=7, at=AT, keep=WEEK)
    with open_transaction(Scope(office=OFFICE)) as tx:
        tx.package_requests.save(ready)
        tx.package_requests.add(second)
        assert tx.package_requests.get(asked.id, lock=True) == ready
        since = asked.asked_at - timedelta(seconds=1)
        assert tx.package_requests.asked_since(asked.account, since) == 2
        assert tx.package_requests.asked_since(asked.account, asked.asked_at) == 0


def test_one_answer_bears_one_package(open_transaction: OpenTransaction, filled: Filled) -> None:
    asked = the_request(open_transaction, filled.case)
    again = replace(asked, id=PackageId(fresh("package")), account=fresh("account"))
    with pytest.raises(PackageUnderWay), open_transaction(Scope(office=OFFICE)) as tx:
        tx.package_requests.add(again)


def test_a_party_sees_what_it_asked_for_and_nobody_else_s(
    open_transaction: OpenTransaction, filled: Filled
) -> None:
    asked = the_request(open_transaction, filled.case)
    of_office = another(open_transaction, asked, AccountId(fresh("account")))
    inside = Scope(office=OFFICE, account=AccountId(asked.account), case=filled.case)
    with open_transaction(Scope(office=OFFICE)) as tx:
        tx.package_requests.add(of_office)
    with open_transaction(inside) as tx:
        assert tx.package_requests.of_certificate(asked.certificate) == [asked]
        with pytest.raises(PackageNotFound):
            tx.package_requests.get(of_office.id)
    # Another office, nobody, and the same party outside the case.
    for scope in (Scope(office=OfficeId("hekou-b")), NOBODY, replace(inside, case=None)):
        with open_transaction(scope) as tx, pytest.raises(PackageNotFound):
            tx.package_requests.get(asked.id)


def test_what_a_person_wrote_is_not_readable_in_the_table(
    open_transaction: OpenTransaction, filled: Filled, app_engine: Engine
) -> None:
    asked = the_request(open_transaction, filled.case)
    assert CANARY in str(asked.why.reference)
    with app_engine.connect() as connection:
        connection.execute(
            text("SELECT set_config('feigui.office', :office, true)"), {"office": OFFICE}
        )
        row = connection.execute(
            text("SELECT * FROM package_requests WHERE id = :id"), {"id": asked.id}
        ).one()
    assert CANARY.encode() not in b"".join(
        bytes(v) for v in row if isinstance(v, bytes | memoryview)
    )
    assert CANARY not in str([v for v in row if isinstance(v, str)])


def test_who_asked_and_for_what_is_never_changed(
    open_transaction: OpenTransaction, filled: Filled, app_engine: Engine
) -> None:
    asked = the_request(open_transaction, filled.case)
    for column in ("account", "purpose", "step_up", "words"):
        with (
            app_engine.connect() as connection,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            connection.execute(
                text(f"UPDATE package_requests SET {column} = {column} WHERE id = :id"),  # noqa: S608  # names from above
                {"id": asked.id},
            )


def test_those_whose_days_are_over_are_found_and_shared_bytes_are_told(
    open_transaction: OpenTransaction, filled: Filled
) -> None:
    asked = the_request(open_transaction, filled.case)
    twin = another(open_transaction, asked, AccountId(fresh("account")))
    over, kept = (
        made(taken_up(each), asked.id.encode().hex()[:64], size=7, at=AT, keep=keep)
        for each, keep in ((asked, WEEK), (twin, 2 * WEEK))
    )
    with open_transaction(Scope(office=OFFICE)) as tx:
        tx.package_requests.add(twin)
        tx.package_requests.save(over)
        assert not tx.package_requests.is_kept_for_another(over)
        tx.package_requests.save(kept)
        assert tx.package_requests.is_kept_for_another(over)
        assert over in tx.package_requests.over(at=AT + WEEK, limit=1000)
        assert kept not in tx.package_requests.over(at=AT + WEEK, limit=1000)
        assert over not in tx.package_requests.over(at=AT, limit=1000)
