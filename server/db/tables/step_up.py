"""Devices that answer for a person, and what they were asked before a key was used."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table

from server.db.tables.metadata import METADATA, moment, text

DEVICES = Table(
    "devices",
    METADATA,
    text("id", key=True),
    text("account"),
    text("kind"),
    Column("public_key", LargeBinary, nullable=False),
    Column("name", LargeBinary, nullable=False),
    moment("added_at"),
    text("added_in"),
    moment("revoked_at", optional=True),
)

STEP_UPS = Table(
    "step_ups",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id"),
    text("account"),
    text("session"),
    text("action"),
    text("digest"),
    Column("nonce", LargeBinary, nullable=False),
    moment("issued_at"),
    moment("expires_at"),
    text("device", optional=True),
    Column("signature", LargeBinary),
    moment("answered_at", optional=True),
)
