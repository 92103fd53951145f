"""Which media worker carries which ceremony's room."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0011"
down_revision: str | None = "r0010"

APP: Final = "feigui_app"
STAFF_OF_OFFICE: Final = "office = feigui_office() AND feigui_account() IS NULL"
# The inner query stands behind the policies of ``cases`` itself.
INSIDE_OWN_CASE: Final = (
    "feigui_account() IS NOT NULL AND office = feigui_office() AND case_id = feigui_case()"
    " AND EXISTS (SELECT FROM cases WHERE cases.id = media_rooms.case_id)"
)


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE media_rooms (
            ceremony_id text PRIMARY KEY,
            office text NOT NULL,
            case_id text NOT NULL,
            worker text NOT NULL,
            leased_until timestamptz NOT NULL,
            close_asked_at timestamptz,
            released boolean NOT NULL,
            FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
        )
        """
    )
    for policy, condition in (
        ("staff_of_office", STAFF_OF_OFFICE),
        ("inside_own_case", INSIDE_OWN_CASE),
    ):
        op.execute(f"CREATE POLICY {policy} ON media_rooms FOR ALL USING ({condition})")
    op.execute("ALTER TABLE media_rooms ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE media_rooms FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON media_rooms TO {APP}")


def downgrade() -> None:
    op.execute("DROP TABLE media_rooms")
