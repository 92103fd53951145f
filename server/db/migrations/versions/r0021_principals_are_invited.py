"""Whose deed it is, and has no account yet, is invited to the seat that signs it."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0021"
down_revision: str | None = "r0020"

BEFORE: Final = ("agent", "witness", "interpreter", "consular_witness", "observer")
NEW: Final = "party"


def upgrade() -> None:
    _allow((*BEFORE, NEW))


def downgrade() -> None:
    # An invitation to a seat that nobody is invited to leads nowhere; the chain keeps that it was.
    op.execute("ALTER TABLE ceremony_invitations NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM ceremony_invitations WHERE seat = 'party'")
    op.execute("ALTER TABLE ceremony_invitations FORCE ROW LEVEL SECURITY")
    _allow(BEFORE)


def _allow(seats: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{each}'" for each in seats)
    name = "ceremony_invitations_seat"
    op.execute(f"ALTER TABLE ceremony_invitations DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE ceremony_invitations ADD CONSTRAINT {name} CHECK (seat IN ({listed}))")
