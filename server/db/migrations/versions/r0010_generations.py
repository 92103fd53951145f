"""Every digest under which a signed file was ever kept, as its stamps are renewed."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "r0010"
down_revision: str | None = "r0009"

APP: Final = "feigui_app"
STAFF_OF_OFFICE: Final = "office = feigui_office() AND feigui_account() IS NULL"
# The inner query stands behind the policies of ``cases`` itself.
INSIDE_OWN_CASE: Final = (
    "feigui_account() IS NOT NULL AND office = feigui_office() AND case_id = feigui_case()"
    " AND EXISTS (SELECT FROM cases WHERE cases.id = generations.case_id)"
)
# Whoever holds the file may ask what became of it; a deed is not for the public.
HELD: Final = "kind = 'certificate' AND state = 'kept' AND sha256 = feigui_sought()"
# The inner query stands behind the policies of ``generations``.
HELD_BEFORE: Final = (
    "status <> 'intended' AND EXISTS (SELECT FROM generations WHERE kind = 'certificate'"
    " AND subject = certificates.id AND sha256 = feigui_sought())"
)


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE generations (
            id text PRIMARY KEY,
            office text NOT NULL,
            case_id text NOT NULL,
            kind text NOT NULL CONSTRAINT generations_kind CHECK (kind IN (
                'certificate', 'deed')),
            subject text NOT NULL,
            number integer NOT NULL CHECK (number > 0),
            state text NOT NULL CONSTRAINT generations_state CHECK (state IN (
                'intended', 'kept', 'refused')),
            intended_at timestamptz NOT NULL,
            base_sha256 text,
            sha256 text,
            sm3 text,
            carries_until timestamptz,
            kept_at timestamptz,
            trouble text,
            UNIQUE (kind, subject, number),
            CHECK ((state = 'kept') = (sha256 IS NOT NULL)),
            FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
        )
        """
    )
    op.execute("ALTER TABLE certificates ADD COLUMN renewed_sha256 text")
    op.execute("CREATE INDEX generations_case ON generations (case_id)")
    # A certificate is one file; a deed goes along when its case moves to another office.
    op.execute(
        "CREATE UNIQUE INDEX generations_given_out ON generations (sha256)"
        " WHERE kind = 'certificate'"
    )
    op.execute("CREATE INDEX generations_due ON generations (office, carries_until)")
    for policy, command, condition in (
        ("staff_of_office", "ALL", STAFF_OF_OFFICE),
        ("inside_own_case", "ALL", INSIDE_OWN_CASE),
        ("sought_by_the_public", "SELECT", HELD),
    ):
        op.execute(f"CREATE POLICY {policy} ON generations FOR {command} USING ({condition})")
    op.execute("ALTER TABLE generations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE generations FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON generations TO {APP}")
    op.execute(
        f"CREATE POLICY held_before_renewal ON certificates FOR SELECT USING ({HELD_BEFORE})"
    )


def downgrade() -> None:
    # The files of earlier generations stay in the store; only the way back to them is lost.
    op.execute("DROP POLICY held_before_renewal ON certificates")
    op.execute("DROP TABLE generations")
    op.execute("ALTER TABLE certificates DROP COLUMN renewed_sha256")
