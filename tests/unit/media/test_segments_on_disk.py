"""Segments are whole files that play, and a killed worker loses no more than the last second."""

from __future__ import annotations

import hashlib
import itertools
import resource
import signal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from server.media import vp8
from server.media.errors import RecordingFailed
from server.media.ordering import Packet
from server.media.spool import GENESIS, Entry, Place, Spool, spend
from server.media.uplink import Closed, UplinkRecorder
from server.media.webm import Segment
from tests.playing import played

if TYPE_CHECKING:
    from pathlib import Path

OPUS_SILENCE = b"\xfc\xff\xfe"
FRAME_MS = 66


@lru_cache(maxsize=4)
def picture(count: int, size: tuple[int, int] = (160, 120), every: int = 1000) -> list[bytes]:
    """Return encoded frames, a key frame every ``every``."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, 15)
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "g": str(every)}
    frames = []
    for number in range(count):
        grey = np.full((size[1], size[0], 3), number * 5 % 255, np.uint8)
        frame = av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format="yuv420p")
        frame.pts = number
        frames += [bytes(each) for each in encoder.encode(frame)]
    return frames + [bytes(each) for each in encoder.encode(None)]


def write(segment: Segment, frames: list[bytes]) -> None:
    for number, frame in enumerate(frames):
        segment.add_picture(number * FRAME_MS, frame, key=vp8.is_key(frame))
        for sound in range(3):
            segment.add_sound(number * FRAME_MS + sound * 20, OPUS_SILENCE)


def test_what_was_put_in_can_be_played(tmp_path: Path) -> None:
    with Segment(tmp_path / "one.webm", picture=(160, 120), sound=True) as segment:
        write(segment, picture(30))
    assert played(tmp_path / "one.webm") == {"vp8": 30, "opus": 90}


def test_sound_alone_is_a_segment_too(tmp_path: Path) -> None:
    with Segment(tmp_path / "one.webm", picture=None, sound=True) as segment:
        for number in range(50):
            segment.add_sound(number * 20, OPUS_SILENCE)
        with pytest.raises(ValueError, match="no picture"):
            segment.add_picture(0, b"x", key=True)
    assert played(tmp_path / "one.webm") == {"opus": 50}


def test_a_picture_without_sound_takes_none(tmp_path: Path) -> None:
    with Segment(tmp_path / "one.webm", picture=(160, 120), sound=False) as segment:
        segment.add_picture(0, picture(1)[0], key=True)
        with pytest.raises(ValueError, match="no sound"):
            segment.add_sound(0, OPUS_SILENCE)
    assert played(tmp_path / "one.webm") == {"vp8": 1}


def test_a_place_that_cannot_be_written_is_said_and_not_passed_over(tmp_path: Path) -> None:
    segment = Segment(tmp_path / "nowhere" / "one.webm", picture=None, sound=True)
    with pytest.raises(RecordingFailed):
        segment.add_sound(0, OPUS_SILENCE)


def recorded(folder: Path, frames: list[bytes], *, pictures: bool = True) -> list[Closed]:
    """Feed a recorder with 15 frames a second and sound; return what it closed."""
    closed: list[Closed] = []
    recorder = UplinkRecorder(
        pictures=pictures,
        open_file=lambda starts: folder / f"{round(starts * 1000)}.part",
        closed=closed.append,
    )
    recorder.video.report(0, 100.0, 100.0)
    recorder.audio.report(0, 100.0, 100.0)
    sent = 0
    for number, frame in enumerate(frames):
        at = 100 + number / 15
        if pictures and frame:
            sent += 1
            recorder.add("video", _packet(sent, number * 6000, b"\x10" + frame, at))
        for sound in range(3):
            count = number * 3 + sound
            recorder.add("audio", _packet(count, count * 1066, OPUS_SILENCE, at))
    recorder.close()
    recorder.close()
    return closed


def _packet(sequence: int, timestamp: int, payload: bytes, at: float) -> Packet:
    return Packet(sequence=sequence, timestamp=timestamp, marker=True, payload=payload, arrived=at)


def test_segments_are_cut_at_the_first_key_frame_after_ten_seconds(tmp_path: Path) -> None:
    closed = recorded(tmp_path, picture(15 * 27, every=60))
    lengths = [round(each.ends - each.starts) for each in closed]
    # Key frames come every four seconds: the cut is at twelve.
    assert lengths == [12, 12, 3]
    assert [each.starts for each in closed] == pytest.approx([100, 112, 124], abs=0.01)
    frames = [played(each.path)["vp8"] for each in closed]
    assert frames == [180, 180, 45]


def test_a_sender_without_key_frames_is_cut_all_the_same(tmp_path: Path) -> None:
    closed = recorded(tmp_path, picture(15 * 18, every=10_000))
    # After the cut nothing can be shown until a key frame comes, and none does; the sound is kept.
    assert [round(each.ends - each.starts) for each in closed] == [15, 3]
    assert [played(each.path).get("vp8") for each in closed] == [225, None]
    assert closed[1].starts - closed[0].ends < 0.1


def test_where_the_picture_stops_the_sound_is_kept_until_it_comes_back(tmp_path: Path) -> None:
    # Of 24 seconds the picture is there for the first two and from the twentieth on.
    picture_of = picture(15 * 2)
    frames = [*picture_of, *[b""] * (15 * 18), *picture(15 * 4)]
    closed = recorded(tmp_path, frames)
    kinds = [sorted(played(each.path)) for each in closed]
    assert kinds == [["opus", "vp8"], ["opus"], ["opus", "vp8"]]
    for before, after in itertools.pairwise(closed):
        assert after.starts - before.ends < 0.1
    assert sum(played(each.path)["opus"] for each in closed) == 15 * 24 * 3


def test_what_was_said_before_the_first_picture_is_in_the_first_segment(tmp_path: Path) -> None:
    (only,) = recorded(tmp_path, [*[b""] * 15, *picture(15)])
    assert played(only.path) == {"vp8": 15, "opus": 90}
    assert only.starts == pytest.approx(100, abs=0.05)


def test_without_a_picture_a_key_frame_is_asked_for(tmp_path: Path) -> None:
    recorder = UplinkRecorder(
        pictures=True, open_file=lambda _: tmp_path / "one.part", closed=lambda _: None
    )
    recorder.audio.report(0, 100.0, 100.0)
    for number in range(250):
        recorder.add("audio", _packet(number, number * 960, OPUS_SILENCE, 100 + number / 50))
    assert recorder.needs_key_frame
    recorder.close()


def test_another_size_is_another_segment(tmp_path: Path) -> None:
    frames = [*picture(30), *picture(30, size=(320, 240))]
    closed = recorded(tmp_path, frames)
    assert [played(each.path)["vp8"] for each in closed] == [30, 30]


def test_a_voice_alone_is_cut_every_ten_seconds(tmp_path: Path) -> None:
    closed = recorded(tmp_path, [b""] * (15 * 21), pictures=False)
    assert [round(each.ends - each.starts) for each in closed] == [10, 10, 1]


def test_each_segment_names_the_one_before(tmp_path: Path) -> None:
    spool = Spool(tmp_path, boot="b1")
    entries = []
    for number in range(3):
        part = spool.part("anna", number * 1000)
        part.write_bytes(bytes([number]) * 10)
        entries.append(spool.keep(part, "anna", number * 1000, number * 1000 + 900))
    assert [each.prev_sha256 for each in entries] == [
        GENESIS,
        hashlib.sha256(bytes([0]) * 10).hexdigest(),
        hashlib.sha256(bytes([1]) * 10).hexdigest(),
    ]
    assert [each.index for each in Spool(tmp_path, boot="b2").entries] == [0, 1, 2]


def test_two_people_have_a_chain_each(tmp_path: Path) -> None:
    spool = Spool(tmp_path, boot="b1")
    for who in ("anna", "ben"):
        spool.part(who, 0).write_bytes(who.encode())
        assert spool.keep(spool.part(who, 0), who, 0, 5).index == 0


def test_times_never_go_back(tmp_path: Path) -> None:
    spool = Spool(tmp_path, boot="b1")
    for starts, ends in ((0, 1000), (900, 950)):
        spool.part("anna", starts).write_bytes(b"%d" % starts)
        spool.keep(spool.part("anna", starts), "anna", starts, ends)
    entry = spool.entries[-1]
    assert (entry.starts_ms, entry.ends_ms) == (1000, 1001)


def test_what_was_delivered_is_not_delivered_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path, boot="b1")
    spool.part("anna", 0).write_bytes(b"one")
    entry = spool.keep(spool.part("anna", 0), "anna", 0, 5)
    assert [spool.content(each) for each in spool.undelivered()] == [b"one"]
    spool.delivered(entry)
    spool.delivered(entry)
    assert list(spool.undelivered()) == []


def test_a_room_that_is_over_leaves_nothing_and_one_that_is_not_stays(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "room", boot="b1")
    spool.part("anna", 0).write_bytes(b"one")
    entry = spool.keep(spool.part("anna", 0), "anna", 0, 5)
    with pytest.raises(OSError, match="not delivered"):
        spool.clear()
    spool.delivered(entry)
    spool.clear()
    assert not spool.folder.exists()


def test_a_file_cut_off_while_it_grew_is_saved_up_to_its_last_whole_second(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path, boot="b1")
    part = spool.part("anna", 5000)
    segment = Segment(part, picture=(160, 120), sound=True)
    write(segment, picture(75))
    # The power fails: nobody closes the file, and the last block is torn.
    left = part.read_bytes()
    segment.close()
    part.write_bytes(left[:-7])
    (saved,) = Spool(tmp_path, boot="b2").recover()
    assert (saved.starts_ms, saved.index) == (5000, 0)
    assert 3000 <= saved.ends_ms - saved.starts_ms <= 5000
    assert played(tmp_path / saved.name)["vp8"] >= 45
    assert Spool(tmp_path, boot="b3").recover() == []


def test_a_file_with_nothing_in_it_is_cleared_away(tmp_path: Path) -> None:
    spool = Spool(tmp_path, boot="b1")
    spool.part("anna", 0).write_bytes(b"\x1a\x45")
    (tmp_path / "strange.part").write_bytes(b"?")
    assert spool.recover() == []
    assert list(tmp_path.glob("*.part")) == []


def test_a_whole_file_that_lost_its_name_gets_it_back(tmp_path: Path) -> None:
    spool = Spool(tmp_path, boot="b1")
    part = spool.part("anna", 0)
    part.write_bytes(b"whole")
    entry = spool.keep(part, "anna", 0, 5)
    # Killed between the journal and the new name.
    (tmp_path / entry.name).rename(part)
    again = Spool(tmp_path, boot="b2")
    assert again.recover() == []
    assert again.content(entry) == b"whole"


@pytest.mark.parametrize("missing", [100, 1], ids=["half a line", "all but its end"])
def test_a_line_that_was_being_written_is_not_believed(tmp_path: Path, missing: int) -> None:
    spool = Spool(tmp_path, boot="b1")
    spool.part("anna", 0).write_bytes(b"one")
    spool.keep(spool.part("anna", 0), "anna", 0, 5)
    journal = tmp_path / "journal.jsonl"
    line = journal.read_bytes().replace(b'"index": 0', b'"index": 1')
    journal.write_bytes(journal.read_bytes() + line[:-missing])
    again = Spool(tmp_path, boot="b2")
    assert len(again.entries) == 1
    # What comes after it is read, too.
    again.part("anna", 5).write_bytes(b"two")
    again.keep(again.part("anna", 5), "anna", 5, 9)
    assert [each.index for each in Spool(tmp_path, boot="b3").entries] == [0, 1]


def test_what_is_closed_has_its_place_at_once_and_is_handed_over_when_the_disk_has_it(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path, boot="b1")
    for number in range(2):
        part = spool.part("anna", number * 10)
        part.write_bytes(b"%d" % number)
        entry = spool.close(part, "anna", number * 10, number * 10 + 9)
        assert (entry.index, list(spool.undelivered())) == (number, [])
    # Nobody takes it for what a killed worker left.
    assert spool.recover() == []
    spool.settle()
    assert [spool.content(each) for each in spool.undelivered()] == [b"0", b"1"]
    assert Spool(tmp_path, boot="b2").entries == spool.entries


def test_what_the_disk_did_not_take_is_put_there_once_it_does(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "room", boot="b1")
    spool.part("anna", 0).write_bytes(b"one")
    spool.close(spool.part("anna", 0), "anna", 0, 5)
    gone = spool.folder.rename(tmp_path / "gone")
    with pytest.raises(OSError, match="No such file"):
        spool.settle()
    gone.rename(spool.folder)
    spool.settle()
    assert [spool.content(each) for each in spool.undelivered()] == [b"one"]


def test_half_a_line_of_a_full_disk_hides_nothing_that_follows(tmp_path: Path) -> None:
    """The journal may grow by half a line and no more."""
    spool = Spool(tmp_path, boot="b1")
    for number in range(2):
        spool.part("anna", number).write_bytes(b"%d" % number)
    first = spool.keep(spool.part("anna", 0), "anna", 0, 1)
    length = (tmp_path / "journal.jsonl").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length + length // 2, hard))
    try:
        with pytest.raises(OSError, match="No space"):
            spool.keep(spool.part("anna", 1), "anna", 1, 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert Spool(tmp_path, boot="b2").entries == [first]
    spool.settle()
    assert [each.index for each in Spool(tmp_path, boot="b3").entries] == [0, 1]


def test_a_ticket_is_spent_for_every_run_of_the_worker(tmp_path: Path) -> None:
    assert spend(tmp_path, "t-1")
    assert not spend(tmp_path, "t-1")
    assert spend(tmp_path, "t-2")


def test_a_worker_that_goes_on_for_another_follows_what_the_chain_has(tmp_path: Path) -> None:
    there = Place(index=3, prev_sha256="a" * 64, ends_ms=5_000)
    spool = Spool(tmp_path / "here", boot="b", follows={"party": there})

    def kept(participant: str, starts_ms: int, content: bytes) -> Entry:
        path = spool.part(participant, starts_ms)
        path.write_bytes(content)
        return spool.keep(path, participant, starts_ms, starts_ms + 1000)

    first, second = kept("party", 4_500, b"one"), kept("party", 7_000, b"two")
    # Nothing overlaps what the other worker recorded, whatever its clock said.
    assert (first.index, first.prev_sha256, first.starts_ms) == (3, "a" * 64, 5_000)
    assert (second.index, second.prev_sha256) == (4, first.sha256)
    # Of somebody whom the other one never saw, the first one is the first.
    assert kept("notary", 4_500, b"three").index == 0
    # Back where it once was, it does not go on from its own old place.
    moved = Place(index=9, prev_sha256="c" * 64, ends_ms=90_000)
    spool = Spool(tmp_path / "here", boot="c", follows={"party": moved})
    assert kept("party", 95_000, b"four").index == 9
