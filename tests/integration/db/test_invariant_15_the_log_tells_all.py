"""Every certificate has its entries in the log and every entry its certificate.

Invariant 15 of docs/case-lifecycle.md: both are committed, or neither is.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from esign.transparency.frontier import Frontier
from esign.transparency.merkle import leaf_hash, root_hash
from server.cases.ids import OfficeId
from server.db.migrating import downgrade, revisions, upgrade
from server.register.certificates import CertificateKind, CertificateStatus
from server.register.errors import LogDamaged
from server.register.log_entries import LogKind, mark_of, read_entry
from server.transaction import NOBODY, Scope
from tests.integration.db.filling import AT, certificate, fresh, new_case

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.register.certificates import Certificate
    from server.register.log_state import LoggedEntry
    from server.transaction import OpenTransaction

OFFICES = ("kunming-a", "chengdu-b")


def issued(
    open_transaction: OpenTransaction, office: str = OFFICES[0], **changes: object
) -> Certificate:
    case = new_case(OfficeId(office), fresh("account"))
    with open_transaction(Scope(office=OfficeId(office))) as tx:
        tx.cases.add(case)
        made = certificate(case, tx.numbers.allot(year=2026, series="外"), **changes)
        tx.certificates.add(made)
    return made


def intended(open_transaction: OpenTransaction) -> Certificate:
    return issued(
        open_transaction,
        status=CertificateStatus.INTENDED,
        prepared_sha256=None,
        sealed_sha256=None,
        deed_sha256=None,
        sealed_at=None,
    )


def save(open_transaction: OpenTransaction, made: Certificate) -> None:
    with open_transaction(Scope(office=OfficeId(made.office))) as tx:
        tx.certificates.save(made)


def logged(open_transaction: OpenTransaction, made: Certificate) -> list[LoggedEntry]:
    with open_transaction(NOBODY) as tx:
        return tx.transparency_log.of_certificate(made.id)


def whole_log(open_transaction: OpenTransaction) -> list[LoggedEntry]:
    with open_transaction(NOBODY) as tx:
        log = tx.transparency_log
        return log.entries(0, log.size())


def kinds(entries: list[LoggedEntry]) -> list[LogKind]:
    return [read_entry(each.content).kind for each in entries]


def test_what_becomes_of_a_certificate_is_logged_step_by_step(
    open_transaction: OpenTransaction,
) -> None:
    made = intended(open_transaction)
    assert logged(open_transaction, made) == []
    sealed = replace(
        made, status=CertificateStatus.VALID, sealed_sha256=fresh("sealed"), sealed_at=AT
    )
    for after in (
        replace(made, prepared_sha256="a" * 64),
        sealed,
        replace(sealed, supplemented_by="another"),
        replace(sealed, status=CertificateStatus.PARTLY_REVOKED, ended_at=AT),
        replace(sealed, status=CertificateStatus.REVOKED, ended_at=AT),
    ):
        save(open_transaction, after)
    entries = logged(open_transaction, made)
    assert kinds(entries) == [LogKind.ISSUE, LogKind.PARTIAL_REVOCATION, LogKind.REVOCATION]
    first = read_entry(entries[0].content)
    assert (first.certificate, first.sealed_sha256, first.office, first.related) == (
        mark_of(made.public_id),
        sealed.sealed_sha256,
        OFFICES[0],
        None,
    )
    assert first.at == AT.astimezone(UTC).replace(microsecond=0)


def test_a_number_that_was_never_used_is_logged_as_void(open_transaction: OpenTransaction) -> None:
    made = intended(open_transaction)
    save(open_transaction, replace(made, status=CertificateStatus.VOIDED, ended_at=AT))
    (entry,) = logged(open_transaction, made)
    said = read_entry(entry.content)
    assert (said.kind, said.sealed_sha256) == (LogKind.VOID, None)


@pytest.mark.parametrize(
    ("kind", "logged_as"),
    [
        (CertificateKind.CORRECTED, LogKind.CORRECTION),
        (CertificateKind.SUPPLEMENTARY, LogKind.SUPPLEMENT),
        (CertificateKind.ENFORCEMENT, LogKind.ENFORCEMENT),
    ],
)
def test_a_certificate_about_another_names_it_by_its_mark(
    open_transaction: OpenTransaction, kind: CertificateKind, logged_as: LogKind
) -> None:
    first = issued(open_transaction)
    second = issued(open_transaction, kind=kind, relates_to=first.number.text)
    (entry,) = logged(open_transaction, second)
    said = read_entry(entry.content)
    assert (said.kind, said.related) == (logged_as, mark_of(first.public_id))


def test_a_certificate_that_gave_way_names_the_one_that_took_its_place(
    open_transaction: OpenTransaction,
) -> None:
    old, new = issued(open_transaction), issued(open_transaction)
    save(
        open_transaction,
        replace(
            old,
            status=CertificateStatus.SUPERSEDED,
            successor=new.number.text,
            ended_at=AT,
        ),
    )
    said = read_entry(logged(open_transaction, old)[-1].content)
    assert (said.kind, said.related) == (LogKind.SUPERSESSION, mark_of(new.public_id))


def test_a_transaction_that_is_undone_leaves_no_entry_and_no_gap(
    open_transaction: OpenTransaction,
) -> None:
    before = whole_log(open_transaction)
    case = new_case(OfficeId(OFFICES[0]), fresh("account"))

    def crash() -> None:
        with open_transaction(Scope(office=OfficeId(OFFICES[0]))) as tx:
            tx.cases.add(case)
            tx.certificates.add(certificate(case, tx.numbers.allot(year=2026, series="外")))
            assert tx.transparency_log.size() == len(before) + 1
            raise LogDamaged

    with pytest.raises(LogDamaged):
        crash()
    assert whole_log(open_transaction) == before
    issued(open_transaction)
    assert [e.index for e in whole_log(open_transaction)] == list(range(len(before) + 1))


def test_offices_that_issue_at_once_share_one_log_without_gaps(
    open_transaction: OpenTransaction,
) -> None:
    before, together = len(whole_log(open_transaction)), threading.Barrier(4)

    def many(worker: int) -> list[Certificate]:
        together.wait(30)
        return [issued(open_transaction, OFFICES[worker % 2]) for _ in range(8)]

    with ThreadPoolExecutor(4) as pool:
        made = [each for batch in pool.map(many, range(4)) for each in batch]
    entries = whole_log(open_transaction)
    assert [e.index for e in entries] == list(range(before + 32))
    assert {read_entry(e.content).certificate for e in entries[before:]} == {
        mark_of(each.public_id) for each in made
    }


def test_the_tree_in_the_database_is_that_of_its_entries(open_transaction: OpenTransaction) -> None:
    issued(open_transaction)
    entries = whole_log(open_transaction)
    assert [e.hash for e in entries] == [leaf_hash(e.content) for e in entries]
    with open_transaction(NOBODY) as tx:
        root = root_hash(len(entries), tx.transparency_log.node)
    assert root == Frontier().grown(e.hash for e in entries).root


def test_a_hash_that_is_missing_is_damage_and_never_guessed(
    open_transaction: OpenTransaction,
) -> None:
    with open_transaction(NOBODY) as tx, pytest.raises(LogDamaged):
        tx.transparency_log.node(3, 10_000)


def refused(engine: Engine, *statements: str, why: str) -> None:
    """Run ``statements`` in one transaction, as the platform for one office and its log."""

    def run() -> None:
        with engine.begin() as connection:
            for setting, value in (("office", OFFICES[0]), ("sought", "transparency-log")):
                connection.execute(
                    text("SELECT set_config(:n, :v, true)"),
                    {"n": f"feigui.{setting}", "v": value},
                )
            for statement in statements:
                connection.exec_driver_sql(statement)

    with pytest.raises(DBAPIError, match=why):
        run()


def test_the_database_takes_no_change_of_a_certificate_that_goes_round_the_log(
    open_transaction: OpenTransaction, app_engine: Engine
) -> None:
    made = issued(open_transaction)
    where = f"WHERE id = '{made.id}'"
    for change, why in (
        (f"SET status = 'revoked' {where}", "without its entry"),
        (f"SET status = 'intended' {where}", "does not change"),
        (f"SET sealed_sha256 = 'another' {where}", "does not change"),
        (f"SET deed_sha256 = 'another' {where}", "does not change"),
        (f"SET public_id = 'another' {where}", "does not change"),
    ):
        refused(app_engine, f"UPDATE certificates {change}", why=why)


ENTRY = (
    "INSERT INTO log_entries SELECT {position}, office, id, '{status}', '\\x7b7d'::bytea,"
    " sha256('\\x007b7d'::bytea) FROM certificates WHERE id = '{id}'"
)


def test_the_database_takes_no_entry_without_its_certificate_or_its_place(
    open_transaction: OpenTransaction, app_engine: Engine
) -> None:
    waiting, valid = intended(open_transaction), issued(open_transaction)
    size = len(whole_log(open_transaction))
    grow = "UPDATE log_heads SET size = size + 1"

    def entry(made: Certificate, position: int, status: str = "revoked") -> str:
        return ENTRY.format(position=position, id=made.id, status=status)

    for statements, why in (
        # Of a certificate whose seal is still to come.
        ((grow, entry(waiting, size)), "without its certificate"),
        # Beyond the head, and with a gap below it.
        ((entry(valid, size),), "or its place"),
        ((grow, grow, entry(valid, size + 1)), "or its place"),
        # Twice the same, or in the place of another.
        ((grow, entry(valid, size, "valid")), "unique"),
        ((entry(valid, size - 1),), "unique"),
        # Another hash than that of the entry.
        ((entry(valid, size).replace("007b7d", "017b7d"),), "check"),
        # A shorter log.
        (("UPDATE log_heads SET size = size - 1",), "only grows"),
    ):
        refused(app_engine, *statements, why=why)


def test_the_platform_may_read_the_log_only_as_the_log(app_engine: Engine) -> None:
    with app_engine.begin() as connection:
        for table in ("log_entries", "log_nodes", "log_heads", "log_checkpoints"):
            found = connection.exec_driver_sql(f"SELECT count(*) FROM {table}")  # noqa: S608  # a name from above
            assert found.scalar_one() == 0
        connection.execute(text("SELECT set_config('feigui.office', 'chengdu-b', true)"))
        offices = connection.exec_driver_sql("SELECT DISTINCT office FROM log_entries")
        assert set(offices.scalars()) <= {"chengdu-b"}


def test_an_office_logs_nothing_in_the_name_of_another(
    open_transaction: OpenTransaction, app_engine: Engine
) -> None:
    issued(open_transaction, OFFICES[1])
    statement = (
        "INSERT INTO log_entries VALUES (999, 'chengdu-b', 'c', 'valid', '\\x7b7d',"
        " sha256('\\x007b7d'::bytea))"
    )
    refused(app_engine, statement, why="row-level security")


def test_certificates_from_before_the_log_get_the_entries_that_the_code_writes(
    open_transaction: OpenTransaction, owner_engine: Engine
) -> None:
    first = issued(open_transaction)
    issued(open_transaction, kind=CertificateKind.CORRECTED, relates_to=first.number.text)
    # Of a deed the revision that brought the log knew nothing.
    written = {
        bytes(replace(read_entry(e.content), deed_sha256=None, version=1))
        for e in whole_log(open_transaction)
    }
    for revision in reversed(revisions()):
        if not inspect(owner_engine).has_table("log_entries"):
            break
        downgrade(owner_engine, revision)
    assert not inspect(owner_engine).has_table("log_entries")
    upgrade(owner_engine)
    again = whole_log(open_transaction)
    # A certificate that was revoked in part and then wholly told its database only the last.
    lost = [e for e in written - {e.content for e in again} if b'"partial_revocation"' not in e]
    assert lost == []
    assert {e.content for e in again} <= written
    with open_transaction(NOBODY) as tx:
        root = root_hash(len(again), tx.transparency_log.node)
    assert root == Frontier().grown(e.hash for e in again).root
    issued(open_transaction)
    assert len(whole_log(open_transaction)) == len(again) + 1


def test_a_certificate_gets_back_the_deed_that_the_log_names(
    open_transaction: OpenTransaction, owner_engine: Engine
) -> None:
    made = issued(open_transaction)
    save(open_transaction, replace(made, status=CertificateStatus.REVOKED, ended_at=AT))
    downgrade(owner_engine, "r0021")
    upgrade(owner_engine)
    with open_transaction(Scope(office=OfficeId(OFFICES[0]))) as tx:
        assert tx.certificates.get(made.id).deed_sha256 == made.deed_sha256
