"""A short generated recording: what a camera would have seen, in WebM segments."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE: Final = (480, 360)
FRAMES_A_SECOND: Final = 10
SEGMENT_S: Final = 2


def segments(photograph: bytes, *, count: int, caption: str) -> list[bytes]:
    """Return ``count`` WebM (VP8) segments showing the photograph, gently moving.

    The caption is ASCII: OpenCV's own letters know no other.
    """
    decoded = cv2.imdecode(np.frombuffer(photograph, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise ValueError("the photograph cannot be decoded")
    return [_segment(decoded, number, caption) for number in range(count)]


def _segment(picture: np.ndarray, number: int, caption: str) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "segment.webm"
        with _quiet():
            writer = cv2.VideoWriter(
                str(path), cv2.VideoWriter.fourcc(*"VP80"), FRAMES_A_SECOND, SIZE
            )
        for frame in range(FRAMES_A_SECOND * SEGMENT_S):
            writer.write(_frame(picture, number * FRAMES_A_SECOND * SEGMENT_S + frame, caption))
        writer.release()
        return path.read_bytes()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep OpenCV's own remark on the container's tag, which is harmless, off the terminal.

    It is written by C code, so only the file descriptor can be turned away.
    """
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _frame(picture: np.ndarray, at: int, caption: str) -> np.ndarray:
    width, height = SIZE
    scale = max(width / picture.shape[1], height / picture.shape[0]) * 1.1
    larger = cv2.resize(picture, None, fx=scale, fy=scale)
    sway_x = int((larger.shape[1] - width) / 2 * (1 + np.sin(at / 9)))
    sway_y = int((larger.shape[0] - height) / 2 * (1 + np.cos(at / 11)))
    frame = larger[sway_y : sway_y + height, sway_x : sway_x + width].copy()
    seconds = at / FRAMES_A_SECOND
    for colour, weight in ((0, 0, 0), 3), ((255, 255, 255), 1):
        cv2.putText(
            frame,
            f"{caption}  {seconds:05.1f} s",
            (12, height - 14),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.55,
            colour,
            weight,
            cv2.LINE_AA,
        )
    return frame
