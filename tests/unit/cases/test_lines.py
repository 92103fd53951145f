"""Nothing is signed while somebody in the room is not recorded: noticed by whatever is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.cases.errors import ConditionsUnmet
from server.cases.lines import require_everybody_recorded, require_recorded_to_the_end
from server.ceremony.ceremony import Ceremony, CeremonyId, Participant, Seat
from server.ceremony.lines import Line, Picture
from server.ceremony.rooms import LEASE, MediaRoom
from server.ceremony.status import CeremonyStatus

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
NOTARY = Line(
    participant="s-notary",
    is_heard=True,
    is_recorded=True,
    picture=Picture.MOVING,
    bits_per_second=500_000,
    loss_up=0,
)
PARTY = replace(NOTARY, participant="a-wang", picture=Picture.STILLS)


def meeting() -> Ceremony:
    return Ceremony(
        id=CeremonyId("r1"),
        office="kunming-demo",
        case="c1",
        status=CeremonyStatus.SIGNING,
        participants=[
            Participant(account="s-notary", seat=Seat.NOTARY, joined_at=NOW),
            Participant(account="a-wang", seat=Seat.PARTY, party="p-wang", joined_at=NOW),
            # Never came in: whether the ceremony may go on without is another question.
            Participant(account="a-li", seat=Seat.INTERPRETER, party="p-li"),
        ],
    )


def room(*lines: Line, measured_at: datetime | None = NOW) -> MediaRoom:
    return MediaRoom(
        ceremony="r1",
        office="kunming-demo",
        case="c1",
        worker="w-1",
        leased_until=NOW + LEASE,
        lines=lines,
        measured_at=measured_at,
    )


def test_with_everybody_recorded_the_act_goes_on() -> None:
    require_everybody_recorded(meeting(), room(NOTARY, PARTY), at=NOW + timedelta(seconds=5))


def test_where_people_record_themselves_there_is_no_line() -> None:
    require_everybody_recorded(meeting(), None, at=NOW)


@pytest.mark.parametrize(
    ("found", "who"),
    [
        (room(NOTARY), ["p-wang"]),
        (room(NOTARY, replace(PARTY, is_heard=False)), ["p-wang"]),
        (room(NOTARY, replace(PARTY, is_recorded=False)), ["p-wang"]),
        # The notary is in it as much as the party.
        (room(replace(NOTARY, is_recorded=False), PARTY), ["s-notary"]),
        # Whatever became of the worker, it says nothing any more.
        (room(NOTARY, PARTY, measured_at=NOW - timedelta(seconds=5.1)), ["s-notary", "p-wang"]),
        (room(NOTARY, PARTY, measured_at=None), ["s-notary", "p-wang"]),
    ],
)
def test_whoever_is_not_recorded_is_named(found: MediaRoom, who: list[str]) -> None:
    for refuses in (require_everybody_recorded, require_recorded_to_the_end):
        with pytest.raises(ConditionsUnmet) as refused:
            refuses(meeting(), found, at=NOW)
        assert [each.subject for each in refused.value.unmet] == who
        assert {each.code for each in refused.value.unmet} == {"line_not_recorded"}


def test_a_room_that_no_worker_ever_held_holds_nothing_up() -> None:
    require_everybody_recorded(meeting(), replace(room(measured_at=None), released=True), at=NOW)
    # One that was handed over does: somebody was live in it.
    left = replace(room(measured_at=NOW - timedelta(minutes=2)), released=True)
    with pytest.raises(ConditionsUnmet):
        require_everybody_recorded(meeting(), left, at=NOW)


def test_a_witness_is_recorded_as_well() -> None:
    witnessed = meeting()
    witness = Participant(account="a-zhao", seat=Seat.WITNESS, party="p-zhao", joined_at=NOW)
    witnessed.participants.append(witness)
    with pytest.raises(ConditionsUnmet) as refused:
        require_everybody_recorded(witnessed, room(NOTARY, PARTY), at=NOW)
    assert [each.subject for each in refused.value.unmet] == ["p-zhao"]


def test_whoever_was_put_out_is_not_waited_for_and_does_not_sign() -> None:
    without = meeting()
    without.put_out("a-wang", NOW, by="s-notary", reason="disturbs")
    require_everybody_recorded(without, room(NOTARY), at=NOW)
    with pytest.raises(ConditionsUnmet) as refused:
        require_everybody_recorded(without, room(NOTARY), at=NOW, signer="a-wang")
    assert [each.subject for each in refused.value.unmet] == ["p-wang"]


def test_a_recording_that_was_ended_or_given_up_waits_for_nobody() -> None:
    ended = replace(room(), close_asked_at=NOW)
    require_recorded_to_the_end(meeting(), ended, at=NOW)
    given_up = meeting()
    given_up.status = CeremonyStatus.ABORTED
    require_recorded_to_the_end(given_up, room(), at=NOW)
    require_recorded_to_the_end(meeting(), None, at=NOW)
