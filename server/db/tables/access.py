"""Accounts, sessions and the secrets that prove who is calling."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Identity, Integer, LargeBinary, Table

from server.db.tables.metadata import METADATA, moment, text, texts

APPLICANTS = Table(
    "applicants",
    METADATA,
    text("id", key=True),
    Column("contact", LargeBinary, nullable=False),
    text("contact_index"),
    moment("created_at"),
)

STAFF = Table(
    "staff",
    METADATA,
    text("id", key=True),
    text("office"),
    text("login"),
    text("display_name"),
    text("password_hash"),
    Column("totp_secret", LargeBinary, nullable=False),
    Column("totp_last_step", BigInteger, nullable=False),
    texts("roles"),
    Column("is_active", Boolean, nullable=False),
    text("certificate_number", optional=True),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    text("id", key=True),
    text("account"),
    text("kind"),
    text("office", optional=True),
    moment("started_at"),
    moment("expires_at"),
    Column("device", LargeBinary, nullable=False),
    moment("ended_at", optional=True),
    text("ended_because", optional=True),
)

REFRESH_TOKENS = Table(
    "refresh_tokens",
    METADATA,
    text("sha256", key=True),
    text("session"),
    moment("issued_at"),
    moment("idle_until"),
    moment("used_at", optional=True),
)

ONE_TIME_CODES = Table(
    "one_time_codes",
    METADATA,
    text("id", key=True),
    text("contact_index"),
    text("code_hmac"),
    moment("sent_at"),
    moment("expires_at"),
    Column("tries_left", Integer, nullable=False),
    moment("used_at", optional=True),
)

LOGIN_TRIES = Table(
    "login_tries",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    text("login_index"),
    moment("at"),
)
