"""What one seat's microphone heard, in windows of time; and all of them together."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import av
import numpy as np
from av.audio.resampler import AudioResampler

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from server.media.composing.plan import Clip

RATE: Final = 48_000
"""Samples a second, one channel: what Opus works in (RFC 6716)."""

LOUDEST: Final = 32_767


class Sounds:
    """Asked for windows that follow one another."""

    def __init__(self, folder: Path, clips: Sequence[Clip]) -> None:
        self._chunks = _chunks(folder, clips)
        self._next = next(self._chunks, None)

    def add_to(self, window: NDArray[np.int32], starts: int) -> None:
        """Add what was heard from sample ``starts`` on to ``window``."""
        ends = starts + len(window)
        while self._next is not None and self._next[0] < ends:
            at, samples = self._next
            first = max(at, starts)
            part = samples[first - at : ends - at]
            window[first - starts : first - starts + len(part)] += part
            if at + len(samples) > ends:
                # The rest belongs to the next window.
                self._next = (ends, samples[ends - at :])
                return
            self._next = next(self._chunks, None)


def mixed(sounds: Sequence[Sounds], starts: int, length: int) -> NDArray[np.int16]:
    window = np.zeros(length, np.int32)
    for each in sounds:
        each.add_to(window, starts)
    return np.clip(window, -LOUDEST, LOUDEST).astype(np.int16)


def _chunks(folder: Path, clips: Sequence[Clip]) -> Iterator[tuple[int, NDArray[np.int16]]]:
    for clip in clips:
        starts = clip.starts_ms * RATE // 1000
        content = (folder / clip.file).read_bytes()
        try:
            with av.open(io.BytesIO(content), "r") as container:
                for stream in container.streams.audio[:1]:
                    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
                    for frame in container.decode(stream):
                        if frame.time is None:
                            continue
                        at = starts + round(frame.time * RATE)
                        for each in resampler.resample(frame):
                            samples = each.to_ndarray().reshape(-1).astype(np.int16)
                            yield at, samples
                            at += len(samples)
        except (av.FFmpegError, ValueError):
            # What cannot be decoded is silence; the original stays.
            continue
