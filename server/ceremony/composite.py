"""One video to look through a ceremony by: who is seen where, and what happened when.

It is made from the recording after the act and stands next to it. It proves nothing:
evidence are the segments and the chain, whose head it names.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.ceremony.captions import SEATS, caption_of
from server.ceremony.course import recording_since
from server.ceremony.errors import NotRecording
from server.ceremony.sharing import stays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.ceremony.ceremony import Ceremony

MOST_TRIES: Final = 4
"""Of making it by itself; after that somebody asks for it again."""


class CompositeState(StrEnum):
    WANTED = "wanted"
    MADE = "made"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """How far the video of one ceremony has come."""

    ceremony: str
    office: str
    case: str
    state: CompositeState
    tries: int
    next_try_at: datetime
    head: str | None = None
    """Hash of the last link of the chain that it shows."""

    object_sha256: str | None = None
    size: int | None = None
    """Octets."""

    made_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A segment of a recording, placed in time."""

    sha256: str
    starts_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What came from one seat."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    at_ms: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositePlan:
    began_at: datetime
    length_ms: int
    tracks: tuple[Track, ...]
    captions: tuple[Caption, ...]
    head: str


def plan_composite(ceremony: Ceremony) -> CompositePlan:
    """Lay out what was recorded. Raises `NotRecording` where nothing was."""
    began = recording_since(ceremony.links)
    if began is None or not ceremony.segments:
        raise NotRecording
    captions = tuple(_captions(ceremony, began))
    ends = max(each.ends_ms for each in ceremony.segments)
    return CompositePlan(
        began_at=began,
        length_ms=max(ends, captions[-1].at_ms if captions else 0),
        tracks=tuple(_tracks(ceremony)),
        captions=captions,
        head=ceremony.head,
    )


def wanted(ceremony: str, *, office: str, case: str, at: datetime) -> Composite:
    """Return one that nobody has tried to make yet."""
    return Composite(
        ceremony=ceremony,
        office=office,
        case=case,
        state=CompositeState.WANTED,
        tries=0,
        next_try_at=at,
    )


def try_to_make(composite: Composite, *, at: datetime) -> Composite:
    """Put on record that it is being tried, and when next, should this try come to nothing."""
    tries = composite.tries + 1
    return Composite(
        ceremony=composite.ceremony,
        office=composite.office,
        case=composite.case,
        state=CompositeState.WANTED if tries < MOST_TRIES else CompositeState.FAILED,
        tries=tries,
        next_try_at=at + timedelta(hours=1) * 2 ** (tries - 1),
    )


def _tracks(ceremony: Ceremony) -> Iterator[Track]:
    labels = _labels(ceremony)
    for account in labels:
        pieces = tuple(
            Piece(sha256=each.sha256, starts_ms=each.starts_ms, ends_ms=each.ends_ms)
            for each in ceremony.segments
            if each.participant == account
        )
        if pieces:
            beside = _were_beside(ceremony, account)
            yield Track(label=" + ".join(labels[who] for who in (account, *beside)), pieces=pieces)


def _were_beside(ceremony: Ceremony, account: str) -> Iterator[str]:
    """Yield, each once, who was seen by this person's camera too; the captions say when."""
    yield from dict.fromkeys(
        each.companion for each in stays(ceremony.links) if each.carrier == account
    )


def _labels(ceremony: Ceremony) -> dict[str, str]:
    """Name seats, never people: the video is looked at where others can see it."""
    # Whoever handed over came before whoever took over.
    seats = ceremony.unseated | {each.account: each.seat for each in ceremony.participants}
    several = Counter(seats.values())
    numbers: Counter[str] = Counter()
    labels = {}
    for account, seat in seats.items():
        numbers[seat] += 1
        number = f" {numbers[seat]}" if several[seat] > 1 else ""
        chinese, english = SEATS[seat]
        labels[account] = f"{chinese}{number} {english}{number}"
    return labels


def _captions(ceremony: Ceremony, began: datetime) -> Iterator[Caption]:
    labels = _labels(ceremony)
    for each in ceremony.links:
        at_ms = round((datetime.fromisoformat(each.at) - began) / timedelta(milliseconds=1))
        if at_ms >= 0 and each.kind != "segment":
            who = labels.get(str(each.body.get("by")), "")
            yield Caption(at_ms=at_ms, text=f"{caption_of(each.kind)}  {who}".strip())
            whose = labels.get(str(each.body.get("device_of")), "")
            if whose:
                # A line of its own: the strip is no wider than two pictures.
                yield Caption(at_ms=at_ms, text=f"{caption_of('joined_beside')}  {whose}")
