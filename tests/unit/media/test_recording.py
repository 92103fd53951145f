"""What could not be written is told, whenever it turns out, and ends nothing else."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from server.media.engine import RoomPorts
from server.media.ordering import Packet
from server.media.recording import Recording
from server.media.spool import Spool

if TYPE_CHECKING:
    from pathlib import Path

OPUS_SILENCE = b"\xfc\xff\xfe"


class AtRoom:
    """A clock that is set by hand, and what the room was told."""

    def __init__(self, folder: Path) -> None:
        self.now = 100.0
        self.told: list[tuple[str, str]] = []
        self.spool = Spool(folder, boot="b")
        self._ports = RoomPorts(
            seconds=lambda: self.now,
            is_recording=lambda: True,
            happened=lambda what, who: self.told.append((what, who)),
        )
        self._sent = 0

    def recording(self) -> Recording:
        return Recording("party", self.spool, self._ports, pictures=False)

    def speak(self, recording: Recording, seconds: int) -> None:
        for _ in range(seconds * 50):
            self._sent += 1
            self.now += 0.02
            recording.take(
                "audio",
                Packet(
                    sequence=self._sent,
                    timestamp=self._sent * 960,
                    marker=True,
                    payload=OPUS_SILENCE,
                    arrived=self.now,
                ),
            )


def test_a_segment_that_cannot_be_closed_is_told_as_one_that_cannot_be_written(
    tmp_path: Path,
) -> None:
    room = AtRoom(tmp_path / "room")
    recording = room.recording()
    room.speak(recording, 5)
    assert recording.is_writing
    shutil.rmtree(room.spool.folder)
    # Who falls silent closes the segment; nobody's packet is there to notice.
    room.now += 10
    recording.look_after()
    assert ("recording_failed", "party") in room.told
    recording.stop()
    assert room.told.count(("recording_failed", "party")) == 1


def test_what_one_connection_could_not_close_is_before_what_the_next_one_records(
    tmp_path: Path,
) -> None:
    room = AtRoom(tmp_path / "room")
    first = room.recording()
    room.speak(first, 5)
    gone = room.spool.folder.rename(tmp_path / "gone")
    first.stop()
    gone.rename(room.spool.folder)
    second = room.recording()
    room.speak(second, 5)
    second.stop()
    lengths = [(each.index, each.ends_ms - each.starts_ms) for each in room.spool.entries]
    assert [index for index, _ in lengths] == [0, 1]
    assert lengths[0][1] > 3000
    assert room.spool.entries[1].starts_ms >= room.spool.entries[0].ends_ms
