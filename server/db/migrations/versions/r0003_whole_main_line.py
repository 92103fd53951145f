"""The rest of the main line: transfer, supplementary and partly revoked, enforcement.

Lists are closed in the database as in the code; a column that is added is empty for
the rows that are there.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "r0003"
down_revision: str | None = "r0002"

# Table, constraint, column: values before, and what is added.
LISTS: Final = (
    (
        "cases",
        "cases_status",
        "status",
        (
            "draft submitted supplement lapsed not_accepted accepted review interview_set"
            " interviewed drafting checking to_approve approved issued delivered filing archived"
            " terminating refusing terminated refused void reexam revoked"
        ),
        (
            "transferring transferred enforcement_review enforcement_approval"
            " enforcement_approved enforcement_closed"
        ),
    ),
    ("cases", "cases_way_of_closing", "way_of_closing", "0 1 2 -1", "3"),
    (
        "consents",
        "consents_purpose",
        "purpose",
        "terms personal_data face_online recording e_signature truth_promise notice_of_rights",
        "transfer",
    ),
    (
        "certificates",
        "certificates_status",
        "status",
        "intended valid superseded revoked voided",
        "partly_revoked",
    ),
)
MOMENTS: Final = ("supplement_asked_at", "released_at")
NUMBERS: Final = ("relates_to", "supplemented_by")


def upgrade() -> None:
    for table, constraint, column, before, added in LISTS:
        # Coming back up, rows of a later revision may be there that this list does not know.
        _close(table, constraint, column, f"{before} {added}", keep_strangers=True)
    for name in MOMENTS:
        op.add_column("cases", sa.Column(name, sa.TIMESTAMP(timezone=True)))
    op.add_column(
        "certificates", sa.Column("kind", sa.Text, nullable=False, server_default="original")
    )
    # Whoever adds a certificate says what it is.
    op.alter_column("certificates", "kind", server_default=None)
    op.execute(
        "ALTER TABLE certificates ADD CONSTRAINT certificates_kind CHECK (kind IN ("
        "'original', 'corrected', 'supplementary', 'enforcement'))"
    )
    for name in NUMBERS:
        op.add_column("certificates", sa.Column(name, sa.Text))


def downgrade() -> None:
    for name in (*NUMBERS, "kind"):
        op.drop_column("certificates", name)
    for name in MOMENTS:
        op.drop_column("cases", name)
    for table, constraint, column, before, _ in LISTS:
        _close(table, constraint, column, before, keep_strangers=True)


def _close(
    table: str, constraint: str, column: str, values: str, *, keep_strangers: bool = False
) -> None:
    """Close the list; rows that an older list does not know stay, and no new one comes."""
    listed = ", ".join(f"'{value}'" for value in values.split())
    known = f"{column} IN ({listed})"
    strangers = keep_strangers and _has_others(table, known)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({known})"
        + (" NOT VALID" if strangers else "")
    )


def _has_others(table: str, known: str) -> bool:
    # The wall holds the owner too; this one look is over it.
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    unknown = f"SELECT EXISTS (SELECT FROM {table} WHERE NOT ({known}))"  # noqa: S608  # our own names
    found = op.get_bind().execute(sa.text(unknown)).scalar() is True
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    return found
