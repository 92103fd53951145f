"""How each participant's line is, and who was asked for single pictures."""

from __future__ import annotations

from alembic import op

revision: str = "r0013"
down_revision: str | None = "r0012"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE media_rooms
            ADD COLUMN lines jsonb NOT NULL DEFAULT '[]',
            ADD COLUMN measured_at timestamptz,
            ADD COLUMN stills jsonb NOT NULL DEFAULT '[]'
        """
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE media_rooms DROP COLUMN lines, DROP COLUMN measured_at, DROP COLUMN stills"
    )
