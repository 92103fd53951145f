"""Packets come in any order, twice, late or never; frames come whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from server.media.frames import LARGEST_FRAME, AudioFrames, VideoFrames
from server.media.ordering import Ordering, Packet

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY = b"\x10\x02\x00\x9d\x01\x2a\x80\x02\xe0\x01"
DELTA = b"\x11\x02\x00delta"


def packet(
    sequence: int,
    payload: bytes = b"x",
    *,
    timestamp: int = 0,
    marker: bool = True,
    arrived: float = 0.0,
) -> Packet:
    return Packet(
        sequence=sequence % 65536,
        timestamp=timestamp,
        marker=marker,
        payload=payload,
        arrived=arrived,
    )


def numbers(ordering: Ordering, packets: Iterable[Packet]) -> list[int]:
    return [each.sequence for one in packets for each in ordering.add(one).packets]


@given(
    st.integers(0, 65535),
    st.permutations(range(1, 40)),
    st.lists(st.integers(1, 39), max_size=20),
)
def test_whatever_the_network_does_to_the_order_is_undone(
    first: int, order: list[int], again: list[int]
) -> None:
    ordering = Ordering(patience=1.0)
    sent = [packet(first + n) for n in (0, *order, *again)]
    assert numbers(ordering, sent) == [(first + n) % 65536 for n in range(40)]


def test_a_gap_is_waited_for_and_then_given_up() -> None:
    ordering = Ordering(patience=0.5)
    assert numbers(ordering, [packet(1, arrived=0.0), packet(3, arrived=0.1)]) == [1]
    assert ordering.add(packet(4, arrived=0.5)).packets == []
    given_up = ordering.add(packet(5, arrived=0.7))
    assert [each.sequence for each in given_up.packets] == [3, 4, 5]
    assert given_up.lost == 1
    # What comes after all comes too late.
    assert ordering.add(packet(2, arrived=0.8)).packets == []


def whole(frames: VideoFrames, packets: Iterable[Packet]) -> list[bytes]:
    return [frame.data for one in packets for frame in frames.add(one)]


def test_a_frame_of_several_packets_is_put_together() -> None:
    sent = [
        packet(1, b"\x10" + KEY, timestamp=90, marker=False),
        packet(2, b"\x00more", timestamp=90, marker=False),
        packet(3, b"\x00end", timestamp=90),
    ]
    assert whole(VideoFrames(), sent) == [KEY + b"moreend"]


def test_nothing_is_handed_out_before_a_key_frame() -> None:
    frames = VideoFrames()
    assert whole(frames, [packet(1, b"\x10" + DELTA, timestamp=1)]) == []
    assert frames.damaged
    assert whole(frames, [packet(2, b"\x10" + KEY, timestamp=2)]) == [KEY]
    assert whole(frames, [packet(3, b"\x10" + DELTA, timestamp=3)]) == [DELTA]


def test_after_a_loss_it_waits_for_the_next_key_frame() -> None:
    frames = VideoFrames()
    whole(frames, [packet(1, b"\x10" + KEY, timestamp=1)])
    lost = [packet(3, b"\x10" + DELTA, timestamp=3), packet(4, b"\x10" + DELTA, timestamp=4)]
    assert whole(frames, [*lost, packet(5, b"\x10" + DELTA, timestamp=5, arrived=9.0)]) == []
    assert frames.damaged
    assert whole(frames, [packet(6, b"\x10" + KEY, timestamp=6, arrived=9.1)]) == [KEY]


def test_a_probe_of_the_line_is_no_frame_and_no_damage() -> None:
    frames = VideoFrames()
    sent = [
        packet(1, b"\x10" + KEY, timestamp=1),
        packet(2, b"", timestamp=1),
        packet(3, b"\x10" + DELTA, timestamp=2),
    ]
    assert whole(frames, sent) == [KEY, DELTA]


def test_the_middle_of_a_frame_without_its_beginning_is_damage() -> None:
    frames = VideoFrames()
    whole(frames, [packet(1, b"\x10" + KEY, timestamp=1)])
    assert whole(frames, [packet(2, b"\x00tail", timestamp=2)]) == []
    assert frames.damaged


def test_a_descriptor_that_makes_no_sense_is_damage() -> None:
    frames = VideoFrames()
    whole(frames, [packet(1, b"\x10" + KEY, timestamp=1)])
    assert whole(frames, [packet(2, b"\x90", timestamp=2)]) == []
    assert frames.damaged


def test_a_frame_without_end_does_not_fill_the_memory() -> None:
    frames = VideoFrames()
    piece = bytes(1 << 20)
    sent = [packet(1, b"\x10" + KEY, timestamp=1, marker=False)]
    sent += [packet(n, b"\x00" + piece, timestamp=1, marker=False) for n in range(2, 8)]
    assert LARGEST_FRAME < 6 << 20
    assert whole(frames, sent) == []
    assert frames.damaged


def test_sound_is_a_frame_a_packet_and_a_loss_is_a_silence() -> None:
    frames = AudioFrames()
    sent = [packet(1, b"a"), packet(2, b""), packet(4, b"d"), packet(5, b"e", arrived=9.0)]
    assert [frame.data for one in sent for frame in frames.add(one)] == [b"a", b"d", b"e"]
