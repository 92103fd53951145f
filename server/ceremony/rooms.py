"""A ceremony's room at a media worker: leased, so that exactly one worker records it.

A worker that dies loses its lease with time; the next one, or itself, takes the room
again and hands over what its disk still holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from server.ceremony.lines import Line

LEASE: Final = timedelta(seconds=15)


class EngineName(StrEnum):
    """What terminates the connections of a room's participants."""

    EMBEDDED = "embedded"  # The media worker itself.
    JANUS = "janus"  # A Janus server that the media worker drives.


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRoom:
    ceremony: str
    office: str
    case: str
    worker: str
    leased_until: datetime
    clock_ahead_ms: int = 0
    """How far the worker's steady clock is ahead of its machine's."""

    close_asked_at: datetime | None = None
    released: bool = False
    """Everything that was recorded is in the evidence store and in the chain."""

    lines: tuple[Line, ...] = ()
    """As the worker measured them at ``measured_at``."""

    measured_at: datetime | None = None
    stills: frozenset[str] = frozenset()
    """Accounts that were asked for single pictures."""

    @property
    def is_handed_over(self) -> bool:
        """It was asked to close, and has."""
        return self.released and self.close_asked_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaWorkerPlace:
    """A media worker that lives, as it says of itself."""

    name: str
    """Of its spool: a worker that was killed is the same when it is back."""

    url: str
    """Where phones reach it."""

    engine: EngineName
    rooms: int
    """How many it carries."""

    seen_at: datetime
