"""The notary compares in the ceremony, and a person is seen elsewhere: states, routes, consents."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "r0015"
down_revision: str | None = "r0014"

# Table, constraint, column: values before, and what is added.
LISTS: Final = (
    (
        "identity_checks",
        "identity_checks_state",
        "state",
        "queued proven person_decides refused",
        "to_be_compared awaits_visit",
    ),
    (
        "identity_checks",
        "identity_checks_route",
        "route",
        "face notary_decides chip_and_code",
        "notary_compares in_person",
    ),
    (
        "consents",
        "consents_purpose",
        "purpose",
        (
            "terms personal_data face_online recording e_signature truth_promise notice_of_rights"
            " transfer"
        ),
        "notary_compares in_person_check",
    ),
)


def upgrade() -> None:
    for table, constraint, column, before, added in LISTS:
        _close(table, constraint, column, f"{before} {added}")
    op.execute("ALTER TABLE parties ADD COLUMN compared_in_ceremony boolean NOT NULL DEFAULT false")
    # Whoever adds a party says how it is proven.
    op.execute("ALTER TABLE parties ALTER COLUMN compared_in_ceremony DROP DEFAULT")


def downgrade() -> None:
    op.execute("ALTER TABLE parties DROP COLUMN compared_in_ceremony")
    for table, constraint, column, before, _ in LISTS:
        _close(table, constraint, column, before)


def _close(table: str, constraint: str, column: str, values: str) -> None:
    """Close the list; rows that an older list does not know stay, and no new one comes."""
    listed = ", ".join(f"'{value}'" for value in values.split())
    known = f"{column} IN ({listed})"
    strangers = _has_others(table, known)
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
