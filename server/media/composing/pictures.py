"""What one seat's camera showed at any moment, decoded as time goes on."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import av

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from av.video.frame import VideoFrame

    from server.media.composing.plan import Clip

HELD_MS: Final = 3_000
"""A camera that sends nothing for so long shows nothing any more."""


@dataclass(frozen=True, slots=True)
class Shown:
    since_ms: int
    until_ms: int
    """When it is no longer what the camera shows, unless another came."""

    frame: VideoFrame


class Pictures:
    """Asked for moments that never go back."""

    def __init__(self, folder: Path, clips: Sequence[Clip]) -> None:
        self._frames = _frames(folder, clips)
        self._shown: Shown | None = None
        self._next = next(self._frames, None)

    def at(self, moment_ms: int) -> VideoFrame | None:
        """Return the newest picture, or ``None`` where there is none."""
        while self._next is not None and self._next.since_ms <= moment_ms:
            self._shown, self._next = self._next, next(self._frames, None)
        if self._shown is None or moment_ms >= self._shown.until_ms:
            return None
        return self._shown.frame


def _frames(folder: Path, clips: Sequence[Clip]) -> Iterator[Shown]:
    for clip in clips:
        content = (folder / clip.file).read_bytes()
        try:
            with av.open(io.BytesIO(content), "r") as container:
                for stream in container.streams.video[:1]:
                    stream.thread_type = "AUTO"
                    for frame in container.decode(stream):
                        if frame.time is not None:
                            since = clip.starts_ms + round(frame.time * 1000)
                            yield Shown(since, min(since + HELD_MS, clip.ends_ms), frame)
        except (av.FFmpegError, ValueError):
            # What cannot be decoded is shown as no picture; the original stays.
            continue
