"""A real PostgreSQL for one test run, and a fresh database for every module.

The schema is migrated once, into a template; a clone takes some tens of
milliseconds. Under pytest-xdist every worker has a server of its own.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from server.db.engine import make_engine
from server.db.migrating import upgrade
from server.embedded.roles import OWNER, DatabaseAccess, provide_database
from server.embedded.servers import Wanted, start_embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

TEMPLATE = "feigui_template"


@dataclass(frozen=True, slots=True)
class Database:
    """The ways into one database: as its owner and as the platform."""

    access: DatabaseAccess

    @property
    def app_url(self) -> str:
        return self.access.app_url

    @property
    def conninfo(self) -> str:
        """The platform's way in, as libpq writes it."""
        return self.access.app_url.replace("postgresql+psycopg", "postgresql")

    def as_owner(self) -> Engine:
        return make_engine(self.access.owner_url, pool_size=1)


class PostgresServer:
    def __init__(self, access: DatabaseAccess) -> None:
        self._access = access
        self._names = (f"feigui_{n}" for n in itertools.count(1))

    def empty(self) -> Database:
        """Make a database without a schema."""
        access = self._access.named(next(self._names))
        provide_database(access)
        return Database(access)

    def prepare_template(self) -> None:
        template = Database(self._access.named(TEMPLATE))
        provide_database(template.access)
        engine = template.as_owner()
        upgrade(engine)
        engine.dispose()

    def migrated(self) -> Database:
        """Clone the template."""
        name = next(self._names)
        with psycopg.connect(self._access.admin_conninfo, autocommit=True) as admin:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    *(sql.Identifier(each) for each in (name, TEMPLATE, OWNER))
                )
            )
        return Database(self._access.named(name))

    def drop(self, database: Database) -> None:
        with psycopg.connect(self._access.admin_conninfo, autocommit=True) as admin:
            admin.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(
                    sql.Identifier(database.access.database)
                )
            )


@contextmanager
def running() -> Iterator[PostgresServer]:
    # Not below pytest's own directory, which the servers' user cannot enter.
    folder = Path(tempfile.mkdtemp(prefix=f"feigui-postgres-{os.getpid()}-"))
    folder.chmod(0o711)
    try:
        with start_embedded(Wanted(state=folder / "state", object_store=False)) as embedded:
            if embedded.database is None:
                raise RuntimeError("the database was wanted and did not come")
            server = PostgresServer(embedded.database)
            server.prepare_template()
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)
