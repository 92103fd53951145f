"""Picture and sound meet by what their sender says of the time."""

from __future__ import annotations

import pytest

from server.media.clock import AUDIO_RATE, VIDEO_RATE, SenderClock, StreamClock


def test_before_a_report_the_first_arrival_stands_for_the_time() -> None:
    clock = StreamClock(VIDEO_RATE, SenderClock())
    assert clock.seconds(1000, 5.0) == 5.0
    assert clock.seconds(1000 + 45_000, 9.0) == pytest.approx(5.5)


def test_timestamps_run_over_their_end() -> None:
    clock = StreamClock(AUDIO_RATE, SenderClock())
    clock.seconds((1 << 32) - 48_000, 1.0)
    assert clock.seconds(0, 9.0) == pytest.approx(2.0)


def test_after_reports_two_streams_share_one_clock_however_late_they_came() -> None:
    sender = SenderClock()
    video, audio = StreamClock(VIDEO_RATE, sender), StreamClock(AUDIO_RATE, sender)
    # The picture came a second later than the sound of the same moment.
    video.seconds(90_000, 11.0)
    audio.seconds(48_000, 10.0)
    video.report(90_000, 500.0, 11.2)
    audio.report(48_000, 500.0, 10.1)
    video.anchor()
    audio.anchor()
    assert video.seconds(180_000, 12.0) == pytest.approx(audio.seconds(96_000, 11.0))


def test_the_quickest_report_tells_the_offset() -> None:
    sender = SenderClock()
    assert sender.room_time(1.0) is None
    sender.report(100.0, 7.5)
    sender.report(200.0, 107.0)
    sender.report(300.0, 209.0)
    assert sender.room_time(400.0) == pytest.approx(307.0)


def test_a_stream_without_reports_keeps_its_anchor() -> None:
    clock = StreamClock(VIDEO_RATE, SenderClock())
    clock.seconds(0, 3.0)
    clock.anchor()
    assert clock.seconds(90_000, 99.0) == pytest.approx(4.0)


def test_a_report_beyond_the_last_number_does_not_put_a_packet_a_day_away() -> None:
    clock = StreamClock(AUDIO_RATE, SenderClock())
    clock.report(480, 100.0, 100.0)
    clock.anchor()
    # Ten milliseconds after the numbers began anew; the packet is of ten milliseconds before.
    assert clock.seconds((1 << 32) - 480, 100.0) == pytest.approx(99.98)
