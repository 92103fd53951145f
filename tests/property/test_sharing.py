"""Any order of coming, sitting down, going and falling silent: whom a line carries is known."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from server.cases.errors import CaseError
from server.cases.meeting import join_ceremony
from server.cases.sitting_together import (
    join_at_device,
    leave_device,
    offer_device,
    without_a_line,
)
from server.ceremony.ceremony import Participant, Seat
from server.ceremony.course import is_in
from server.ceremony.errors import CeremonyError
from server.ceremony.lines import Line, Picture, unrecorded
from server.ceremony.rooms import LEASE, MediaRoom
from server.ceremony.sharing import Lines, stays
from server.ceremony.status import CeremonyStatus
from tests.unit.cases.a_case import APPLICANT, NOTARY, NOW, actor
from tests.unit.cases.holding import planned
from tests.unit.cases.test_meeting import meeting_case

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony

THIRD: Final = actor("a-third")
PEOPLE: Final = (NOTARY, APPLICANT, THIRD)
ACCOUNTS: Final = tuple(each.account for each in PEOPLE)
LINE: Final = {"silent": "line_silent", "heard": "line_heard", "gone": "line_left"}
WAYS: Final = ("join", "join elsewhere", "offer", "sit", "leave", "out", "in", *LINE)

moves = st.lists(
    st.tuples(st.sampled_from(WAYS), st.integers(0, 2), st.integers(0, 2)), max_size=30
)


def do(case: Case, room: Ceremony, move: tuple[str, int, int]) -> None:
    way, who, whom = move
    me, other = PEOPLE[who], PEOPLE[whom].account
    match way:
        case "join":
            join_ceremony(case, room, me, at=NOW, session="one")
        case "join elsewhere":
            join_ceremony(case, room, me, at=NOW, session="two")
        case "offer":
            offer_device(case, room, other, me, session="one", at=NOW)
        case "sit":
            join_at_device(case, room, me, device_of=other, session="one", room=None, at=NOW)
        case "leave":
            leave_device(case, room, me, at=NOW)
        case "out":
            room.put_out(other, NOW, by=NOTARY.account, reason="disturbs")
        case "in":
            room.readmit(other, NOW, by=NOTARY.account)
        case _:
            room.note(LINE[way], NOW, by=me.account, facts={})


@settings(max_examples=200, deadline=None)
@given(moves=moves, recorded=st.sets(st.sampled_from(ACCOUNTS)))
def test_nobody_is_carried_by_a_line_that_is_not_recorded(
    moves: list[tuple[str, int, int]], recorded: set[str]
) -> None:
    case = meeting_case()
    room = planned(case)
    room.participants.append(Participant(account=THIRD.account, seat=Seat.WITNESS))
    room.status = CeremonyStatus.WAITING
    for move in moves:
        with contextlib.suppress(CaseError, CeremonyError):
            do(case, room, move)
    lines = Lines(room.links)
    for account in ACCOUNTS:
        whose = lines.of(account)
        # Whoever carries is carried by nobody, and the notary who leads least of all.
        assert whose is None or lines.of(whose) == whose
        assert lines.of(NOTARY.account) == NOTARY.account
        if whose is None:
            assert not is_in(room, account)
            assert account in without_a_line(room)
    missing = {each.account for each in unrecorded(room, measured(*recorded), at=NOW)}
    there = {p.account for p in room.participants if p.joined_at} - room.put_out_now
    assert missing == {each for each in there if lines.of(each) not in recorded}
    open_ = {each.companion: each.carrier for each in stays(room.links) if each.until is None}
    assert open_ == {a: c for a in ACCOUNTS if (c := lines.carrier_of(a)) is not None}


def measured(*accounts: str) -> MediaRoom:
    line = Line(
        participant="",
        is_heard=True,
        is_recorded=True,
        picture=Picture.MOVING,
        bits_per_second=1,
        loss_up=0,
    )
    return MediaRoom(
        ceremony="r-1",
        office="kunming-demo",
        case="c-1",
        worker="w-1",
        leased_until=NOW + LEASE,
        lines=tuple(replace(line, participant=each) for each in accounts),
        measured_at=NOW - timedelta(seconds=1),
    )
