"""Numbers, certificates, deliveries and the view of the 公证登记簿."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, LargeBinary, MetaData, Table

from server.db.tables.metadata import METADATA, moment, text

NUMBER_SERIES = Table(
    "number_series",
    METADATA,
    text("office", key=True),
    Column("year", Integer, primary_key=True),
    text("series", key=True),
    Column("last", BigInteger, nullable=False),
)

CERTIFICATES = Table(
    "certificates",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id"),
    text("matter"),
    Column("year", Integer, nullable=False),
    text("series"),
    Column("sequence", BigInteger, nullable=False),
    text("number"),
    Column("issue_date", Date, nullable=False),
    text("public_id"),
    text("check_code"),
    text("status"),
    text("prepared_sha256", optional=True),
    text("sealed_sha256", optional=True),
    text("deed_sha256", optional=True),
    text("renewed_sha256", optional=True),
    moment("sealed_at", optional=True),
    moment("ended_at", optional=True),
    text("successor", optional=True),
    moment("intended_at"),
    text("kind"),
    text("relates_to", optional=True),
    text("supplemented_by", optional=True),
    text("step_up", optional=True),
)

GENERATIONS = Table(
    "generations",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id"),
    text("kind"),
    text("subject"),
    Column("number", Integer, nullable=False),
    text("state"),
    moment("intended_at"),
    text("base_sha256", optional=True),
    text("sha256", optional=True),
    text("sm3", optional=True),
    moment("carries_until", optional=True),
    text("stamper", optional=True),
    moment("kept_at", optional=True),
    text("trouble", optional=True),
)

DELIVERIES = Table(
    "deliveries",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id"),
    text("certificate"),
    text("recipient"),
    text("state"),
    moment("sent_at"),
    moment("downloaded_at", optional=True),
    moment("received_at", optional=True),
)

PACKAGE_SEALS = Table(
    "package_seals",
    METADATA,
    text("office"),
    text("case_id"),
    text("certificate"),
    text("manifest_sha256", key=True),
    moment("intended_at"),
    moment("sealed_at", optional=True),
    # Of the office, for everybody to read; nothing personal, so not encrypted.
    Column("signature", LargeBinary),
)

PACKAGE_REQUESTS = Table(
    "package_requests",
    METADATA,
    text("id", key=True),
    text("office"),
    text("case_id"),
    text("certificate"),
    text("account"),
    Column("by_party", Boolean, nullable=False),
    text("purpose"),
    # Reason and reference: what a person wrote.
    Column("words", LargeBinary, nullable=False),
    text("step_up"),
    text("state"),
    moment("asked_at"),
    text("object_sha256", optional=True),
    Column("size", BigInteger),
    moment("made_at", optional=True),
    moment("kept_until", optional=True),
)

# A view is no table: whoever compares the schema must not look for it there.
REGISTER_VIEW = Table(
    "register_view",
    MetaData(),
    text("office"),
    text("case_id"),
    text("category"),
    Column("accepted_on", Date, nullable=False),
    Column("year", Integer, nullable=False),
    text("handler"),
    text("approver", optional=True),
    text("way_of_closing", optional=True),
    Column("closed_on", Date),
    text("number", optional=True),
)
