"""The second wall between offices stands only if the application cannot step over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from server.embedded.roles import provide_database
from server.embedded.servers import Wanted, start_embedded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server.embedded.roles import DatabaseAccess


@pytest.fixture
def access(state_root: Path) -> Iterator[DatabaseAccess]:
    with start_embedded(Wanted(state=state_root, object_store=False)) as embedded:
        assert embedded.database is not None
        yield embedded.database


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def test_no_role_of_the_platform_can_bypass_a_policy_or_make_roles(access: DatabaseAccess) -> None:
    for url in (access.owner_url, access.app_url):
        with connect(url) as connection:
            rights = connection.execute(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
                " WHERE rolname = current_user"
            ).fetchone()
        assert rights == (False, False, False, False)


def test_the_application_cannot_make_tables(access: DatabaseAccess) -> None:
    with (
        connect(access.app_url) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute("CREATE TABLE mine (number int)")


def test_a_policy_binds_the_application(access: DatabaseAccess) -> None:
    with connect(access.owner_url) as owner:
        owner.execute("CREATE TABLE cases (office text)")
        owner.execute("ALTER TABLE cases ENABLE ROW LEVEL SECURITY")
        owner.execute("CREATE POLICY own ON cases USING (office = 'kunming-a')")
        owner.execute("INSERT INTO cases VALUES ('kunming-a'), ('kunming-b')")
        owner.execute("GRANT SELECT ON cases TO feigui_app")
    with connect(access.app_url) as app:
        assert app.execute("SELECT office FROM cases").fetchall() == [("kunming-a",)]


def test_a_wrong_password_is_refused_also_on_this_machine(access: DatabaseAccess) -> None:
    forged = access.app_url.replace(access.app_password, "0" * 64)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(forged)


def test_the_log_keeps_no_word_of_a_failed_statement(
    access: DatabaseAccess, state_root: Path
) -> None:
    with connect(access.owner_url) as owner:
        owner.execute("CREATE TABLE people (phone text UNIQUE, born date)")
        owner.execute("INSERT INTO people VALUES ('canary-phone', NULL)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute("INSERT INTO people VALUES (%s, NULL)", ["canary-phone"])
        with pytest.raises(psycopg.errors.InvalidDatetimeFormat):
            owner.execute("INSERT INTO people VALUES ('x', %s::text::date)", ["canary-date"])
    assert "canary" not in (state_root / "postgres" / "log").read_text()


def test_another_database_of_the_same_server_has_the_same_rules(access: DatabaseAccess) -> None:
    other = access.named("feigui_second")
    provide_database(other)
    provide_database(other)  # a second time changes nothing
    with (
        connect(other.app_url) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute("CREATE TABLE mine (number int)")


def test_the_data_are_checksummed_and_written_through(access: DatabaseAccess) -> None:
    with connect(access.owner_url) as owner:
        for setting in ("data_checksums", "fsync", "full_page_writes", "synchronous_commit"):
            assert owner.execute(f"SHOW {setting}").fetchone() == ("on",)
        assert owner.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
