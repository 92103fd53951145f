"""The media workers of the installation, and what else a room's worker is told."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0014"
down_revision: str | None = "r0013"

APP: Final = "feigui_app"


def upgrade() -> None:
    # Of no office: a worker carries rooms of all of them.
    op.execute(
        """
        CREATE TABLE media_workers (
            name text PRIMARY KEY,
            url text NOT NULL,
            engine text NOT NULL CONSTRAINT media_workers_engine CHECK (engine IN (
                'embedded', 'janus')),
            rooms integer NOT NULL CHECK (rooms >= 0),
            seen_at timestamptz NOT NULL
        )
        """
    )
    op.execute("ALTER TABLE media_workers ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE media_workers FORCE ROW LEVEL SECURITY")
    for policy, command, condition in (
        ("named", "ALL", "name = feigui_sought()"),
        ("of_the_installation", "SELECT", "feigui_office() IS NOT NULL"),
    ):
        op.execute(f"CREATE POLICY {policy} ON media_workers FOR {command} USING ({condition})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON media_workers TO {APP}")
    op.execute("ALTER TABLE media_rooms ADD COLUMN clock_ahead_ms bigint NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE media_rooms ADD COLUMN key_frames text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    op.execute("ALTER TABLE media_rooms DROP COLUMN key_frames")
    op.execute("ALTER TABLE media_rooms DROP COLUMN clock_ahead_ms")
    op.execute("DROP TABLE media_workers")
