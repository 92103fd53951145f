"""Answers that were given, long work, and files on their way."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table
from sqlalchemy.dialects.postgresql import JSONB

from server.db.tables.metadata import METADATA, moment, text

IDEMPOTENCY_KEYS = Table(
    "idempotency_keys",
    METADATA,
    text("caller", key=True),
    text("operation", key=True),
    text("key", key=True),
    text("fingerprint"),
    moment("claimed_at"),
    Column("status", Integer),
    Column("headers", JSONB),
    Column("body", LargeBinary),
)

OPERATIONS = Table(
    "operations",
    METADATA,
    text("id", key=True),
    text("office"),
    text("kind"),
    text("case_id", optional=True),
    text("account", optional=True),
    text("state"),
    Column("step", Integer, nullable=False),
    Column("of", Integer, nullable=False),
    text("label"),
    text("problem", optional=True),
    text("result", optional=True),
)

UPLOADS = Table(
    "uploads",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id", optional=True),
    text("account"),
    text("purpose"),
    text("media_type"),
    Column("size", BigInteger, nullable=False),
    text("sha256"),
    Column("part_size", BigInteger, nullable=False),
    text("s3_upload_id"),
    text("state"),
    text("problem", optional=True),
    moment("created_at"),
    moment("expires_at"),
)
