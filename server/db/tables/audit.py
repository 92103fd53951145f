"""The audit trail of each case, and how long it is."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table
from sqlalchemy.dialects.postgresql import JSONB

from server.db.tables.metadata import METADATA, moment, text

AUDIT_LOG = Table(
    "audit_log",
    METADATA,
    text("office"),
    text("case_id", key=True),
    Column("position", Integer, primary_key=True),
    text("kind"),
    text("actor"),
    moment("at"),
    Column("facts", JSONB, nullable=False),
    text("prev"),
    text("hash"),
)

AUDIT_HEADS = Table(
    "audit_heads",
    METADATA,
    text("office"),
    text("case_id", key=True),
    Column("length", Integer, nullable=False),
    text("hash"),
)
