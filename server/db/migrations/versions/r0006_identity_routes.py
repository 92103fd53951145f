"""By which route a check goes, and who is asked by a challenge: the holder by a code as well."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0006"
down_revision: str | None = "r0005"

ROUTES: Final = "'face', 'notary_decides', 'chip_and_code'"
ANSWERED_BY: Final = "'camera', 'chip', 'code'"


def upgrade() -> None:
    op.execute(
        f"""
        ALTER TABLE identity_challenges ADD COLUMN answered_by text NOT NULL DEFAULT 'camera'
            CONSTRAINT identity_challenges_answered_by CHECK (answered_by IN ({ANSWERED_BY}))
        """
    )
    # Whoever was asked before this had no code to read; the row is spent or run out in minutes.
    op.execute("ALTER TABLE identity_challenges ALTER COLUMN answered_by DROP DEFAULT")
    op.execute(
        f"""
        ALTER TABLE identity_checks ADD COLUMN route text
            CONSTRAINT identity_checks_route CHECK (route IN ({ROUTES}))
        """
    )
    op.execute("ALTER TABLE identity_checks NO FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        UPDATE identity_checks SET route = CASE
            WHEN inputs->>'live' IS NULL AND inputs#>>'{clip,object}' IS NULL
            THEN 'notary_decides' ELSE 'face' END
        """
    )
    op.execute("ALTER TABLE identity_checks FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity_checks ALTER COLUMN route SET NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE identity_checks DROP COLUMN route")
    op.execute("ALTER TABLE identity_challenges DROP COLUMN answered_by")
