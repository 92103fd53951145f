"""One segment of one uplink as a WebM file: encoded frames as they came, put into a container.

https://www.webmproject.org/docs/container/. Each frame is on disk a second after it came.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self

import av

from server.media.errors import RecordingFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from av.container import OutputContainer
    from av.stream import Stream

MEDIA_TYPE: Final = "video/webm"
MILLISECOND: Final = Fraction(1, 1000)
_SOON: Final = {"flush_packets": "1", "cluster_time_limit": "1000"}


class Segment:
    """A file that grows. Times are milliseconds from its own beginning."""

    def __init__(self, path: Path, *, picture: tuple[int, int] | None, sound: bool) -> None:
        """``picture``: width and height in pixels, or ``None`` for sound alone."""
        with _refused():
            self._container: OutputContainer = av.open(
                str(path), "w", format="webm", container_options=_SOON
            )
        self._video = self._picture_stream(picture) if picture else None
        self._audio = (
            self._container.add_stream_from_template(_opus(), opaque=True) if sound else None
        )

    def _picture_stream(self, picture: tuple[int, int]) -> Stream:
        width, height = picture
        return self._container.add_mux_stream(
            "vp8", width=width, height=height, time_base=MILLISECOND
        )

    def add_picture(self, at_ms: int, data: bytes, *, key: bool) -> None:
        if self._video is None:
            raise ValueError("this segment has no picture")
        self._add(self._video, at_ms, data, key=key)

    def add_sound(self, at_ms: int, data: bytes) -> None:
        if self._audio is None:
            raise ValueError("this segment has no sound")
        self._add(self._audio, at_ms, data, key=True)

    def _add(self, stream: Stream, at_ms: int, data: bytes, *, key: bool) -> None:
        packet = av.Packet(data)
        packet.stream = stream
        packet.time_base = MILLISECOND
        packet.pts = packet.dts = at_ms
        packet.is_keyframe = key
        with _refused():
            self._container.mux_one(packet)

    def close(self) -> None:
        """Write the end of the file; only then is it whole."""
        with _refused():
            self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@contextmanager
def _refused() -> Iterator[None]:
    """A full disk, or a frame that the container does not take."""
    try:
        yield
    except (av.FFmpegError, OSError) as error:
        raise RecordingFailed(type(error).__name__) from error


@lru_cache(maxsize=1)
def _opus() -> Stream:
    """Return a stream that describes Opus as browsers send it: 48 kHz, two channels.

    A WebM file has to carry the codec's own header (RFC 7845 5.1), which packets on
    the wire lack. One moment of silence, encoded once per process, has it.
    """
    target = io.BytesIO()
    with av.open(target, "w", format="webm") as made:
        stream = made.add_stream("libopus", rate=48_000, layout="stereo")
        silence = av.AudioFrame(format="s16", layout="stereo", samples=960)
        silence.sample_rate = 48_000
        for plane in silence.planes:
            plane.update(bytes(plane.buffer_size))
        made.mux(stream.encode(silence))
        made.mux(stream.encode(None))
    target.seek(0)
    return av.open(target).streams.audio[0]
