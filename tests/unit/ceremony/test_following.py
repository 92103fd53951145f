"""Who is in the room, whose pictures come, and what time it is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.ceremony.ceremony import Ceremony, CeremonyId, Participant, Seat
from server.ceremony.following import (
    HERE_FOR,
    SEEN_AGAIN,
    Line,
    RoomNow,
    Standing,
    is_due,
    is_here,
    room_now,
)
from server.ceremony.status import Step

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
NOTARY, PARTY = "notary-1", "party-1"


@pytest.fixture
def ceremony() -> Ceremony:
    begun = Ceremony(
        id=CeremonyId("c-1"),
        office="kunming-demo",
        case="case-1",
        participants=[
            Participant(account=NOTARY, seat=Seat.NOTARY),
            Participant(account=PARTY, seat=Seat.PARTY, party="p-1"),
        ],
    )
    begun.take(Step.ADMIT, by=NOTARY, at=AT)
    begun.join(NOTARY, AT)
    return begun


def looked(
    ceremony: Ceremony, seen: dict[str, datetime] | None = None, *, at: datetime = AT
) -> RoomNow:
    standing = Standing(
        office=ceremony.office,
        case=ceremony.case,
        status=ceremony.status,
        participants=tuple(ceremony.participants),
        version=1,
    )
    return room_now(standing, ceremony.links, seen or {}, at=at)


def line_of(room: RoomNow, account: str) -> Line:
    (found,) = [each.line for each in room.people if each.account == account]
    return found


def test_whoever_sits_at_another_s_device_is_there_with_that_one(ceremony: Ceremony) -> None:
    ceremony.take(Step.START_RECORDING, by=NOTARY, at=AT)
    ceremony.add_event("line_published", AT, by=NOTARY, facts={})
    ceremony.join(PARTY, AT, device_of=NOTARY)
    (_, beside) = looked(ceremony, {NOTARY: AT}).people
    assert (beside.is_here, beside.line, beside.device_of) == (True, Line.LIVE, NOTARY)
    ceremony.add_event("left_device", AT, by=PARTY, facts={})
    (_, beside) = looked(ceremony, {NOTARY: AT}).people
    assert (beside.is_here, beside.line, beside.device_of) == (False, Line.LOST, None)


def test_whoever_followed_a_moment_ago_is_here_and_whoever_fell_silent_is_not(
    ceremony: Ceremony,
) -> None:
    seen = {NOTARY: AT - HERE_FOR + timedelta(seconds=1), PARTY: AT - HERE_FOR}
    assert [each.is_here for each in looked(ceremony, seen).people] == [True, False]
    assert [each.has_joined for each in looked(ceremony, seen).people] == [True, False]
    assert not is_here(None, at=AT)


@pytest.mark.parametrize(
    ("ago", "due"),
    [
        # Never seen.
        (None, True),
        # A moment ago.
        (timedelta(seconds=1), False),
        # Long enough ago.
        (SEEN_AGAIN, True),
    ],
)
def test_being_there_is_written_down_now_and_then(ago: timedelta | None, *, due: bool) -> None:
    assert is_due(None if ago is None else AT - ago, at=AT) is due


def test_the_room_has_no_time_before_recording_begins(ceremony: Ceremony) -> None:
    assert looked(ceremony).room_ms is None
    ceremony.take(Step.START_RECORDING, by=NOTARY, at=AT + timedelta(seconds=5))
    assert looked(ceremony, at=AT + timedelta(seconds=7.25)).room_ms == 2250
    # A server whose clock is behind that of another says nothing below zero.
    assert looked(ceremony, at=AT).room_ms == 0


def test_a_line_is_what_was_last_said_of_it(ceremony: Ceremony) -> None:
    ceremony.take(Step.START_RECORDING, by=NOTARY, at=AT)
    assert line_of(looked(ceremony), PARTY) is Line.NONE
    for kind, line in (
        ("line_published", Line.LIVE),
        ("line_silent", Line.SILENT),
        ("line_heard", Line.LIVE),
        ("line_left", Line.LOST),
        ("line_published", Line.LIVE),
    ):
        ceremony.add_event(kind, AT, by=PARTY, facts={})
        assert line_of(looked(ceremony), PARTY) is line
        assert line_of(looked(ceremony), NOTARY) is Line.NONE


def test_time_alone_is_no_news(ceremony: Ceremony) -> None:
    before = looked(ceremony)
    assert looked(ceremony, at=AT + timedelta(minutes=1)).tells_the_same_as(before)
    assert not before.tells_the_same_as(None)
    assert not looked(ceremony, {PARTY: AT}).tells_the_same_as(before)
    ceremony.take(Step.START_RECORDING, by=NOTARY, at=AT)
    assert not looked(ceremony).tells_the_same_as(before)
