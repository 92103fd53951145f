"""The second wall: even a query that forgot its WHERE sees only what its caller may.

Invariant 9 of docs/case-lifecycle.md. Everything here is direct SQL as the platform's role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from server.transaction import NOBODY, Scope
from tests.integration.db.filling import Filled, applicant, fill, fresh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from server.transaction import OpenTransaction

OFFICE_A, OFFICE_B = "kunming-a", "chengdu-b"

# Rows of persons or of the platform, found only by who names them.
OF_NO_OFFICE = frozenset(
    {
        "applicants",
        "refresh_tokens",
        "one_time_codes",
        "login_tries",
        "idempotency_keys",
        "devices",
        # They carry the rooms of all offices.
        "media_workers",
        # One log for all offices.
        "log_nodes",
        "log_heads",
        "log_checkpoints",
    }
)


# An applicant is shown nothing of whom else the office invited, and where.
OF_THE_OFFICE_ALONE = {"ceremony_invitations"}


@pytest.fixture(scope="module")
def filled(open_transaction: OpenTransaction) -> dict[str, Filled]:
    """Two offices, and in the first one a second applicant."""
    return {
        "a": fill(open_transaction, OFFICE_A),
        "a2": fill(open_transaction, OFFICE_A),
        "b": fill(open_transaction, OFFICE_B),
    }


@pytest.fixture
def platform(app_engine: Engine, filled: dict[str, Filled]) -> Iterator[Connection]:
    with app_engine.connect() as connection:
        yield connection


def tables(connection: Connection) -> list[str]:
    rows = connection.execute(
        text(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname <> 'alembic_version'"
            " AND relnamespace = 'public'::regnamespace ORDER BY relname"
        )
    )
    return list(rows.scalars())


def with_column(connection: Connection, column: str) -> list[str]:
    rows = connection.execute(
        text(
            "SELECT c.table_name FROM information_schema.columns AS c"
            " JOIN information_schema.tables AS t USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND c.column_name = :column"
            " AND t.table_type = 'BASE TABLE' ORDER BY c.table_name"
        ),
        {"column": column},
    )
    return list(rows.scalars())


def see(connection: Connection, **settings: str) -> None:
    for name, value in settings.items():
        connection.execute(
            text("SELECT set_config(:name, :value, true)"),
            {"name": f"feigui.{name}", "value": value},
        )


def values(connection: Connection, table: str, column: str) -> set[str]:
    return set(connection.exec_driver_sql(f"SELECT {column} FROM {table}").scalars())  # noqa: S608  # names from the catalogue of tables


def test_every_table_is_behind_the_wall_even_for_its_owner(platform: Connection) -> None:
    open_tables = platform.execute(
        text(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname <> 'alembic_version'"
            " AND relnamespace = 'public'::regnamespace"
            " AND NOT (relrowsecurity AND relforcerowsecurity)"
        )
    )
    assert open_tables.all() == []


def test_the_platform_owns_nothing_and_cannot_step_over_the_wall(platform: Connection) -> None:
    role = platform.execute(
        text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    ).one()
    assert tuple(role) == (False, False)
    owned = platform.execute(
        text("SELECT relname FROM pg_class WHERE relowner = current_user::regrole")
    )
    assert owned.all() == []


def test_with_nothing_set_nothing_is_visible(platform: Connection) -> None:
    counts = {t: len(values(platform, t, "ctid::text")) for t in tables(platform)}
    assert counts == dict.fromkeys(counts, 0)


def test_an_office_sees_its_own_rows_and_none_of_another(platform: Connection) -> None:
    see(platform, office=OFFICE_A)
    seen = {t: values(platform, t, "office") for t in with_column(platform, "office")}
    of_persons: dict[str, set[str]] = {"sessions": set()}
    assert seen == {t: {OFFICE_A} for t in seen} | of_persons


def test_every_table_belongs_to_an_office_or_is_named_here(platform: Connection) -> None:
    assert set(tables(platform)) - set(with_column(platform, "office")) == OF_NO_OFFICE


def test_an_applicant_lists_his_cases_and_sees_no_part_of_them(
    platform: Connection, filled: dict[str, Filled]
) -> None:
    see(platform, account=filled["a"].account)
    assert values(platform, "cases", "id") == {filled["a"].case}
    parts = set(with_column(platform, "case_id")) - {"operations", "uploads"}
    assert {t: values(platform, t, "case_id") for t in parts} == {t: set() for t in parts}


def test_inside_his_case_an_applicant_sees_its_parts_and_no_other_case(
    platform: Connection, filled: dict[str, Filled]
) -> None:
    see(platform, account=filled["a"].account, office=OFFICE_A, case=filled["a"].case)
    seen = {t: values(platform, t, "case_id") for t in with_column(platform, "case_id")}
    closed = {t: seen.pop(t) for t in OF_THE_OFFICE_ALONE}
    assert closed == {t: set() for t in closed}
    assert seen == {t: {filled["a"].case} for t in seen}
    assert values(platform, "number_series", "office") == set()
    assert values(platform, "staff", "office") == set()


def test_naming_the_case_of_somebody_else_opens_nothing(
    platform: Connection, filled: dict[str, Filled]
) -> None:
    see(platform, account=filled["a"].account, office=OFFICE_A, case=filled["a2"].case)
    parts = set(with_column(platform, "case_id")) - {"operations", "uploads"}
    assert {t: values(platform, t, "case_id") for t in parts} == {t: set() for t in parts}
    assert values(platform, "cases", "id") == set()


def test_an_office_cannot_change_rows_of_another(platform: Connection) -> None:
    see(platform, office=OFFICE_A)
    changed = platform.execute(
        text("UPDATE cases SET version = 99 WHERE office = :b"), {"b": OFFICE_B}
    )
    assert changed.rowcount == 0


def test_an_office_cannot_put_a_row_into_another(platform: Connection) -> None:
    see(platform, office=OFFICE_A)
    with pytest.raises(ProgrammingError, match="row-level security"):
        platform.execute(
            text("INSERT INTO number_series VALUES (:b, 2026, '外', 7)"), {"b": OFFICE_B}
        )


def test_an_office_cannot_give_a_row_away(platform: Connection) -> None:
    see(platform, office=OFFICE_A)
    with pytest.raises(ProgrammingError, match="row-level security"):
        platform.execute(text("UPDATE number_series SET office = :b"), {"b": OFFICE_B})


def test_a_part_cannot_hang_on_a_case_of_another_office(
    platform: Connection, filled: dict[str, Filled]
) -> None:
    see(platform, office=OFFICE_A)
    with pytest.raises(IntegrityError, match="foreign key"):
        platform.execute(text("UPDATE parties SET case_id = :theirs"), {"theirs": filled["b"].case})


def test_not_even_another_party_of_the_case_sees_what_one_was_asked(
    filled: dict[str, Filled], open_transaction: OpenTransaction, app_engine: Engine
) -> None:
    beside = applicant(fresh("account"))
    with open_transaction(Scope(office=filled["a"].office)) as tx:
        case = tx.cases.get(filled["a"].case, lock=True)
        case.parties.append(beside)
        tx.cases.save(case)
    with app_engine.connect() as platform:
        inside = {"office": OFFICE_A, "case": filled["a"].case}
        see(platform, account=str(beside.account), **inside)
        assert values(platform, "identity_challenges", "case_id") == {filled["a"].case}
        assert values(platform, "step_ups", "case_id") == set()


@pytest.mark.parametrize(
    "change",
    [
        # What was asked, and of whom, stays as it was asked.
        "UPDATE step_ups SET digest = 'f'",
        "UPDATE step_ups SET account = 'another', expires_at = now()",
        "DELETE FROM step_ups",
        # A device keeps its key and its person.
        "UPDATE devices SET public_key = 'f'",
        "DELETE FROM devices",
    ],
)
def test_what_was_asked_and_who_may_answer_is_not_rewritten(
    platform: Connection, change: str
) -> None:
    see(platform, office=OFFICE_A)
    with pytest.raises(ProgrammingError, match="permission denied"):
        platform.exec_driver_sql(change)


@pytest.mark.parametrize(
    "table",
    [
        "audit_log",
        "ceremony_links",
        "ceremony_segments",
        "log_entries",
        "log_nodes",
        "log_checkpoints",
        "log_heads",
    ],
)
def test_what_is_only_appended_to_gives_the_platform_no_right_to_change_it(
    platform: Connection, table: str
) -> None:
    see(platform, office=OFFICE_A)
    with pytest.raises(ProgrammingError, match="permission denied"):
        platform.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608  # a name from above


def test_a_login_is_found_by_its_name_and_no_list_of_logins_is(
    platform: Connection, filled: dict[str, Filled], open_transaction: OpenTransaction
) -> None:
    see(platform, office=OFFICE_B)
    (login,) = values(platform, "staff", "login")
    platform.rollback()
    see(platform, sought=login)
    assert values(platform, "staff", "login") == {login}
    assert values(platform, "certificates", "id") == set()
    with open_transaction(NOBODY) as tx:
        assert tx.accounts.staff_with_login("nobody@nowhere") is None
