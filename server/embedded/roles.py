"""Who may do what in the database: one role owns the tables, another one uses them.

Row-level security does not bind the owner of a table, so the application must
never be it, and neither role may bypass the policies.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import sql

from server.embedded.ports import LOOPBACK

if TYPE_CHECKING:
    from server.embedded.state import State

ADMIN: Final = "feigui_admin"
OWNER: Final = "feigui_owner"
APPLICATION: Final = "feigui_app"
DATABASE: Final = "feigui"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAccess:
    """The ways into one database of a server of ours."""

    port: int
    database: str
    admin_password: str = field(repr=False)
    owner_password: str = field(repr=False)
    app_password: str = field(repr=False)

    @classmethod
    def on(cls, port: int, state: State) -> DatabaseAccess:
        """Return the platform's own database on the server at ``port``."""
        return cls(
            port=port,
            database=DATABASE,
            admin_password=state.secret("postgres-admin"),
            owner_password=state.secret("postgres-owner"),
            app_password=state.secret("postgres-app"),
        )

    @property
    def owner_url(self) -> str:
        """For migrations: owns every table."""
        return self._url("postgresql+psycopg", OWNER, self.owner_password)

    @property
    def app_url(self) -> str:
        """For the platform: owns nothing, and the policies bind it."""
        return self._url("postgresql+psycopg", APPLICATION, self.app_password)

    @property
    def admin_conninfo(self) -> str:
        """For making databases and roles, not for the platform."""
        return self._url("postgresql", ADMIN, self.admin_password, database="postgres")

    def named(self, database: str) -> DatabaseAccess:
        """Return the ways into another database of the same server."""
        return replace(self, database=database)

    def _url(self, scheme: str, role: str, password: str, *, database: str | None = None) -> str:
        # Passwords are hexadecimal (State.secret), so nothing needs quoting.
        place = f"{LOOPBACK}:{self.port}/{database or self.database}"
        return f"{scheme}://{role}:{password}@{place}"


def provide_database(access: DatabaseAccess) -> None:
    """Make the roles and the database, unless they are there."""
    with psycopg.connect(access.admin_conninfo, autocommit=True) as admin:
        for role, password in (
            (OWNER, access.owner_password),
            (APPLICATION, access.app_password),
        ):
            _provide_role(admin, role, password)
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [access.database])
        if known.fetchone() is None:
            _make_database(admin, access.database)


def drop_database(access: DatabaseAccess) -> None:
    """Remove the database and end who still uses it: for tests, which make many."""
    with psycopg.connect(access.admin_conninfo, autocommit=True) as admin:
        name = sql.Identifier(access.database)
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def _provide_role(admin: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        return
    statement = "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS PASSWORD {}"
    admin.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(password)))


def _make_database(admin: psycopg.Connection[tuple[object, ...]], database: str) -> None:
    name, owner, app = (sql.Identifier(each) for each in (database, OWNER, APPLICATION))
    admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, app))
