"""The office's seals over the manifests of evidence packages."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0008"
down_revision: str | None = "r0007"

APP: Final = "feigui_app"
STAFF_OF_OFFICE: Final = "office = feigui_office() AND feigui_account() IS NULL"
# The inner query stands behind the policies of ``cases`` itself.
INSIDE_OWN_CASE: Final = (
    "feigui_account() IS NOT NULL AND office = feigui_office() AND case_id = feigui_case()"
    " AND EXISTS (SELECT FROM cases WHERE cases.id = package_seals.case_id)"
)


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE package_seals (
            office text NOT NULL,
            case_id text NOT NULL,
            certificate text NOT NULL,
            manifest_sha256 text PRIMARY KEY,
            intended_at timestamptz NOT NULL,
            sealed_at timestamptz,
            signature bytea,
            FOREIGN KEY (office, case_id) REFERENCES cases (office, id),
            CONSTRAINT package_seals_made CHECK ((signature IS NULL) = (sealed_at IS NULL))
        )
        """
    )
    op.execute("CREATE INDEX package_seals_case ON package_seals (case_id)")
    for policy, condition in (
        ("staff_of_office", STAFF_OF_OFFICE),
        ("inside_own_case", INSIDE_OWN_CASE),
    ):
        op.execute(f"CREATE POLICY {policy} ON package_seals FOR ALL USING ({condition})")
    op.execute("ALTER TABLE package_seals ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE package_seals FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON package_seals TO {APP}")


def downgrade() -> None:
    op.execute("DROP TABLE package_seals")
