"""The video that a ceremony is looked through by: how far it has come."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0012"
down_revision: str | None = "r0011"

APP: Final = "feigui_app"
STAFF_OF_OFFICE: Final = "office = feigui_office() AND feigui_account() IS NULL"
# The inner query stands behind the policies of ``cases`` itself.
INSIDE_OWN_CASE: Final = (
    "feigui_account() IS NOT NULL AND office = feigui_office() AND case_id = feigui_case()"
    " AND EXISTS (SELECT FROM cases WHERE cases.id = composites.case_id)"
)


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE composites (
            ceremony_id text PRIMARY KEY,
            office text NOT NULL,
            case_id text NOT NULL,
            state text NOT NULL CONSTRAINT composites_state CHECK (state IN (
                'wanted', 'made', 'failed')),
            tries integer NOT NULL CHECK (tries >= 0),
            next_try_at timestamptz NOT NULL,
            head text,
            object_sha256 text,
            size bigint,
            made_at timestamptz,
            CHECK ((state = 'made') = (object_sha256 IS NOT NULL)),
            FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
        )
        """
    )
    op.execute("CREATE INDEX composites_case ON composites (case_id)")
    for policy, condition in (
        ("staff_of_office", STAFF_OF_OFFICE),
        ("inside_own_case", INSIDE_OWN_CASE),
    ):
        op.execute(f"CREATE POLICY {policy} ON composites FOR ALL USING ({condition})")
    op.execute("ALTER TABLE composites ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE composites FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON composites TO {APP}")


def downgrade() -> None:
    op.execute("DROP TABLE composites")
