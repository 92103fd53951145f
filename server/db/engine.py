"""The engine: where the tables are, and how long anything may take."""

from __future__ import annotations

from typing import Final

from sqlalchemy import URL, Engine, create_engine, make_url

# ``jobs`` is on the path because the queue's functions name its tables bare.
_SETTINGS: Final = {
    "search_path": "public,jobs",
    "timezone": "UTC",
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
}
CONNECTION_OPTIONS: Final = " ".join(f"-c {k}={v}" for k, v in _SETTINGS.items())


def make_engine(url: str | URL, *, pool_size: int = 10, max_overflow: int = 10) -> Engine:
    """Return an engine for ``url``; psycopg 3, whatever driver the URL names."""
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": CONNECTION_OPTIONS, "application_name": "feigui"},
    )
