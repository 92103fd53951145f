"""Runs the revisions with time limits: a migration must not hold up the platform.

A lock that is not had in five seconds is given up, so that the requests queued
behind it go on; the operator tries again at a quieter time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import context

if TYPE_CHECKING:
    from sqlalchemy import Connection


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        connection.exec_driver_sql("SET LOCAL statement_timeout = '300s'")
        context.run_migrations()


run(context.config.attributes["connection"])
