"""Ceremonies, their segments and the links of their chain."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table
from sqlalchemy.dialects.postgresql import JSONB

from server.db.tables.metadata import METADATA, moment, text, texts

CEREMONIES = Table(
    "ceremonies",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id"),
    text("status"),
    Column("participants", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    moment("created_at"),
)

CEREMONY_SEGMENTS = Table(
    "ceremony_segments",
    METADATA,
    text("office"),
    text("case_id"),
    text("ceremony_id", key=True),
    Column("position", Integer, primary_key=True),
    text("participant"),
    Column("index", Integer, nullable=False),
    Column("starts_ms", BigInteger, nullable=False),
    Column("ends_ms", BigInteger, nullable=False),
    text("sha256"),
    Column("size", BigInteger, nullable=False),
    text("media_type"),
    text("prev_sha256"),
)

CEREMONY_LINKS = Table(
    "ceremony_links",
    METADATA,
    text("office"),
    text("case_id"),
    text("ceremony_id", key=True),
    Column("index", Integer, primary_key=True),
    text("kind"),
    text("at"),
    Column("body", JSONB, nullable=False),
    text("prev"),
    text("hash"),
)

MEDIA_ROOMS = Table(
    "media_rooms",
    METADATA,
    text("office"),
    text("case_id"),
    text("ceremony_id", key=True),
    text("worker"),
    moment("leased_until"),
    moment("close_asked_at", optional=True),
    Column("released", Boolean, nullable=False),
    Column("clock_ahead_ms", BigInteger, nullable=False),
    texts("key_frames"),
    Column("lines", JSONB, nullable=False),
    moment("measured_at", optional=True),
    Column("stills", JSONB, nullable=False),
)

MEDIA_WORKERS = Table(
    "media_workers",
    METADATA,
    text("name", key=True),
    text("url"),
    text("engine"),
    Column("rooms", Integer, nullable=False),
    moment("seen_at"),
)

COMPOSITES = Table(
    "composites",
    METADATA,
    text("office"),
    text("case_id"),
    text("ceremony_id", key=True),
    text("state"),
    Column("tries", Integer, nullable=False),
    moment("next_try_at"),
    text("head", optional=True),
    text("object_sha256", optional=True),
    Column("size", BigInteger, nullable=True),
    moment("made_at", optional=True),
)

CEREMONY_ATTENDANCES = Table(
    "ceremony_attendances",
    METADATA,
    text("office"),
    text("case_id"),
    text("ceremony_id", key=True),
    text("account", key=True),
    moment("seen_at"),
)

CEREMONY_INVITATIONS = Table(
    "ceremony_invitations",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id"),
    text("ceremony_id"),
    text("party"),
    text("seat"),
    Column("contact", LargeBinary, nullable=False),
    text("contact_index"),
    text("language"),
    text("invited_by"),
    moment("made_at"),
    moment("expires_at"),
    text("token_sha256", optional=True),
    moment("sent_at", optional=True),
    moment("revoked_at", optional=True),
    moment("accepted_at", optional=True),
)
