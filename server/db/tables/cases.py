"""The case and its parts. A column of bytes is ciphertext, always."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table
from sqlalchemy.dialects.postgresql import JSONB

from server.db.tables.metadata import METADATA, moment, text, texts

CASES = Table(
    "cases",
    METADATA,
    text("id", key=True),
    text("office"),
    text("matter"),
    text("status"),
    texts("came_from"),
    texts("accounts"),
    text("handling_notary", optional=True),
    text("approver", optional=True),
    text("way_of_closing", optional=True),
    moment("created_at"),
    moment("submitted_at", optional=True),
    moment("accepted_at", optional=True),
    moment("interviewed_at", optional=True),
    moment("approved_at", optional=True),
    moment("issued_at", optional=True),
    moment("delivered_at", optional=True),
    moment("closed_at", optional=True),
    moment("archived_at", optional=True),
    Column("content", JSONB, nullable=False),
    Column("papers", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    moment("supplement_asked_at", optional=True),
    moment("released_at", optional=True),
)

PARTIES = Table(
    "parties",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id"),
    Column("position", Integer, nullable=False),
    text("role"),
    Column("is_organisation", Boolean, nullable=False),
    text("account", optional=True),
    text("stands_for", optional=True),
    texts("relative_of_staff"),
    Column("identity_proven", Boolean, nullable=False),
    Column("compared_in_ceremony", Boolean, nullable=False),
    Column("papers", LargeBinary, nullable=False),
    text("id_number_index", optional=True),
)

CONSENTS = Table(
    "consents",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id"),
    Column("position", Integer, nullable=False),
    text("party"),
    text("purpose"),
    text("notice_code"),
    text("notice_version"),
    text("language"),
    text("text_sha256"),
    moment("given_at"),
    moment("withdrawn_at", optional=True),
)

MATERIALS = Table(
    "materials",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id"),
    Column("position", Integer, nullable=False),
    text("item"),
    text("name_zh"),
    text("name_en"),
    Column("required", Boolean, nullable=False),
    text("state"),
    text("object_sha256", optional=True),
    text("media_type", optional=True),
    Column("size", BigInteger),
    Column("pages", Integer),
    Column("reason", LargeBinary),
    Column("in_supplement", Boolean, nullable=False),
    text("decided_by", optional=True),
    moment("decided_at", optional=True),
)

IDENTITY_CHALLENGES = Table(
    "identity_challenges",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id"),
    text("party"),
    Column("nonce", LargeBinary, nullable=False),
    moment("issued_at"),
    moment("used_at", optional=True),
    text("answered_by"),
)

IDENTITY_CHECKS = Table(
    "identity_checks",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id"),
    text("party"),
    text("state"),
    Column("inputs", JSONB, nullable=False),
    moment("requested_at"),
    Column("papers", LargeBinary, nullable=False),
    moment("pictures_ended_at", optional=True),
    text("pictures_ended_for", optional=True),
    moment("pictures_gone_at", optional=True),
    moment("pictures_kept_until", optional=True),
    text("route"),
)
