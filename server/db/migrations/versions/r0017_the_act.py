"""Ceremonies have a tech check, and a status in which everybody is identified."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0017"
down_revision: str | None = "r0016"

BEFORE: Final = (
    "planned",
    "waiting",
    "recording",
    "paused",
    "interrupted",
    "signing",
    "completed",
    "aborted",
    "no_show",
)
NEW: Final = ("tech_check", "identified")


def upgrade() -> None:
    _allow((*BEFORE, *NEW))


def downgrade() -> None:
    op.execute("UPDATE ceremonies SET status = 'planned' WHERE status = 'tech_check'")
    op.execute("UPDATE ceremonies SET status = 'recording' WHERE status = 'identified'")
    _allow(BEFORE)


def _allow(statuses: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{each}'" for each in statuses)
    op.execute("ALTER TABLE ceremonies DROP CONSTRAINT ceremonies_status")
    op.execute(
        f"ALTER TABLE ceremonies ADD CONSTRAINT ceremonies_status CHECK (status IN ({listed}))"
    )
