"""From encoded segments to a few stills. Only ever imported by the confined `stills`."""

from __future__ import annotations

import io
from collections import deque
from typing import TYPE_CHECKING

import av
import numpy as np

from identity.images.decoding import encode_clean
from server.media.webm import MILLISECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.container import InputContainer
    from av.video.frame import VideoFrame

    from identity.pixels import Pixels


def stills_of(
    pieces: Sequence[tuple[int, bytes]], wanted: dict[str, int]
) -> tuple[list[int], list[bytes]]:
    """Return times and JPEGs; a piece that cannot be decoded gives what it gives.

    ``pieces``: when each begins, in milliseconds on the clock of the ceremony, and its bytes.
    """
    kept: deque[tuple[int, bytes]] = deque(maxlen=wanted["most"] if wanted["newest"] else None)
    next_ms = wanted["from_ms"]
    for at_ms, frame in _frames(pieces):
        is_wanted = next_ms <= at_ms <= wanted["until_ms"]
        if is_wanted and (wanted["newest"] or len(kept) < wanted["most"]):
            kept.append((at_ms, encode_clean(_pixels(frame))))
            next_ms = at_ms + wanted["apart_ms"]
    return [at for at, _ in kept], [still for _, still in kept]


def _pixels(frame: VideoFrame) -> Pixels:
    return frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)


def _frames(pieces: Sequence[tuple[int, bytes]]) -> Iterator[tuple[int, VideoFrame]]:
    for starts_ms, content in pieces:
        try:
            with av.open(io.BytesIO(content), "r", format="matroska") as container:
                yield from _of(container, starts_ms)
        except av.FFmpegError:
            continue


def _of(container: InputContainer, starts_ms: int) -> Iterator[tuple[int, VideoFrame]]:
    if not container.streams.video:
        return
    stream = container.streams.video[0]
    stream.thread_type, stream.thread_count = "NONE", 1
    for frame in container.decode(stream):
        if frame.pts is not None and frame.time_base is not None:
            yield starts_ms + int(frame.pts * frame.time_base / MILLISECOND), frame
