"""The process that makes one video of many: on real segments, and on what is none."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from server.ceremony.composite import Caption, CompositePlan, Piece, Track
from server.ceremony.errors import CompositeNotMade
from server.media.composing.pictures import Pictures
from server.media.composing.plan import Clip
from server.media.composing.sounds import Sounds
from server.settings import DEBIAN_FONTS
from server.wiring.composing import HELD, PREFIX, rendered

if TYPE_CHECKING:
    from collections.abc import Callable

RED, BLUE = (200, 20, 20), (20, 20, 200)
RATE = 48_000


def a_segment(colour: tuple[int, int, int], *, loud: bool, ms: int = 1000) -> bytes:
    """WebM as a browser makes it: VP8 and Opus, here of one colour and one tone."""
    made = io.BytesIO()
    with av.open(made, "w", format="webm") as container:
        video = container.add_stream("libvpx", rate=10)
        video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
        audio = container.add_stream("libopus", rate=RATE, layout="stereo")
        picture = np.full((120, 160, 3), colour, np.uint8)
        tone = np.sin(np.arange(RATE // 10) * 2 * np.pi * 440 / RATE) * (12_000 if loud else 0)
        stereo = np.repeat(tone.astype(np.int16), 2).reshape(1, -1)
        for number in range(ms // 100):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(video.encode(frame))
            heard = av.AudioFrame.from_ndarray(stereo, format="s16", layout="stereo")
            heard.sample_rate = RATE
            heard.pts, heard.time_base = number * RATE // 10, Fraction(1, RATE)
            container.mux(audio.encode(heard))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return made.getvalue()


class Room:
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def piece(self, content: bytes, starts_ms: int, ends_ms: int) -> Piece:
        digest = hashlib.sha256(content).hexdigest()
        self.files[digest] = content
        return Piece(sha256=digest, starts_ms=starts_ms, ends_ms=ends_ms)

    def video(self, *tracks: Track, length_ms: int) -> av.container.InputContainer:
        plan = CompositePlan(
            began_at=datetime(2026, 11, 26, 9, 0, tzinfo=UTC),
            length_ms=length_ms,
            tracks=tracks,
            captions=(Caption(at_ms=500, text="开始录像 recording begins"),),
            head="0" * 64,
        )
        made = rendered(plan, self.files.__getitem__, fonts=Path(DEBIAN_FONTS))
        return av.open(io.BytesIO(made), "r")


def colours(container: av.container.InputContainer) -> Callable[[float, int], tuple[int, int, int]]:
    """Return what tells the colour in the middle of a tile at a time."""
    frames = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]

    def at(second: float, tile: int) -> tuple[int, int, int]:
        picture = min(frames, key=lambda each: abs(float(each[0] or 0) - second))[1]
        patch = picture[60:120, tile * 480 + 60 : tile * 480 + 120]
        red, green, blue = (round(float(c)) for c in patch.mean(axis=(0, 1)))
        return red, green, blue

    return at


def is_near(seen: tuple[int, int, int], colour: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(seen, colour, strict=True))


def test_who_was_there_is_seen_side_by_side_and_a_gap_is_seen_too() -> None:
    room = Room()
    red, blue = a_segment(RED, loud=False), a_segment(BLUE, loud=False)
    video = room.video(
        Track(
            label="公证员 Notary", pieces=(room.piece(red, 0, 1000), room.piece(red, 2000, 3000))
        ),
        Track(
            label="当事人 Party", pieces=(room.piece(blue, 0, 1000), room.piece(blue, 1000, 2000))
        ),
        length_ms=3000,
    )
    stream = video.streams.video[0]
    assert (stream.codec_context.name, stream.width, stream.height) == ("vp8", 960, 472)
    seen = colours(video)
    assert is_near(seen(0.5, 0), RED)
    assert is_near(seen(0.5, 1), BLUE)
    assert not is_near(seen(1.5, 0), RED), "the notary's line was down"
    assert is_near(seen(2.5, 0), RED)
    assert not is_near(seen(2.5, 1), BLUE)


def test_everybody_is_heard_at_their_time() -> None:
    room = Room()
    loud, quiet = a_segment(RED, loud=True), a_segment(BLUE, loud=False)
    video = room.video(
        Track(label="a", pieces=(room.piece(quiet, 0, 1000), room.piece(loud, 1000, 2000))),
        Track(label="b", pieces=(room.piece(quiet, 0, 1000),)),
        length_ms=2000,
    )
    heard = np.concatenate(
        [frame.to_ndarray().reshape(-1).astype(np.float64) for frame in video.decode(audio=0)]
    )
    strength = [float(np.abs(heard[a : a + RATE // 2]).mean()) for a in (RATE // 4, RATE * 5 // 4)]
    assert strength[1] > 20 * strength[0]


@pytest.mark.parametrize("content", [b"", b"no video", a_segment(RED, loud=True)[:700]])
def test_what_cannot_be_decoded_is_shown_as_no_picture(content: bytes) -> None:
    room = Room()
    video = room.video(
        Track(label="a", pieces=(room.piece(content, 0, 1000),)),
        Track(label="b", pieces=(room.piece(a_segment(BLUE, loud=False), 0, 1000),)),
        length_ms=1000,
    )
    seen = colours(video)
    assert not is_near(seen(0.5, 0), RED)
    assert is_near(seen(0.5, 1), BLUE)


def test_a_segment_that_is_not_there_is_no_gap(tmp_path: Path) -> None:
    gone = (Clip(file="0" * 64, starts_ms=0, ends_ms=1000),)
    for seat in (Pictures, Sounds):
        with pytest.raises(FileNotFoundError):
            seat(tmp_path, gone)


def test_a_process_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*arguments: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("composing", 1)

    monkeypatch.setattr(subprocess, "run", killed)
    with pytest.raises(CompositeNotMade, match="TimeoutExpired"):
        Room().video(Track(label="a", pieces=()), length_ms=1000)


def test_a_process_that_ends_without_a_video_is_not_taken_for_one() -> None:
    with pytest.raises(CompositeNotMade, match="CalledProcessError"):
        Room().video(length_ms=1000)


def test_what_a_killed_run_left_in_the_clear_is_gone_with_the_next_and_nobody_elses() -> None:
    place = Path(tempfile.gettempdir())
    left, others = (place / f"{PREFIX}{name}-{os.getpid()}" for name in ("left", "others"))
    for folder in (left, others):
        folder.mkdir()
        (folder / HELD).touch()
    try:
        with (others / HELD).open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            Room().video(Track(label="a", pieces=()), length_ms=100)
            assert (left.exists(), others.exists()) == (False, True)
    finally:
        shutil.rmtree(others)
