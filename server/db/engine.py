"""The engine: where the tables are, and how long anything may take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, Engine, create_engine, event, make_url

from server.db.patience import LINK, PatientConnection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# ``jobs`` is on the path because the queue's functions name its tables bare.
_SETTINGS: Final = {
    "search_path": "public,jobs",
    "timezone": "UTC",
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
}
CONNECTION_OPTIONS: Final = " ".join(f"-c {k}={v}" for k, v in _SETTINGS.items())


POOL_PATIENCE_S: Final = 10.0
"""For a connection that others have to give back first."""


def make_engine(
    url: str | URL,
    *,
    pool_size: int = 10,
    max_overflow: int = 10,
    pool_patience_s: float = POOL_PATIENCE_S,
    connecting: type[PatientConnection] = PatientConnection,
) -> Engine:
    """Return an engine for ``url``; psycopg 3, whatever driver the URL names.

    ``connecting`` says how long an answer may take.
    """
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=pool_patience_s,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": CONNECTION_OPTIONS, "application_name": "feigui", **LINK},
    )

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object,
        _record: object,
        arguments: Sequence[Any],
        parameters: Mapping[str, Any],
    ) -> PatientConnection:
        return connecting.connect(*arguments, **parameters)

    return engine
