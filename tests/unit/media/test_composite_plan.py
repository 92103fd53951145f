"""What the video of a ceremony shows is worked out from the chain alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.ceremony.captions import EVENTS, SEATS
from server.ceremony.ceremony import Ceremony, CeremonyId, Participant, Seat, Segment
from server.ceremony.chain import GENESIS
from server.ceremony.composite import (
    MOST_TRIES,
    Composite,
    CompositeState,
    plan_composite,
    try_to_make,
)
from server.ceremony.course import Told
from server.ceremony.errors import NotRecording
from server.ceremony.sharing import beside
from server.ceremony.status import CeremonyStatus, Step

BEGAN = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def seconds(count: float) -> datetime:
    return BEGAN + timedelta(seconds=count)


def a_ceremony(*, parties: int = 2) -> Ceremony:
    held = Ceremony(
        id=CeremonyId("c"),
        office="kunming-demo",
        case="case",
        participants=[
            Participant(account="notary", seat=Seat.NOTARY),
            *(
                Participant(account=f"party-{n}", seat=Seat.PARTY, party=f"p{n}")
                for n in range(1, parties + 1)
            ),
        ],
    )
    held.take(Step.ADMIT, by="notary", at=seconds(-9))
    held.take(Step.START_RECORDING, by="notary", at=BEGAN)
    return held


def record(held: Ceremony, who: str, *spans: tuple[int, int]) -> None:
    prev = GENESIS
    for index, (starts, ends) in enumerate(spans):
        digest = f"{index}" * 64
        held.add_segment(
            Segment(
                participant=who,
                index=index,
                starts_ms=starts,
                ends_ms=ends,
                sha256=digest,
                size=9,
                media_type="video/webm",
                prev_sha256=prev,
            ),
            seconds(ends / 1000),
        )
        prev = digest


def test_each_seat_has_its_place_and_each_segment_its_time() -> None:
    held = a_ceremony()
    record(held, "party-2", (0, 5000), (7000, 9000))
    plan = plan_composite(held)
    (track,) = plan.tracks
    assert track.label == "当事人 2 Party 2"
    assert [(each.starts_ms, each.ends_ms) for each in track.pieces] == [(0, 5000), (7000, 9000)]
    assert (plan.began_at, plan.length_ms, plan.head) == (BEGAN, 9000, held.head)


def test_the_only_one_of_a_seat_has_no_number() -> None:
    held = a_ceremony(parties=1)
    record(held, "party-1", (0, 1000))
    record(held, "notary", (0, 1000))
    assert [track.label for track in plan_composite(held).tracks] == [
        "公证员 Notary",
        "当事人 Party",
    ]


def sat_together(*, until: float | None = None) -> Ceremony:
    held = a_ceremony()
    record(held, "party-1", (0, 2000), (2000, 4000), (4000, 6000))
    held.join("party-2", seconds(2.5), device_of="party-1")
    if until is not None:
        held.add_event("left_device", seconds(until), by="party-2", facts={})
    return held


def test_two_before_one_camera_share_one_picture_and_its_caption() -> None:
    held = sat_together()
    # Came in anew, at the same device: named once.
    held.join("party-2", seconds(3), device_of="party-1")
    plan = plan_composite(held)
    assert [track.label for track in plan.tracks] == ["当事人 1 Party 1 + 当事人 2 Party 2"]
    assert [each.text for each in plan.captions if each.at_ms == 2500] == [
        "进入房间 came in  当事人 2 Party 2",
        "共用其设备 at the device of  当事人 1 Party 1",
    ]


@pytest.mark.parametrize(
    ("until", "segments"),
    [
        (None, [1, 2]),
        # Went while the next piece was recorded: may be in it, too.
        (4.5, [1, 2]),
        # Exactly at its beginning: not any more.
        (4, [1]),
    ],
)
def test_every_piece_of_the_recording_names_who_may_be_in_it(
    until: float | None, segments: list[int]
) -> None:
    held = sat_together(until=until)
    found = {each.index: list(beside(held, each)) for each in held.segments}
    assert {index for index, who in found.items() if who == ["party-2"]} == set(segments)


def test_before_anything_is_recorded_nobody_is_in_it() -> None:
    held = sat_together()
    pieces = list(held.segments)
    held.links = [each for each in held.links if each.kind != Step.START_RECORDING]
    assert [list(beside(held, each)) for each in pieces] == [[], [], []]


def test_events_are_told_in_their_second_with_who_it_was() -> None:
    held = a_ceremony()
    record(held, "party-1", (0, 1000))
    held.add_event("deed_confirmed", seconds(4.2), by="party-1", facts={})
    held.add_event("something_newer", seconds(5), by="notary", facts={})
    plan = plan_composite(held)
    assert [(each.at_ms, each.text) for each in plan.captions] == [
        (0, "开始录制 began recording  公证员 Notary"),
        (4200, "同意签署 agreed to the deed  当事人 1 Party 1"),
        (5000, "something newer  公证员 Notary"),
    ]
    assert plan.length_ms == 5000, "the last event is still shown"


def test_nothing_that_was_not_recorded_is_shown() -> None:
    with pytest.raises(NotRecording):
        plan_composite(a_ceremony())


def test_a_recording_without_a_beginning_has_no_time() -> None:
    held = a_ceremony()
    held.links.clear()
    held.status = CeremonyStatus.RECORDING
    record(held, "party-1", (0, 1000))
    with pytest.raises(NotRecording):
        plan_composite(held)


def test_tries_wait_longer_each_time_and_end() -> None:
    wanted = Composite(
        ceremony="c",
        office="kunming-demo",
        case="case",
        state=CompositeState.WANTED,
        tries=0,
        next_try_at=BEGAN,
    )
    waits = []
    for _ in range(MOST_TRIES):
        wanted = try_to_make(wanted, at=BEGAN)
        waits.append((wanted.next_try_at - BEGAN) / timedelta(hours=1))
    assert waits == [1, 2, 4, 8]
    assert wanted.state is CompositeState.FAILED


def test_every_seat_and_every_step_has_its_words() -> None:
    assert set(SEATS) == set(Seat)
    assert set(EVENTS) >= (set(Step) - {Step.MARK_NO_SHOW}) | set(Told)
