"""Goes through the time of a ceremony once: a picture, a window of sound, encode, next."""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np

from server.media.composing.canvas import Canvas
from server.media.composing.pictures import Pictures
from server.media.composing.plan import MADE
from server.media.composing.sounds import RATE, Sounds, mixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from av.container import OutputContainer
    from av.packet import Packet

    from server.media.composing.plan import Order

FRAMES_A_SECOND: Final = 10
"""Enough to review by; the originals have every picture."""

SAMPLES_A_FRAME: Final = RATE // FRAMES_A_SECOND
PICTURE_OPTIONS: Final = {"deadline": "realtime", "cpu-used": "6", "crf": "12"}
PICTURE_BITS_A_SECOND: Final = 800_000
LARGEST: Final = 400 << 20
"""Octets, about: longer ceremonies get fewer bits a second, so that the file can be handed on."""

SOUND_BITS_A_SECOND: Final = 48_000
KEY_FRAME_EVERY: Final = 5 * FRAMES_A_SECOND
"""So that a viewer can jump to any five seconds."""


def make(folder: Path, order: Order, *, say: Callable[[int, int], None]) -> Path:
    """Make ``composite.webm`` in ``folder`` of what lies there; ``say`` hears (done, of) in ms."""
    target = folder / MADE
    with closing(av.open(str(target), "w", format="webm")) as container:
        for packet in _packets(container, folder, order, say):
            container.mux(packet)
    return target


def _packets(
    container: OutputContainer, folder: Path, order: Order, say: Callable[[int, int], None]
) -> Iterator[Sequence[Packet[Any]]]:
    canvas = Canvas(order)
    pictures = [Pictures(folder, seen.clips) for seen in order.seen]
    sounds = [Sounds(folder, seen.clips) for seen in order.seen]
    video = container.add_stream("libvpx", rate=FRAMES_A_SECOND, options=dict(PICTURE_OPTIONS))
    video.width, video.height = canvas.size
    video.pix_fmt, video.bit_rate = "yuv420p", _bits_a_second(order.length_ms)
    video.gop_size = KEY_FRAME_EVERY
    audio = container.add_stream("libopus", rate=RATE, layout="mono")
    audio.bit_rate = SOUND_BITS_A_SECOND
    for number in range(order.length_ms * FRAMES_A_SECOND // 1000 + 1):
        moment = number * 1000 // FRAMES_A_SECOND
        drawn = canvas.draw(moment, [each.at(moment) for each in pictures])
        frame = av.VideoFrame.from_ndarray(np.asarray(drawn), format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, FRAMES_A_SECOND)
        yield video.encode(frame)
        yield audio.encode(_heard(sounds, number * SAMPLES_A_FRAME))
        if number % (10 * FRAMES_A_SECOND) == 0:
            say(moment, order.length_ms)
    yield video.encode(None)
    yield audio.encode(None)


def _bits_a_second(length_ms: int) -> int:
    return min(PICTURE_BITS_A_SECOND, LARGEST * 8 * 1000 // max(1, length_ms))


def _heard(sounds: list[Sounds], starts: int) -> av.AudioFrame:
    samples = mixed(sounds, starts, SAMPLES_A_FRAME)
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE, starts, Fraction(1, RATE)
    return frame
