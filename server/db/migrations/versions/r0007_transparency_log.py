"""The transparency log: what became of every certificate, in one line for all offices.

Certificates that are there already get their entries in the order of their times.
The database itself refuses a certificate without its entry and an entry without
its certificate, at the end of each transaction.
"""

from __future__ import annotations

import hashlib
from typing import Final

from alembic import op

revision: str = "r0007"
down_revision: str | None = "r0006"

APP: Final = "feigui_app"
STAFF_OF_OFFICE: Final = "office = feigui_office() AND feigui_account() IS NULL"
AS_THE_LOG: Final = "feigui_sought() = 'transparency-log'"

TABLES: Final = (
    # Position from 0 on, without a gap. What is hashed is what is kept.
    """
    CREATE TABLE log_entries (
        position bigint PRIMARY KEY CHECK (position >= 0),
        office text NOT NULL,
        certificate text NOT NULL REFERENCES certificates (id),
        status text NOT NULL CHECK (status <> 'intended'),
        entry bytea NOT NULL,
        hash bytea NOT NULL CHECK (hash = sha256('\\x00'::bytea || entry)),
        UNIQUE (certificate, status)
    )
    """,
    # Hashes of complete subtrees: 2 to the power of level leaves each.
    """
    CREATE TABLE log_nodes (
        level smallint NOT NULL CHECK (level > 0),
        position bigint NOT NULL CHECK (position >= 0),
        hash bytea NOT NULL CHECK (length(hash) = 32),
        PRIMARY KEY (level, position)
    )
    """,
    """
    CREATE TABLE log_heads (
        log text PRIMARY KEY,
        size bigint NOT NULL CHECK (size >= 0)
    )
    """,
    """
    CREATE TABLE log_checkpoints (
        size bigint PRIMARY KEY CHECK (size >= 0),
        note bytea NOT NULL,
        signed_at timestamptz NOT NULL
    )
    """,
)
POLICIES: Final = (
    ("log_entries", "staff_of_office", "ALL", STAFF_OF_OFFICE),
    ("log_entries", "sought_as_the_log", "SELECT", AS_THE_LOG),
    ("log_nodes", "sought_as_the_log", "ALL", AS_THE_LOG),
    ("log_heads", "sought_as_the_log", "ALL", AS_THE_LOG),
    ("log_checkpoints", "sought_as_the_log", "ALL", AS_THE_LOG),
)
APPENDED_TO: Final = ("log_entries", "log_nodes", "log_checkpoints")
PRIVILEGES: Final = {
    **dict.fromkeys(APPENDED_TO, "SELECT, INSERT"),
    "log_heads": "SELECT, UPDATE",
}

# What the platform writes in server/register/log_entries.py, as of this revision.
EXISTING: Final = """
INSERT INTO log_entries (position, office, certificate, status, entry, hash)
SELECT row_number() OVER (ORDER BY at, certificate, turn) - 1, office, certificate, status, entry,
    sha256('\\x00'::bytea || entry)
FROM (
    SELECT turn, said.at, c.office, c.id AS certificate, said.status, convert_to(format(
        '{"at":"%s","certificate":"%s","kind":"%s","office":"%s","related":%s,'
            || '"sealed_sha256":%s,"type":"feigui.certificate","v":1}',
        to_char(said.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        encode(sha256('feigui.certificate\\000'::bytea || convert_to(c.public_id, 'UTF8')), 'hex'),
        said.kind,
        c.office,
        COALESCE('"' || encode(sha256('feigui.certificate\\000'::bytea
            || convert_to(other.public_id, 'UTF8')), 'hex') || '"', 'null'),
        COALESCE('"' || c.sealed_sha256 || '"', 'null')
    ), 'UTF8') AS entry
    FROM certificates AS c
    CROSS JOIN LATERAL (
        SELECT 1 AS turn, COALESCE(c.sealed_at, c.intended_at) AS at, 'valid' AS status,
            CASE c.kind WHEN 'original' THEN 'issue' WHEN 'corrected' THEN 'correction'
                WHEN 'supplementary' THEN 'supplement' ELSE c.kind END AS kind,
            c.relates_to AS related
        WHERE c.status NOT IN ('intended', 'voided')
        UNION ALL
        SELECT 2, COALESCE(c.ended_at, c.intended_at), c.status,
            CASE c.status WHEN 'superseded' THEN 'supersession' WHEN 'revoked' THEN 'revocation'
                WHEN 'partly_revoked' THEN 'partial_revocation' ELSE 'void' END,
            CASE c.status WHEN 'superseded' THEN c.successor ELSE c.relates_to END
        WHERE c.status NOT IN ('intended', 'valid')
    ) AS said
    LEFT JOIN certificates AS other ON other.office = c.office AND other.number = said.related
) AS told
"""

