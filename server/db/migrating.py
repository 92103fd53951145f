"""Brings a database to a revision, and says which one it stands at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def upgrade(owner: Engine, to: str = "head") -> None:
    """Bring the database to revision ``to``. ``owner`` owns the tables."""
    with owner.begin() as connection:
        command.upgrade(_config(connection), to)


def downgrade(owner: Engine, to: str) -> None:
    with owner.begin() as connection:
        command.downgrade(_config(connection), to)


def revision_of(engine: Engine) -> str | None:
    """Return the revision the database stands at; ``None`` for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """Return the revision this code was written for."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revisions() -> list[str]:
    """Return every revision, oldest first."""
    walk = ScriptDirectory.from_config(_config()).walk_revisions()
    return [each.revision for each in walk][::-1]


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "server.db:migrations")
    config.attributes["connection"] = connection
    return config
