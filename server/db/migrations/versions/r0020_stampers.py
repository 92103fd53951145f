"""Who made the last time-stamp of each file: of a stolen stamper, those are looked for."""

from __future__ import annotations

from alembic import op

revision: str = "r0020"
down_revision: str | None = "r0019"


def upgrade() -> None:
    # What is there is looked at by the next sweep.
    op.execute("ALTER TABLE generations ADD COLUMN stamper text")
    op.execute("CREATE INDEX generations_stamper ON generations (office, stamper)")


def downgrade() -> None:
    op.execute("ALTER TABLE generations DROP COLUMN stamper")