# Deferred: a transaction writes both, in whichever order, or neither.
FUNCTIONS: Final = (
    """
    CREATE FUNCTION feigui_certificate_is_logged() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM log_entries AS e
                WHERE e.certificate = NEW.id AND e.status = NEW.status) THEN
            RAISE EXCEPTION 'a certificate without its entry in the log'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE FUNCTION feigui_log_entry_is_true() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM certificates AS c
                WHERE c.id = NEW.certificate AND c.office = NEW.office AND c.status <> 'intended')
            OR NOT EXISTS (SELECT FROM log_heads WHERE size > NEW.position)
            OR (NEW.position > 0 AND NOT EXISTS (SELECT FROM log_entries AS e
                WHERE e.position = NEW.position - 1)) THEN
            RAISE EXCEPTION 'an entry in the log without its certificate or its place'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE FUNCTION feigui_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT (NEW.size > OLD.size AND NEW.log = OLD.log) THEN
            RAISE EXCEPTION 'the log only grows' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$
    """,
    """
    CREATE FUNCTION feigui_certificate_stays_as_logged() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.status = 'intended' OR (NEW.office, NEW.public_id, NEW.sealed_sha256)
                IS DISTINCT FROM (OLD.office, OLD.public_id, OLD.sealed_sha256) THEN
            RAISE EXCEPTION 'what is logged of a certificate does not change'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$
    """,
)
TRIGGERS: Final = (
    """
    CREATE CONSTRAINT TRIGGER certificates_are_logged AFTER INSERT OR UPDATE OF status
    ON certificates DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.status <> 'intended') EXECUTE FUNCTION feigui_certificate_is_logged()
    """,
    """
    CREATE CONSTRAINT TRIGGER log_entries_are_true AFTER INSERT ON log_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION feigui_log_entry_is_true()
    """,
    """
    CREATE TRIGGER log_heads_only_grow BEFORE UPDATE ON log_heads
    FOR EACH ROW EXECUTE FUNCTION feigui_log_only_grows()
    """,
    """
    CREATE TRIGGER certificates_stay_as_logged BEFORE UPDATE ON certificates
    FOR EACH ROW WHEN (OLD.status <> 'intended')
    EXECUTE FUNCTION feigui_certificate_stays_as_logged()
    """,
)


def upgrade() -> None:
    script = op.get_bind().execution_options(no_parameters=True)
    for table in TABLES:
        script.exec_driver_sql(table)
    _log_what_is_there()
    for function in (*FUNCTIONS, *TRIGGERS):
        script.exec_driver_sql(function)
    for table in APPENDED_TO:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION feigui_refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION feigui_refuse_change()"
        )
    for table, policy, command, condition in POLICIES:
        op.execute(f"CREATE POLICY {policy} ON {table} FOR {command} USING ({condition})")
    for table, privileges in PRIVILEGES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT {privileges} ON {table} TO {APP}")


def downgrade() -> None:
    op.execute("DROP TRIGGER certificates_are_logged ON certificates")
    op.execute("DROP TRIGGER certificates_stay_as_logged ON certificates")
    op.execute(f"DROP TABLE {', '.join(PRIVILEGES)}")
    for function in (
        "certificate_is_logged",
        "log_entry_is_true",
        "log_only_grows",
        "certificate_stays_as_logged",
    ):
        op.execute(f"DROP FUNCTION feigui_{function}()")


def _log_what_is_there() -> None:
    script = op.get_bind().execution_options(no_parameters=True)
    # The wall holds the owner too; this one look is over it.
    op.execute("ALTER TABLE certificates NO FORCE ROW LEVEL SECURITY")
    script.exec_driver_sql(EXISTING)
    op.execute("ALTER TABLE certificates FORCE ROW LEVEL SECURITY")
    found = script.exec_driver_sql("SELECT hash FROM log_entries ORDER BY position")
    hashes, level = [bytes(each) for each in found.scalars()], 0
    op.execute(f"INSERT INTO log_heads VALUES ('transparency-log', {len(hashes)})")  # noqa: S608  # a number of ours
    while len(hashes) > 1:
        level += 1
        hashes = [
            hashlib.sha256(b"\x01" + hashes[at] + hashes[at + 1]).digest()
            for at in range(0, len(hashes) - 1, 2)
        ]
        for position, each in enumerate(hashes):
            op.execute(f"INSERT INTO log_nodes VALUES ({level}, {position}, '\\x{each.hex()}')")  # noqa: S608  # a digest of ours
