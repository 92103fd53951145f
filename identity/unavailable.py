"""The check could not be made. That is never a pass: judging turns it into a person's work."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    NOT_STARTED = "not_started"
    ENGINE_MISSING = "engine_missing"
    TOO_SLOW = "too_slow"
    DIED = "died"
    ANSWER_MALFORMED = "answer_malformed"


class CheckUnavailable(RuntimeError):
    """``str()`` is the cause; nothing of what was checked."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.value)
        self.cause = cause
