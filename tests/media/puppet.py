"""A camera for Chromium whose picture a test can change at any moment.

Chromium plays a file in place of the camera and reads it again for every picture
(`--use-file-for-fake-video-capture`); this file has one picture, which is written over.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from identity.liveness.challenge import issue_challenge
from tests.simulated.camera import Light, Sensor
from tests.simulated.clips import near_of
from tests.simulated.performance import answering
from tests.simulated.sitter import seat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from identity.pixels import Pixels
    from tests.simulated.sitter import Sitter

SIZE: Final = (480, 360)
"""Two cores encode and decode it several times over while faces are measured."""

PER_SECOND: Final = 15
FACE_PART: Final = 0.38
HEAD: Final = f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F{PER_SECOND}:1\nFRAME\n".encode()


def sitter_of(photograph: Pixels) -> Sitter:
    return seat(photograph, size=SIZE, face_part=FACE_PART)


def on_a_card(photograph: Pixels) -> bytes:
    """Return the same face as another camera saw it: the very photograph would be a copy."""
    other = seat(photograph, size=(600, 800), face_part=0.45, mirrored=True).picture
    broader = cv2.resize(other, (760, 720))[:, 80:680]
    return bytes(cv2.imencode(".jpg", broader, [cv2.IMWRITE_JPEG_QUALITY, 92])[1])


@dataclass
class Puppet:
    """What stands before one camera."""

    path: Path
    sitter: Sitter
    _file: int = field(init=False)

    def __post_init__(self) -> None:
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        os.pwrite(self._file, HEAD, 0)
        self.show(self.sitter.picture)

    @property
    def arguments(self) -> tuple[str, ...]:
        return (f"--use-file-for-fake-video-capture={self.path}",)

    def show(self, picture: Pixels) -> None:
        os.pwrite(self._file, cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).tobytes(), len(HEAD))

    def becomes(self, other: Sitter) -> None:
        """Let somebody else sit down before the same camera."""
        self.sitter = other
        self.show(other.picture)

    def close(self) -> None:
        os.close(self._file)


@dataclass
class Answer:
    """A live answer to a challenge, drawn before it is given: drawing is slower than living."""

    frames: list[bytes]

    @classmethod
    def to(cls, nonce: bytes, sitter: Sitter, *, seed: int) -> Answer:
        rng = np.random.default_rng(seed)
        challenge = issue_challenge(nonce)
        performance, near = answering(challenge, rng), near_of(sitter)
        light = Light(flashes=challenge.flashes, on_face=0.22, on_wall=0.03, late_ms=0)
        sensor = Sensor(noise=1.5, quality=90, shake=0.3)

        def frames() -> Iterator[bytes]:
            for at in range(0, challenge.lasts_ms, 1000 // PER_SECOND):
                lit = light.on(sitter.doing(performance.at(at)), near, at)
                taken = sensor.take(lit, rng)
                yield cv2.cvtColor(taken, cv2.COLOR_BGR2YUV_I420).tobytes()

        return cls(list(frames()))

    def given_by(self, puppet: Puppet) -> None:
        """Give it now, at the pace of life."""
        began = time.monotonic()
        for n, frame in enumerate(self.frames):
            os.pwrite(puppet._file, frame, len(HEAD))
            time.sleep(max(0.0, began + (n + 1) / PER_SECOND - time.monotonic()))
        puppet.show(puppet.sitter.picture)
