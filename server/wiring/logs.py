"""Logs as one JSON object a line, and nothing of people in them.

An exception is told by its class and where it was raised. Its message stays
out: it may quote what somebody typed (docs/adr/0006).
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from types import TracebackType

    from structlog.typing import EventDict, WrappedLogger


def configure_logs() -> None:
    """Make every log line of this process JSON on standard output."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_messages,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_Lines()], level=logging.WARNING, force=True)


def without_messages(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace exception info by classes and places."""
    if event.pop("exc_info", None):
        event["error"] = places_of(sys.exc_info()[1])
    return event


def places_of(error: BaseException | None) -> list[str]:
    """Return ``Class`` and ``file:line function`` of ``error`` and of what caused it."""
    told: list[str] = []
    while error is not None:
        told.append(type(error).__qualname__)
        told += [f"{f.filename}:{f.lineno} {f.name}" for f in _frames(error.__traceback__)]
        error = error.__cause__ or error.__context__
    return told


def _frames(where: TracebackType | None) -> traceback.StackSummary:
    return traceback.extract_tb(where)


class _Lines(logging.Handler):
    """What libraries log, by the template of the message and never with its arguments."""

    def emit(self, record: logging.LogRecord) -> None:
        line = structlog.get_logger(record.name)
        error = record.exc_info[1] if record.exc_info else None
        line.warning(
            "library",
            logger=record.name,
            template=record.msg if record.args else type(record.msg).__name__,
            level_of_library=record.levelname,
            error=places_of(error),
        )
