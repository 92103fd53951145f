"""Devices that answer for a person, and what they were asked before a key was used."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "r0009"
down_revision: str | None = "r0008"

APP: Final = "feigui_app"
OWN_INSIDE_OWN_CASE: Final = (
    "account = feigui_account() AND office = feigui_office() AND case_id = feigui_case()"
    " AND EXISTS (SELECT FROM cases WHERE cases.id = step_ups.case_id)"
)
POLICIES: Final = (
    # Of persons, not of offices: found by whoever names the device or is its account.
    ("devices", "sought", "feigui_sought() IN (id, account)"),
    ("step_ups", "staff_of_office", "office = feigui_office() AND feigui_account() IS NULL"),
    # Not even another party of the same case sees what one was asked.
    (
        "step_ups",
        "own_inside_own_case",
        OWN_INSIDE_OWN_CASE,
    ),
)
# What was asked and who was added never changes: only how it ends is written later.
RIGHTS: Final = {
    "devices": "SELECT, INSERT, UPDATE (revoked_at)",
    "step_ups": "SELECT, INSERT, UPDATE (device, signature, answered_at)",
}


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE devices (
            id text PRIMARY KEY,
            account text NOT NULL,
            kind text NOT NULL CONSTRAINT devices_kind CHECK (kind IN ('device_key')),
            public_key bytea NOT NULL UNIQUE,
            name bytea NOT NULL,
            added_at timestamptz NOT NULL,
            added_in text NOT NULL REFERENCES sessions (id),
            revoked_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX devices_account ON devices (account, added_at DESC)")
    op.execute(
        """
        CREATE TABLE step_ups (
            id text PRIMARY KEY,
            office text NOT NULL,
            case_id text NOT NULL,
            account text NOT NULL,
            session text NOT NULL REFERENCES sessions (id),
            action text NOT NULL CONSTRAINT step_ups_action CHECK (action IN (
                'sign_deed', 'approve', 'approve_enforcement', 'issue')),
            digest text NOT NULL,
            nonce bytea NOT NULL UNIQUE,
            issued_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL CHECK (expires_at > issued_at),
            device text REFERENCES devices (id),
            signature bytea,
            answered_at timestamptz,
            FOREIGN KEY (office, case_id) REFERENCES cases (office, id),
            CHECK (num_nulls(device, signature, answered_at) IN (0, 3))
        )
        """
    )
    op.execute("CREATE INDEX step_ups_case ON step_ups (case_id)")
    for table, policy, condition in POLICIES:
        op.execute(f"CREATE POLICY {policy} ON {table} FOR ALL USING ({condition})")
    for table, rights in RIGHTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT {rights} ON {table} TO {APP}")
    op.add_column("certificates", sa.Column("step_up", sa.Text))


def downgrade() -> None:
    op.drop_column("certificates", "step_up")
    op.execute("DROP TABLE step_ups")
    op.execute("DROP TABLE devices")
