"""Who asked for an evidence package, for what, and how far it is."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0019"
down_revision: str | None = "r0018"

APP: Final = "feigui_app"
STAFF_OF_OFFICE: Final = "office = feigui_office() AND feigui_account() IS NULL"
# Not even another party of the same case sees that one asked, nor what for. The inner query
# stands behind the policies of ``cases`` itself.
OWN_INSIDE_OWN_CASE: Final = (
    "account = feigui_account() AND office = feigui_office() AND case_id = feigui_case()"
    " AND EXISTS (SELECT FROM cases WHERE cases.id = package_requests.case_id)"
)
BEFORE: Final = ("sign_deed", "approve", "approve_enforcement", "issue")
NEW: Final = "take_evidence"


def upgrade() -> None:
    _allow((*BEFORE, NEW))
    op.execute(
        """
        CREATE TABLE package_requests (
            id text PRIMARY KEY,
            office text NOT NULL,
            case_id text NOT NULL,
            certificate text NOT NULL REFERENCES certificates (id),
            account text NOT NULL,
            by_party boolean NOT NULL,
            purpose text NOT NULL CONSTRAINT package_requests_purpose CHECK (purpose IN (
                'own_use', 'court', 'arbitration', 'authority', 'office_use')),
            words bytea NOT NULL,
            step_up text NOT NULL REFERENCES step_ups (id),
            state text NOT NULL CONSTRAINT package_requests_state CHECK (state IN (
                'queued', 'making', 'ready', 'failed', 'ended')),
            asked_at timestamptz NOT NULL,
            object_sha256 text,
            size bigint,
            made_at timestamptz,
            kept_until timestamptz,
            FOREIGN KEY (office, case_id) REFERENCES cases (office, id),
            CHECK ((state IN ('ready', 'ended')) = (object_sha256 IS NOT NULL)),
            CHECK (num_nulls(object_sha256, size, made_at, kept_until) IN (0, 4))
        )
        """
    )
    op.execute("CREATE INDEX package_requests_case ON package_requests (case_id)")
    op.execute(
        "CREATE INDEX package_requests_certificate ON package_requests (certificate, asked_at DESC)"
    )
    op.execute("CREATE INDEX package_requests_account ON package_requests (account, asked_at)")
    op.execute(
        "CREATE INDEX package_requests_kept ON package_requests (office, kept_until)"
        " WHERE state = 'ready'"
    )
    # Of a certificate, one person waits for one package at a time.
    op.execute(
        "CREATE UNIQUE INDEX package_requests_open ON package_requests (certificate, account)"
        " WHERE state IN ('queued', 'making')"
    )
    # An answer bears one package.
    op.execute("CREATE UNIQUE INDEX package_requests_step_up ON package_requests (step_up)")
    for policy, condition in (
        ("staff_of_office", STAFF_OF_OFFICE),
        ("own_inside_own_case", OWN_INSIDE_OWN_CASE),
    ):
        op.execute(f"CREATE POLICY {policy} ON package_requests FOR ALL USING ({condition})")
    op.execute("ALTER TABLE package_requests ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE package_requests FORCE ROW LEVEL SECURITY")
    # Who asked, for what and upon which answer never changes.
    op.execute(
        "GRANT SELECT, INSERT, UPDATE (state, object_sha256, size, made_at, kept_until)"
        f" ON package_requests TO {APP}"
    )


def downgrade() -> None:
    op.execute("DROP TABLE package_requests")
    # What was asked for this act alone has nothing left to belong to.
    op.execute("ALTER TABLE step_ups NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM step_ups WHERE action = 'take_evidence'")
    op.execute("ALTER TABLE step_ups FORCE ROW LEVEL SECURITY")
    _allow(BEFORE)


def _allow(acts: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{each}'" for each in acts)
    op.execute("ALTER TABLE step_ups DROP CONSTRAINT step_ups_action")
    op.execute(f"ALTER TABLE step_ups ADD CONSTRAINT step_ups_action CHECK (action IN ({listed}))")
