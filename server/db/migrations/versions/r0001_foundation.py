"""Everything that one case needs from intake to archive.

The tables are in r0001/*.sql, written by hand; here are the walls between them:
row-level security, forced on the owner too, and what the platform's own role
may do. No setting means no rows (invariant 9 of docs/case-lifecycle.md).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import op
from sqlalchemy import text

revision: str = "r0001"
down_revision: str | None = None

APP: Final = "feigui_app"
FILES: Final = (
    "settings",
    "cases",
    "audit",
    "ceremonies",
    "register",
    "access",
    "requests",
    "register_view",
)

CASE_PARTS: Final = (
    "parties",
    "consents",
    "materials",
    "identity_checks",
    "audit_log",
    "audit_heads",
    "ceremonies",
    "ceremony_segments",
    "ceremony_links",
    "certificates",
    "deliveries",
)

STAFF_OF_OFFICE: Final = "office = feigui_office() AND feigui_account() IS NULL"
OWN_CASE: Final = (
    "feigui_account() IS NOT NULL AND accounts @> ARRAY[feigui_account()]"
    " AND office = COALESCE(feigui_office(), office)"
    " AND id = COALESCE(feigui_case(), id)"
)
# The inner query stands behind the policies of ``cases`` itself.
INSIDE_OWN_CASE: Final = (
    "feigui_account() IS NOT NULL AND office = feigui_office() AND case_id = feigui_case()"
    " AND EXISTS (SELECT FROM cases WHERE cases.id = {table}.case_id)"
)

PRINTED: Final = (
    "public_id = feigui_sought() OR sealed_sha256 = feigui_sought()"
    " OR number || '/' || check_code = feigui_sought()"
)

# Table, name, command and condition of each policy.
POLICIES: Final = (
    ("cases", "staff_of_office", "ALL", STAFF_OF_OFFICE),
    ("cases", "own_case", "ALL", OWN_CASE),
    *((t, "staff_of_office", "ALL", STAFF_OF_OFFICE) for t in CASE_PARTS),
    *((t, "inside_own_case", "ALL", INSIDE_OWN_CASE.format(table=t)) for t in CASE_PARTS),
    # What anybody may ask needs a secret that is printed on the certificate.
    (
        "certificates",
        "sought_by_the_public",
        "SELECT",
        f"status <> 'intended' AND ({PRINTED})",
    ),
    ("number_series", "staff_of_office", "ALL", STAFF_OF_OFFICE),
    ("staff", "staff_of_office", "ALL", STAFF_OF_OFFICE),
    # Whoever signs in is nobody yet: one row, by what he must know to ask for it.
    ("staff", "sought", "SELECT", "id = feigui_sought() OR login = feigui_sought()"),
    ("staff", "sought_to_sign_in", "UPDATE", "id = feigui_sought()"),
    (
        "applicants",
        "sought",
        "ALL",
        "feigui_sought() IN (id, phone_index) OR id = feigui_account()",
    ),
    ("sessions", "sought", "ALL", "feigui_sought() IN (id, account)"),
    ("refresh_tokens", "sought", "ALL", "sha256 = feigui_sought()"),
    ("login_tries", "sought", "ALL", "login_index = feigui_sought()"),
    ("one_time_codes", "sought", "ALL", "feigui_sought() IN (id, phone_index)"),
    ("idempotency_keys", "sought", "ALL", "caller = feigui_sought()"),
    ("operations", "staff_of_office", "ALL", STAFF_OF_OFFICE),
    ("operations", "own", "ALL", "account = feigui_account()"),
    ("uploads", "staff_of_office", "ALL", STAFF_OF_OFFICE),
    ("uploads", "own", "ALL", "account = feigui_account()"),
)

APPEND: Final = "SELECT, INSERT"
KEEP: Final = "SELECT, INSERT, UPDATE"
REPLACE: Final = "SELECT, INSERT, UPDATE, DELETE"
PRIVILEGES: Final = {
    "cases": KEEP,
    "parties": REPLACE,
    "consents": KEEP,
    "materials": REPLACE,
    "identity_checks": KEEP,
    "audit_log": APPEND,
    "audit_heads": KEEP,
    "ceremonies": KEEP,
    "ceremony_segments": APPEND,
    "ceremony_links": APPEND,
    "certificates": KEEP,
    "number_series": KEEP,
    "deliveries": KEEP,
    "applicants": APPEND,
    "staff": KEEP,
    "sessions": KEEP,
    "refresh_tokens": KEEP,
    "one_time_codes": KEEP,
    "login_tries": "SELECT, INSERT, DELETE",
    "idempotency_keys": REPLACE,
    "operations": KEEP,
    "uploads": KEEP,
    "register_view": "SELECT",
}


def upgrade() -> None:
    require_app_role()
    folder = Path(__file__).parent / "r0001"
    script = op.get_bind().execution_options(no_parameters=True)
    for name in FILES:
        script.exec_driver_sql((folder / f"{name}.sql").read_text("utf-8"))
    for table, policy, command, condition in POLICIES:
        op.execute(f"CREATE POLICY {policy} ON {table} FOR {command} USING ({condition})")
    for table, privileges in PRIVILEGES.items():
        if table != "register_view":
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT {privileges} ON {table} TO {APP}")
    # So that the platform can tell whether it fits the database.
    op.execute(f"GRANT SELECT ON alembic_version TO {APP}")


def downgrade() -> None:
    op.execute("DROP VIEW register_view")
    tables = ", ".join(t for t in PRIVILEGES if t != "register_view")
    op.execute(f"DROP TABLE {tables}")
    for function in ("office", "account", "case", "sought", "refuse_change"):
        op.execute(f"DROP FUNCTION feigui_{function}()")


def require_app_role() -> None:
    """Refuse to build walls around a role that could walk through them."""
    role = op.get_bind().execute(
        text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :name"), {"name": APP}
    )
    if role.scalar() is not False:
        raise RuntimeError(f"role {APP} is missing, or row-level security does not hold it")
