"""The schema is what its revisions make of it, there and back, with rows in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, text

from server.db.migrating import downgrade, head, revision_of, revisions, upgrade
from server.db.tables import (
    access,
    audit,
    cases,
    ceremonies,
    register,
    requests,
    step_up,
    transparency,
)
from server.db.tables.metadata import METADATA
from tests.integration.db.filling import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from server.transaction import OpenTransaction
    from tests.servers.postgres import PostgresServer

REGISTERED = (access, audit, cases, ceremonies, register, requests, step_up, transparency)

SCHEMA = """
SELECT 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod)
    || CASE WHEN attnotnull THEN ' not null' ELSE '' END
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE attnum > 0 AND NOT attisdropped AND {ours}
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(
    pg_constraint.oid) FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE {ours}
UNION ALL
SELECT 'index ' || pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE {ours}
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(pg_trigger.oid)
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal AND {ours}
UNION ALL
SELECT 'policy ' || polrelid::regclass || ' ' || polname || ' ' || polcmd::text || ' '
    || pg_get_expr(polqual, polrelid)
FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE {ours}
UNION ALL
SELECT 'rights ' || pg_class.oid::regclass || ' ' || relrowsecurity || relforcerowsecurity || ' '
    || COALESCE(relacl::text, '')
FROM pg_class WHERE {ours}
UNION ALL
SELECT 'function ' || pg_get_functiondef(pg_proc.oid) FROM pg_proc
WHERE pronamespace::regnamespace::text IN ('public', 'jobs')
ORDER BY 1
""".replace("{ours}", "relnamespace::regnamespace::text IN ('public', 'jobs')")


@pytest.fixture
def owner(postgres_server: PostgresServer) -> Iterator[Engine]:
    """The owner of a database without a schema."""
    database = postgres_server.empty()
    engine = database.as_owner()
    yield engine
    engine.dispose()
    postgres_server.drop(database)


def schema(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(text(SCHEMA)).scalars())


def counts(engine: Engine) -> dict[str, int]:
    """Return the rows of every table of ours that is there; the wall is down for this look."""
    there = set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        found = {}
        for table in METADATA.tables.keys() & there:
            connection.exec_driver_sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            number = connection.exec_driver_sql(f"SELECT count(*) FROM {table}")  # noqa: S608  # our own names
            found[table] = number.scalar_one()
        connection.rollback()
    return found


def test_the_revisions_are_one_line_and_the_database_stands_at_its_end(
    app_engine: Engine,
) -> None:
    assert revisions() == [f"r{n:04}" for n in range(1, len(revisions()) + 1)]
    assert revision_of(app_engine) == head() == revisions()[-1]


def test_the_books_know_every_column_and_no_other(app_engine: Engine) -> None:
    assert REGISTERED  # imported for their tables
    looked = inspect(app_engine)
    dialect = app_engine.dialect
    known = {
        name: {c.name: (c.type.compile(dialect), c.nullable) for c in table.columns}
        for name, table in METADATA.tables.items()
    }
    there = {
        name: {
            c["name"]: (c["type"].compile(dialect), c["nullable"]) for c in looked.get_columns(name)
        }
        for name in looked.get_table_names("public")
        if name != "alembic_version"
    }
    assert known == there


@pytest.mark.parametrize("revision", revisions())
def test_a_revision_goes_back_and_forth_without_a_trace(revision: str, owner: Engine) -> None:
    line = ["base", *revisions()]
    before = line[line.index(revision) - 1]
    if before != "base":
        upgrade(owner, before)
    else:
        upgrade(owner, revision)
        downgrade(owner, "base")
    start = schema(owner)
    upgrade(owner, revision)
    target = schema(owner)
    assert target != start
    downgrade(owner, before)
    assert schema(owner) == start
    upgrade(owner, revision)
    assert schema(owner) == target


def test_rows_survive_every_revision_after_the_first(
    open_transaction: OpenTransaction, owner_engine: Engine
) -> None:
    for office in ("kunming-a", "chengdu-b"):
        fill(open_transaction, office)
    written = counts(owner_engine)
    assert written.keys() == METADATA.tables.keys()
    assert min(written.values()) > 0  # or a table was forgotten
    kept = written
    for revision in revisions()[-2::-1]:
        downgrade(owner_engine, revision)
        kept = counts(owner_engine)
        assert kept.items() <= written.items()  # a table goes with the revision that made it
    upgrade(owner_engine)
    assert kept.items() <= counts(owner_engine).items()
