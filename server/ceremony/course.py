"""What happened in the room so far, read off its chain and off nothing else.

The chain is the evidence; whatever else remembered the same could differ from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from server.ceremony.sharing import JOINED, Lines
from server.ceremony.status import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from server.ceremony.ceremony import Ceremony
    from server.ceremony.chain import Link


class Told(StrEnum):
    """The kinds of links that the act is judged by."""

    TECH_CHECKED = "tech_checked"
    CHALLENGE_SET = "challenge_set"
    CHALLENGE_BEGUN = "challenge_begun"
    FACE_LOOKED = "face_looked"
    IDENTIFIED = "identified"
    NOTICE_CONFIRMED = "notice_confirmed"
    QUESTION_ANSWERED = "question_answered"
    RECORD_WRITTEN = "record_written"
    RECORD_READ_BACK = "record_read_back"
    RECORD_CORRECTED = "record_corrected"
    CORRECTION_COUNTERSIGNED = "correction_countersigned"
    RECORD_CONFIRMED = "record_confirmed"
    PAGE_SHOWN = "page_shown"
    CONFIRMED_AFTER_INTERRUPTION = "confirmed_after_interruption"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class Gap:
    """Time in which nothing counted."""

    since: datetime
    until: datetime | None
    """``None``: it lasts."""

    index: int
    """Of the link that ended it, or of the last one."""


def moment(link: Link) -> datetime:
    return datetime.fromisoformat(link.at)


def told(ceremony: Ceremony, kind: str, **facts: str | int | None) -> Iterator[Link]:
    """Yield the links of ``kind`` that say ``facts``, oldest first."""
    for link in ceremony.links:
        if link.kind == kind and facts.items() <= dict(link.body).items():
            yield link


def last_told(ceremony: Ceremony, kind: str, **facts: str | int | None) -> Link | None:
    found = None
    for found in told(ceremony, kind, **facts):  # noqa: B007  # the last one is what is asked for
        pass
    return found


def recording_since(links: Iterable[Link]) -> datetime | None:
    """Return when recording began: 0 on the clock of the ceremony."""
    return next((moment(each) for each in links if each.kind == Step.START_RECORDING), None)


def gaps(ceremony: Ceremony) -> Iterator[Gap]:
    """Yield the pauses and interruptions, each from its first link to its end."""
    since: datetime | None = None
    for link in ceremony.links:
        if link.kind in {Step.PAUSE, Step.INTERRUPT}:
            since = since or moment(link)
        elif link.kind == Step.RESUME and since is not None:
            yield Gap(since, moment(link), link.index)
            since = None
    if since is not None:
        yield Gap(since, None, len(ceremony.links) - 1)


def is_in(ceremony: Ceremony, account: str) -> bool:
    """Say whether the participant came in, was not put out and, as far as noticed, is there."""
    there, lines = False, Lines()
    for link in ceremony.links:
        lost, by = lines.take(link), link.body.get("by")
        came = link.kind == JOINED and by == account
        if account in lost:
            there = False
        elif not came and (by is None or by != lines.of(account)):
            continue
        elif link.kind in {JOINED, "line_published", "line_heard"}:
            there = True
        elif link.kind == "line_left":
            there = False
    return there and account not in ceremony.put_out_now
