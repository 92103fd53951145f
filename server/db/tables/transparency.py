"""The transparency log: entries, inner hashes, how long it is, what was signed of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, SmallInteger, Table

from server.db.tables.metadata import METADATA, moment, text

LOG_ENTRIES = Table(
    "log_entries",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    text("office"),
    text("certificate"),
    text("status"),
    Column("entry", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

LOG_NODES = Table(
    "log_nodes",
    METADATA,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

LOG_HEADS = Table(
    "log_heads",
    METADATA,
    text("log", key=True),
    Column("size", BigInteger, nullable=False),
)

LOG_CHECKPOINTS = Table(
    "log_checkpoints",
    METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
    moment("signed_at"),
)
