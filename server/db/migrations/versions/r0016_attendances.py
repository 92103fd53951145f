"""Who follows a ceremony right now."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0016"
down_revision: str | None = "r0015"

APP: Final = "feigui_app"
STAFF_OF_OFFICE: Final = "office = feigui_office() AND feigui_account() IS NULL"
# The inner query stands behind the policies of ``cases`` itself.
INSIDE_OWN_CASE: Final = (
    "feigui_account() IS NOT NULL AND office = feigui_office() AND case_id = feigui_case()"
    " AND EXISTS (SELECT FROM cases WHERE cases.id = ceremony_attendances.case_id)"
)


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE ceremony_attendances (
            office text NOT NULL,
            case_id text NOT NULL,
            ceremony_id text NOT NULL,
            account text NOT NULL,
            seen_at timestamptz NOT NULL,
            PRIMARY KEY (ceremony_id, account),
            FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
        )
        """
    )
    for policy, condition in (
        ("staff_of_office", STAFF_OF_OFFICE),
        ("inside_own_case", INSIDE_OWN_CASE),
    ):
        op.execute(f"CREATE POLICY {policy} ON ceremony_attendances FOR ALL USING ({condition})")
    op.execute("ALTER TABLE ceremony_attendances ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE ceremony_attendances FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON ceremony_attendances TO {APP}")


def downgrade() -> None:
    op.execute("DROP TABLE ceremony_attendances")
