"""Persons without an account are invited to a ceremony; codes go to e-mail as well."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0018"
down_revision: str | None = "r0017"

APP: Final = "feigui_app"
SEATS: Final = ("agent", "witness", "interpreter", "consular_witness", "observer")
LANGUAGES: Final = ("zh-CN", "en")
STAFF_OF_OFFICE: Final = "office = feigui_office() AND feigui_account() IS NULL"
# Whoever has the secret is nobody yet; and a contact is counted over all offices.
SOUGHT: Final = "feigui_sought() IN (token_sha256, contact_index)"
# An account signs in with a phone or an e-mail address.
RENAMED: Final = (
    ("applicants", "phone", "contact"),
    ("applicants", "phone_index", "contact_index"),
    ("one_time_codes", "phone_index", "contact_index"),
)


def upgrade() -> None:
    for table, before, after in RENAMED:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {before} TO {after}")
    op.execute(
        f"""
        CREATE TABLE ceremony_invitations (
            id text PRIMARY KEY,
            office text NOT NULL,
            case_id text NOT NULL,
            ceremony_id text NOT NULL,
            party text NOT NULL,
            seat text NOT NULL
                CONSTRAINT ceremony_invitations_seat CHECK (seat IN ({_listed(SEATS)})),
            contact bytea NOT NULL,
            contact_index text NOT NULL,
            language text NOT NULL
                CONSTRAINT ceremony_invitations_language
                CHECK (language IN ({_listed(LANGUAGES)})),
            invited_by text NOT NULL,
            made_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            token_sha256 text UNIQUE,
            sent_at timestamptz,
            revoked_at timestamptz,
            accepted_at timestamptz,
            CONSTRAINT ceremony_invitations_one_end
                CHECK (accepted_at IS NULL OR revoked_at IS NULL),
            FOREIGN KEY (office, case_id, ceremony_id)
                REFERENCES ceremonies (office, case_id, id)
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX ceremony_invitations_one_a_party ON ceremony_invitations"
        " (ceremony_id, party) WHERE revoked_at IS NULL"
    )
    op.execute(
        "CREATE INDEX ceremony_invitations_contact ON ceremony_invitations (contact_index, made_at)"
    )
    op.execute(
        f"CREATE POLICY staff_of_office ON ceremony_invitations FOR ALL USING ({STAFF_OF_OFFICE})"
    )
    op.execute(f"CREATE POLICY sought ON ceremony_invitations FOR SELECT USING ({SOUGHT})")
    op.execute("ALTER TABLE ceremony_invitations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE ceremony_invitations FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON ceremony_invitations TO {APP}")


def downgrade() -> None:
    op.execute("DROP TABLE ceremony_invitations")
    for table, before, after in RENAMED:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {after} TO {before}")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{each}'" for each in values)
