"""The job queue, in a schema of its own.

The SQL is procrastinate's. The comment on the schema names the newest of its
migration files that is contained, so a later revision knows which ones to add,
whatever version of the package this revision ran under.
"""

from __future__ import annotations

from importlib import resources
from typing import Final

from alembic import op

revision: str = "r0002"
down_revision: str | None = "r0001"

APP: Final = "feigui_app"


def upgrade() -> None:
    folder = resources.files("procrastinate.sql")
    contained = max(f.name for f in (folder / "migrations").iterdir() if f.name.endswith(".sql"))
    op.execute("CREATE SCHEMA jobs")
    op.execute("SET LOCAL search_path = jobs")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(
        (folder / "schema.sql").read_text("utf-8")
    )
    op.execute("SET LOCAL search_path = public, jobs")
    op.execute(f"COMMENT ON SCHEMA jobs IS '{contained}'")
    op.execute(f"GRANT USAGE ON SCHEMA jobs TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO {APP}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO {APP}")


def downgrade() -> None:
    op.execute("DROP SCHEMA jobs CASCADE")
