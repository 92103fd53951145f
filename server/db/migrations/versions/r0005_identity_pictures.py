"""How long pictures of a face are kept: why they ended, when they were gone, until when filed."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0005"
down_revision: str | None = "r0004"

GROUNDS: Final = "'refused', 'not_decided', 'closed', 'withdrawn', 'abandoned'"


def upgrade() -> None:
    op.execute(
        f"""
        ALTER TABLE identity_checks
            ADD COLUMN pictures_ended_at timestamptz,
            ADD COLUMN pictures_ended_for text
                CONSTRAINT identity_checks_pictures_ended_for
                CHECK (pictures_ended_for IN ({GROUNDS})),
            ADD COLUMN pictures_gone_at timestamptz,
            ADD COLUMN pictures_kept_until timestamptz,
            ADD CONSTRAINT identity_checks_pictures_ended
                CHECK ((pictures_ended_at IS NULL) = (pictures_ended_for IS NULL))
        """
    )


def downgrade() -> None:
    op.execute(
        """
        ALTER TABLE identity_checks
            DROP COLUMN pictures_ended_at,
            DROP COLUMN pictures_ended_for,
            DROP COLUMN pictures_gone_at,
            DROP COLUMN pictures_kept_until
        """
    )
