"""Entries in the log name the signed deed beside the certificate, from now on.

What was issued before has none: its entries say nothing of a deed, and stay as they are.
Where this revision was here before, the column is what the log says.
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0022"
down_revision: str | None = "r0021"

BEFORE: Final = ("office", "public_id", "sealed_sha256")
LOGGED: Final = (*BEFORE, "deed_sha256")


def upgrade() -> None:
    op.execute("ALTER TABLE certificates ADD COLUMN deed_sha256 text")
    for table in ("certificates", "log_entries"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("""
    UPDATE certificates AS c SET deed_sha256 = convert_from(e.entry, 'UTF8')::json ->> 'deed_sha256'
    FROM log_entries AS e
    WHERE e.certificate = c.id AND (convert_from(e.entry, 'UTF8')::json ->> 'v')::int > 1
    """)
    for table in ("certificates", "log_entries"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _stay_as_logged(LOGGED)


def downgrade() -> None:
    _stay_as_logged(BEFORE)
    op.execute("ALTER TABLE certificates DROP COLUMN deed_sha256")


def _stay_as_logged(columns: tuple[str, ...]) -> None:
    new, old = (", ".join(f"{row}.{each}" for each in columns) for row in ("NEW", "OLD"))
    op.execute(f"""
    CREATE OR REPLACE FUNCTION feigui_certificate_stays_as_logged() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.status = 'intended' OR ({new})
                IS DISTINCT FROM ({old}) THEN
            RAISE EXCEPTION 'what is logged of a certificate does not change'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$
    """)
