"""One participant's recording: frames into segments of ten seconds, cut at key frames.

The recorder never waits for the network: it is told frames, and says when it needs a
key frame. Times are seconds on the room's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from server.media import vp8
from server.media.clock import AUDIO_RATE, VIDEO_RATE, SenderClock, StreamClock
from server.media.frames import AudioFrames, VideoFrames
from server.media.webm import Segment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from server.media.frames import Frame
    from server.media.ordering import Packet

SEGMENT_S: Final = 10.0
LONGEST_SEGMENT_S: Final = 15.0
"""A sender that gives no key frame for five seconds after it was asked: cut without one."""

PICTURE_WITHIN_S: Final = 2.0
"""How long sound waits for a picture to begin a segment with; then it is kept without one."""

REPORTS_WITHIN_S: Final = 2.0
"""How long the first segment is held back for the sender's reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    path: Path
    starts: float
    ends: float


@dataclass(slots=True)
class _Open:
    file: Segment
    path: Path
    starts: float
    size: tuple[int, int] | None
    ends: float
    last: dict[str, int] = field(default_factory=dict)

    def place(self, stream: str, at: float) -> int:
        """Return milliseconds into the segment; a stream never goes back."""
        ms = max(round((at - self.starts) * 1000), self.last.get(stream, 0))
        self.last[stream] = ms
        self.ends = max(self.ends, at)
        return ms


class UplinkRecorder:
    def __init__(
        self,
        *,
        pictures: bool,
        open_file: Callable[[float], Path],
        closed: Callable[[Closed], None],
    ) -> None:
        """``open_file`` is told when the segment begins and says where it goes."""
        sender = SenderClock()
        self.video = StreamClock(VIDEO_RATE, sender)
        self.audio = StreamClock(AUDIO_RATE, sender)
        self._pictures = pictures
        self._video_frames, self._audio_frames = VideoFrames(), AudioFrames()
        self._open_file = open_file
        self._closed = closed
        self._segment: _Open | None = None
        self._held: list[tuple[str, Frame]] = []
        self._waiting: list[Frame] = []
        """Sound, while there is no picture to begin a segment with."""

        self._first: float | None = None
        self.heard = 0.0
        """When the last packet came."""

    def add(self, kind: str, packet: Packet) -> None:
        self.heard = packet.arrived
        frames = self._video_frames if kind == "video" else self._audio_frames
        for frame in frames.add(packet):
            self._take(kind, frame)

    @property
    def is_writing(self) -> bool:
        """Say whether what comes now goes into a file."""
        return self._segment is not None

    @property
    def needs_key_frame(self) -> bool:
        """Asked by the room twice a second; it is the room that asks the sender."""
        if not self._pictures:
            return False
        segment = self._segment
        due = segment is not None and segment.ends - segment.starts >= SEGMENT_S
        is_blind = segment is not None and segment.size is None
        return self._video_frames.damaged or due or is_blind

    def _take(self, kind: str, frame: Frame) -> None:
        if self._first is None:
            self._first = frame.arrived
        if self._segment is None and self._is_too_early(frame):
            self._held.append((kind, frame))
            return
        held, self._held = self._held, []
        for each_kind, each in [*held, (kind, frame)]:
            self._write(each_kind, each)

    def _is_too_early(self, frame: Frame) -> bool:
        reported = self.audio.is_reported and (self.video.is_reported or not self._pictures)
        waited = frame.arrived - (self._first or frame.arrived)
        return not reported and waited < REPORTS_WITHIN_S

    def _write(self, kind: str, frame: Frame) -> None:
        clock = self.video if kind == "video" else self.audio
        at = clock.seconds(frame.timestamp, frame.arrived)
        size = vp8.size_of(frame.data) if kind == "video" and frame.key else None
        if self._is_cut(kind, at, size):
            self.close()
        if self._segment is None and not self._begun_by(kind, frame, size):
            return
        segment = self._segment
        if segment is None or (kind == "video" and segment.size is None):
            # Until a key frame comes there is nothing to show.
            return
        ms = segment.place(kind, clock.seconds(frame.timestamp, frame.arrived))
        if kind == "video":
            segment.file.add_picture(ms, frame.data, key=frame.key)
        else:
            segment.file.add_sound(ms, frame.data)

    def _is_cut(self, kind: str, at: float, size: tuple[int, int] | None) -> bool:
        segment = self._segment
        if segment is None:
            return False
        length = at - segment.starts
        if size is not None:
            return length >= SEGMENT_S or size != segment.size
        is_sound_alone = kind == "audio" and segment.size is None
        return length >= (SEGMENT_S if is_sound_alone else LONGEST_SEGMENT_S)

    def _begun_by(self, kind: str, frame: Frame, size: tuple[int, int] | None) -> bool:
        """Begin a segment with a key frame, or with sound that has waited too long for one."""
        if self._pictures and size is None:
            if kind == "video":
                return False
            since = self._waiting[0].arrived if self._waiting else frame.arrived
            if frame.arrived - since < PICTURE_WITHIN_S:
                self._waiting.append(frame)
                return False
        waiting, self._waiting = self._waiting, []
        clock = self.video if kind == "video" and not waiting else self.audio
        segment = self._begin(clock, waiting[0] if waiting else frame, size)
        for each in waiting:
            at = self.audio.seconds(each.timestamp, each.arrived)
            segment.file.add_sound(segment.place("audio", at), each.data)
        return True

    def _begin(self, clock: StreamClock, frame: Frame, size: tuple[int, int] | None) -> _Open:
        self.video.anchor()
        self.audio.anchor()
        at = clock.seconds(frame.timestamp, frame.arrived)
        path = self._open_file(at)
        self._segment = _Open(Segment(path, picture=size, sound=True), path, at, size, at)
        return self._segment

    def close(self) -> None:
        """End the open segment, if there is one; nothing is lost by doing it again."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.file.close()
            self._closed(Closed(path=segment.path, starts=segment.starts, ends=segment.ends))
