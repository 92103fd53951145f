"""Challenges that are answered live, and what phones send as an answer."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0004"
down_revision: str | None = "r0003"

APP: Final = "feigui_app"
STAFF_OF_OFFICE: Final = "office = feigui_office() AND feigui_account() IS NULL"
# The inner query stands behind the policies of ``cases`` itself.
INSIDE_OWN_CASE: Final = (
    "feigui_account() IS NOT NULL AND office = feigui_office() AND case_id = feigui_case()"
    " AND EXISTS (SELECT FROM cases WHERE cases.id = identity_challenges.case_id)"
)
BEFORE: Final = "'document', 'live_photo', 'material', 'segment'"
ADDED: Final = "'live_clip', 'chip'"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE identity_challenges (
            id text PRIMARY KEY,
            office text NOT NULL,
            case_id text NOT NULL,
            party text NOT NULL,
            nonce bytea NOT NULL,
            issued_at timestamptz NOT NULL,
            used_at timestamptz,
            FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
        )
        """
    )
    op.execute("CREATE INDEX identity_challenges_case ON identity_challenges (case_id)")
    for policy, condition in (
        ("staff_of_office", STAFF_OF_OFFICE),
        ("inside_own_case", INSIDE_OWN_CASE),
    ):
        op.execute(f"CREATE POLICY {policy} ON identity_challenges FOR ALL USING ({condition})")
    op.execute("ALTER TABLE identity_challenges ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity_challenges FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON identity_challenges TO {APP}")
    _close_purposes(f"{BEFORE}, {ADDED}")


def downgrade() -> None:
    # A clip or chip that was sent stays; no new one comes.
    _close_purposes(BEFORE, kept=" NOT VALID" if _has_added() else "")
    op.execute("DROP TABLE identity_challenges")


def _has_added() -> bool:
    op.execute("ALTER TABLE uploads NO FORCE ROW LEVEL SECURITY")
    asked = f"SELECT EXISTS (SELECT FROM uploads WHERE purpose IN ({ADDED}))"  # noqa: S608  # our own names
    found = op.get_bind().exec_driver_sql(asked).scalar() is True
    op.execute("ALTER TABLE uploads FORCE ROW LEVEL SECURITY")
    return found


def _close_purposes(listed: str, *, kept: str = "") -> None:
    op.execute("ALTER TABLE uploads DROP CONSTRAINT uploads_purpose")
    op.execute(
        f"ALTER TABLE uploads ADD CONSTRAINT uploads_purpose CHECK (purpose IN ({listed})){kept}"
    )
