"""A recording that was tampered with where it is kept: each way of it, by its name.

Whoever can write to the database alters rows as they please. What was recorded is held by
its hashes; the head of the chain also stands in the trail of the case.
"""

from __future__ import annotations

import hashlib
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from server.cases.meeting import step_ceremony
from server.ceremony.ceremony import Ceremony, CeremonyId, Participant, Seat, Segment
from server.ceremony.chain import GENESIS, Link, link
from server.ceremony.errors import ChainBroken
from server.ceremony.status import CeremonyStatus, Step
from server.ceremony.verifying import verify_recording
from tests.unit.cases.a_case import NOTARY
from tests.unit.cases.test_meeting import meeting_case

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
FILES = [f"segment {n} as WebM".encode() for n in range(4)]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def segment(index: int, *, who: str = "a-wang") -> Segment:
    late = 4_000 if index >= 2 else 0  # The line was gone for four seconds.
    return Segment(
        participant=who,
        index=index,
        starts_ms=index * 10_000 + late,
        ends_ms=(index + 1) * 10_000 + late,
        sha256=digest(FILES[index]),
        size=len(FILES[index]),
        media_type="video/webm",
        prev_sha256=digest(FILES[index - 1]) if index else GENESIS,
    )


def recorded() -> Ceremony:
    ceremony = Ceremony(
        id=CeremonyId("r1"),
        office="kunming-demo",
        case="c1",
        status=CeremonyStatus.WAITING,
        participants=[
            Participant(account=NOTARY.account, seat=Seat.NOTARY, joined_at=NOW),
            Participant(account="a-wang", seat=Seat.PARTY, party="p-wang", joined_at=NOW),
        ],
    )
    ceremony.take(Step.START_RECORDING, by=NOTARY.account, at=NOW)
    for index in range(len(FILES)):
        at = NOW + timedelta(seconds=10 * (index + 1))
        ceremony.add_segment(segment(index), at)
        ceremony.add_segment(segment(index, who=NOTARY.account), at)
        ceremony.add_event("page_shown", at, by="a-wang", facts={"subject": str(index)})
    return ceremony


def one_altered_byte(ceremony: Ceremony) -> None:
    spoiled = bytes([FILES[1][0] ^ 1]) + FILES[1][1:]
    ceremony.segments[2] = replace(ceremony.segments[2], sha256=digest(spoiled))


def a_dropped_segment(ceremony: Ceremony) -> None:
    del ceremony.segments[-1]


def a_dropped_link(ceremony: Ceremony) -> None:
    del ceremony.links[3]


def two_swapped_segments(ceremony: Ceremony) -> None:
    own = ceremony.segments
    own[0], own[2] = replace(own[0], sha256=own[2].sha256), replace(own[2], sha256=own[0].sha256)


def two_swapped_links(ceremony: Ceremony) -> None:
    ceremony.links[2:4] = reversed(ceremony.links[2:4])


def a_re_timed_segment(ceremony: Ceremony) -> None:
    ceremony.segments[2] = replace(ceremony.segments[2], ends_ms=19_000)


def a_re_timed_event(ceremony: Ceremony) -> None:
    ceremony.links[3] = replace(ceremony.links[3], at=(NOW + timedelta(hours=1)).isoformat())


def a_forged_event(ceremony: Ceremony) -> None:
    """Somebody puts a word into a mouth: well made, and after the fact."""
    forged = link(ceremony.links[3], kind="statement_made", at=NOW.isoformat(), body={"by": "x"})
    ceremony.links.insert(4, forged)


def a_segment_of_somebody_else(ceremony: Ceremony) -> None:
    ceremony.segments[2] = replace(ceremony.segments[2], participant="a-li")


ALTERED = (
    one_altered_byte,
    a_dropped_segment,
    a_dropped_link,
    two_swapped_segments,
    two_swapped_links,
    a_re_timed_segment,
    a_re_timed_event,
    a_forged_event,
    a_segment_of_somebody_else,
)


def test_what_nobody_touched_holds() -> None:
    ceremony = recorded()
    assert verify_recording(ceremony) == ceremony.head


@pytest.mark.parametrize("altered", ALTERED, ids=lambda each: each.__name__)
def test_each_of_it_is_caught(altered: Callable[[Ceremony], None]) -> None:
    ceremony = recorded()
    altered(ceremony)
    with pytest.raises(ChainBroken):
        verify_recording(ceremony)


@pytest.mark.parametrize(
    "told",
    [
        # The gap made shorter, moved, or said to be somebody else's.
        {"ms": 400},
        {"from_ms": 19_600},
        {"by": "a-li"},
    ],
)
def test_a_gap_that_is_told_otherwise_is_caught_in_a_chain_made_anew(told: dict[str, str]) -> None:
    ceremony = recorded()
    links: list[Link] = []
    for each in ceremony.links:
        mine = each.kind == "line_gap" and each.body["by"] == "a-wang"
        body = {**each.body, **told} if mine else each.body
        links.append(link(links[-1] if links else None, kind=each.kind, at=each.at, body=body))
    ceremony.links = links
    with pytest.raises(ChainBroken):
        verify_recording(ceremony)


def test_a_chain_made_anew_has_another_head_than_the_case_knows() -> None:
    ceremony = recorded()
    known = verify_recording(ceremony)
    links: list[Link] = []
    for each in ceremony.links:
        body = {**each.body, "subject": "9"} if each.kind == "page_shown" else each.body
        links.append(link(links[-1] if links else None, kind=each.kind, at=each.at, body=body))
    ceremony.links = links
    assert verify_recording(ceremony) != known


def test_an_altered_recording_completes_nothing() -> None:
    case, ceremony = meeting_case(), recorded()
    case.rules = replace(case.rules, makes_deed=False)
    spoiled = deepcopy(ceremony)
    a_re_timed_segment(spoiled)
    with pytest.raises(ChainBroken):
        step_ceremony(case, spoiled, Step.COMPLETE, NOTARY, at=NOW)
    assert case.ceremony_completed_at is None
