"""Who is in a ceremony right now, as everybody in it is told.

What happened is the chain and nothing else. This is what the chain cannot know: who
follows at this moment, whose line carries pictures, and what time it is in the room.
It is told again and again, and is evidence of nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.ceremony.ceremony import Participant, Seat
from server.ceremony.course import recording_since
from server.ceremony.sharing import Lines
from server.ceremony.status import CeremonyStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.ceremony.chain import Link

HERE_FOR: Final = timedelta(seconds=25)
"""How long whoever was seen counts as being there: two heart-beats and a bad line."""

SEEN_AGAIN: Final = timedelta(seconds=8)
"""Nobody is written down as being there more often than this."""


class Line(StrEnum):
    """What the media worker last said of somebody's pictures, while they are recorded."""

    NONE = "none"  # Nothing was said yet.
    LIVE = "live"
    SILENT = "silent"  # It is there and nothing comes.
    LOST = "lost"


_LINES: Final = {
    "line_published": Line.LIVE,
    "line_heard": Line.LIVE,
    "line_silent": Line.SILENT,
    "line_recording_failed": Line.SILENT,
    "line_left": Line.LOST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A ceremony without its chain: cheap to read, and never written back."""

    office: str
    case: str
    status: CeremonyStatus
    participants: tuple[Participant, ...]
    version: int
    """Grows with every link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    account: str
    seat: Seat
    party: str | None
    has_joined: bool
    is_here: bool
    """Followed the ceremony within `HERE_FOR`."""

    line: Line
    device_of: str | None = None
    """At whose device, where it is not the own one: then the line is that person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomNow:
    status: CeremonyStatus
    at: datetime
    room_ms: int | None
    """Since recording began, the clock that segments are on; ``None`` before."""

    people: tuple[Present, ...]

    def tells_the_same_as(self, other: RoomNow | None) -> bool:
        """Say whether only time has passed since ``other``."""
        return other is not None and (self.status, self.people) == (other.status, other.people)


def room_now(
    standing: Standing, links: Sequence[Link], seen: Mapping[str, datetime], *, at: datetime
) -> RoomNow:
    """Return the room at ``at``; ``seen``: when each account last followed."""
    lines, carrying = _lines(links), Lines(links)
    return RoomNow(
        status=standing.status,
        at=at,
        room_ms=_since_recording(links, at),
        people=tuple(
            _present(
                each,
                lines,
                carrying,
                is_here=any(
                    is_here(seen.get(who), at=at)
                    for who in {each.account, carrying.carrier_of(each.account) or each.account}
                ),
            )
            for each in standing.participants
        ),
    )


def is_here(seen: datetime | None, *, at: datetime) -> bool:
    return seen is not None and at - seen < HERE_FOR


def is_due(seen: datetime | None, *, at: datetime) -> bool:
    """Say whether being there is to be written down again."""
    return seen is None or not at - seen < SEEN_AGAIN


def _present(
    participant: Participant, lines: Mapping[str, Line], carrying: Lines, *, is_here: bool
) -> Present:
    whose = carrying.of(participant.account)
    return Present(
        account=participant.account,
        seat=participant.seat,
        party=participant.party,
        has_joined=participant.joined_at is not None,
        is_here=is_here,
        line=Line.LOST if whose is None else lines.get(whose, Line.NONE),
        device_of=carrying.carrier_of(participant.account),
    )


def _lines(links: Iterable[Link]) -> dict[str, Line]:
    return {str(each.body["by"]): _LINES[each.kind] for each in links if each.kind in _LINES}


def _since_recording(links: Sequence[Link], at: datetime) -> int | None:
    began = recording_since(links)
    return None if began is None else max(0, round((at - began).total_seconds() * 1000))
