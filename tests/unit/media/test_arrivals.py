"""Time without the sender's reports: told by what was under way the shortest."""

from __future__ import annotations

from server.media.clock import VIDEO_RATE
from server.media.janus.arrivals import QuickestArrivals
from server.media.janus.sdp import is_description, mids


def test_the_quickest_packet_of_a_second_tells_the_time() -> None:
    arrivals = QuickestArrivals(VIDEO_RATE)
    # Ten frames a second; each is late by something else, the seventh by nothing.
    late = (0.09, 0.2, 0.05, 0.3, 0.04, 0.11, 0.0, 0.05, 0.07, 0.2, 0.1, 0.12)
    told = [arrivals.add(n * VIDEO_RATE // 10, 100 + n / 10 + each) for n, each in enumerate(late)]
    assert [each for each in told if each] == [(6 * VIDEO_RATE // 10, 100.6)]


def test_timestamps_that_run_over_their_end_are_no_leap() -> None:
    arrivals = QuickestArrivals(VIDEO_RATE)
    last = (1 << 32) - VIDEO_RATE // 2
    assert arrivals.add(last, 10.0) is None
    # The frame after the end is quicker by a tenth of a second.
    assert arrivals.add(VIDEO_RATE // 2, 10.9) is None
    # One from before, that came too late, is not taken for one of the far future.
    assert arrivals.add(last + 10, 10.95) is None
    assert arrivals.add(VIDEO_RATE, 11.5) == (VIDEO_RATE // 2, 10.9)


ANSWER = """\
v=0
o=- 1 1 IN IP4 127.0.0.1
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=mid:a0
m=video 0 UDP/TLS/RTP/SAVPF 0
a=mid:refused
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
a=mid:data
m=video 9 UDP/TLS/RTP/SAVPF 96
a=mid:v1
m=video 9 UDP/TLS/RTP/SAVPF 97
a=mid:v2
m=audio 9 UDP/TLS/RTP/SAVPF 111
""".replace("\n", "\r\n")


def test_what_was_agreed_on_is_known_by_its_name() -> None:
    assert mids(ANSWER) == {"audio": "a0", "video": "v1"}
    assert mids("v=0\r\n") == {}


def test_a_description_begins_as_all_do_and_has_something_in_it() -> None:
    assert is_description(ANSWER)
    assert not any(map(is_description, ("", "v=0", "v=0\r\nm=nonsense", "m=audio 9 X 0")))
