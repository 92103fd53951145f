"""Invariant 8: every byte of every segment is in the chain, in its order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ceremony.ceremony import Ceremony, CeremonyId, Participant, Seat, Segment
from server.ceremony.chain import GENESIS, Link, verify_chain
from server.ceremony.errors import CeremonyRefused, ChainBroken, NotRecording, NotTakingPart
from server.ceremony.status import CeremonyStatus, Step

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
SHA = [f"{n:064x}" for n in range(1, 9)]


def segment(index: int, *, prev: str | None = None, who: str = "a-wang") -> Segment:
    return Segment(
        participant=who,
        index=index,
        starts_ms=index * 10_000,
        ends_ms=(index + 1) * 10_000,
        sha256=SHA[index],
        size=1000 + index,
        media_type="video/webm",
        prev_sha256=prev or (SHA[index - 1] if index else GENESIS),
    )


def live() -> Ceremony:
    ceremony = Ceremony(
        id=CeremonyId("r1"),
        office="kunming-demo",
        case="c1",
        participants=[
            Participant(account="s-notary", seat=Seat.NOTARY),
            Participant(account="a-wang", seat=Seat.PARTY, party="p-wang"),
        ],
    )
    ceremony.take(Step.ADMIT, by="s-notary", at=NOW)
    ceremony.take(Step.START_RECORDING, by="s-notary", at=NOW)
    return ceremony


def recorded(segments: int = 5) -> list[Link]:
    ceremony = live()
    for index in range(segments):
        ceremony.add_segment(segment(index), NOW + timedelta(seconds=10 * index))
        ceremony.add_event("page_shown", NOW, by="a-wang", facts={"page": index})
    return ceremony.links


def test_an_untouched_recording_verifies_up_to_its_head() -> None:
    links = recorded()
    assert verify_chain(links) == links[-1].hash
    assert verify_chain([]) == GENESIS


@given(data=st.data())
def test_invariant_08_dropping_moving_or_altering_a_link_is_noticed(data: st.DataObject) -> None:
    links = recorded()
    position = data.draw(st.integers(0, len(links) - 2))
    victim = links[position]
    spoiled = data.draw(
        st.sampled_from(
            [
                links[:position] + links[position + 1 :],
                [*links[:position], links[position + 1], victim, *links[position + 2 :]],
                [*links[:position], replace(victim, at="2026-01-01"), *links[position + 1 :]],
                [
                    *links[:position],
                    replace(victim, body={**victim.body, "size": 1}),
                    *links[position + 1 :],
                ],
                [*links[:position], replace(victim, kind="other"), *links[position + 1 :]],
            ]
        )
    )
    with pytest.raises(ChainBroken):
        verify_chain(spoiled)


@pytest.mark.parametrize(
    "wrong",
    [
        # A segment that skips one.
        segment(2),
        # The right place after the wrong predecessor.
        segment(1, prev=SHA[5]),
        # One that begins before the last one ended.
        replace(segment(1), starts_ms=5_000),
        # One that ends before it begins.
        replace(segment(1), ends_ms=10_000),
    ],
)
def test_a_segment_that_does_not_follow_is_refused_with_what_was_expected(wrong: Segment) -> None:
    ceremony = live()
    ceremony.add_segment(segment(0), NOW)
    head = ceremony.head
    with pytest.raises(ChainBroken) as refused:
        ceremony.add_segment(wrong, NOW)
    assert (refused.value.expected_index, refused.value.expected_prev) == (1, SHA[0])
    assert ceremony.head == head


def test_time_that_nobody_recorded_is_said_in_the_chain() -> None:
    ceremony = live()
    ceremony.add_segment(segment(0), NOW)
    late = replace(segment(1), starts_ms=18_250, ends_ms=20_000)
    receipt = ceremony.add_segment(late, NOW)
    gap, told = ceremony.links[-2:]
    assert (gap.kind, gap.body) == (
        "line_gap",
        {"by": "a-wang", "from_ms": 10_000, "to_ms": 18_250, "ms": 8_250},
    )
    assert told == receipt
    # Handed over again because the answer was lost: neither is there twice.
    assert ceremony.add_segment(late, NOW) == receipt
    verify_chain(ceremony.links)
    # A chain without it, or with a shorter one, does not hold.
    for spoiled in (
        [each for each in ceremony.links if each != gap],
        [replace(e, body={**e.body, "ms": 250}) if e == gap else e for e in ceremony.links],
    ):
        with pytest.raises(ChainBroken):
            verify_chain(spoiled)


@pytest.mark.parametrize("late_by", [0, 1, 500])
def test_a_frame_between_two_segments_is_no_gap(late_by: int) -> None:
    ceremony = live()
    ceremony.add_segment(segment(0), NOW)
    ceremony.add_segment(replace(segment(1), starts_ms=10_000 + late_by), NOW)
    assert [each.kind for each in ceremony.links[-2:]] == ["segment", "segment"]


def test_a_segment_sent_twice_is_one_link() -> None:
    ceremony = live()
    first = ceremony.add_segment(segment(0), NOW)
    assert ceremony.add_segment(segment(0), NOW + timedelta(seconds=3)) == first


def test_each_participant_has_a_line_of_segments_of_their_own() -> None:
    ceremony = live()
    ceremony.add_segment(segment(0), NOW)
    ceremony.add_segment(segment(0, who="s-notary"), NOW)
    verify_chain(ceremony.links)


def test_nothing_is_added_before_recording_or_after_the_end() -> None:
    ceremony = live()
    for step in (Step.CONFIRM_IDENTITIES, Step.COMPLETE):
        ceremony.take(step, by="s-notary", at=NOW)
    with pytest.raises(NotRecording):
        ceremony.add_segment(segment(0), NOW)
    with pytest.raises(NotRecording):
        ceremony.add_event("page_shown", NOW, by="a-wang", facts={})
    with pytest.raises(CeremonyRefused, match="cannot resume a ceremony that is completed"):
        ceremony.take(Step.RESUME, by="s-notary", at=NOW)


def test_somebody_without_a_seat_adds_nothing() -> None:
    ceremony = live()
    with pytest.raises(NotTakingPart):
        ceremony.add_segment(segment(0, who="a-stranger"), NOW)
    with pytest.raises(NotTakingPart):
        ceremony.join("a-stranger", NOW)


def test_coming_back_is_on_record_too() -> None:
    ceremony = live()
    ceremony.join("a-wang", NOW)
    ceremony.take(Step.INTERRUPT, by="s-notary", at=NOW, reason="connection lost")
    ceremony.join("a-wang", NOW + timedelta(seconds=30))
    assert [each.kind for each in ceremony.links].count("joined") == 2
    assert ceremony.seat_of("a-wang").joined_at == NOW + timedelta(seconds=30)
    assert ceremony.status is CeremonyStatus.INTERRUPTED
