"""From a scene at a moment to the stills a client would send: light, noise, JPEG, clock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from identity.liveness.challenge import Flash
    from identity.pixels import Pixels

PERIOD_MS: Final = 150


@dataclass(frozen=True, slots=True)
class Clip:
    frames: list[Pixels]
    times_ms: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """What the screen of the telephone adds to the light that is there."""

    flashes: Sequence[Flash]
    on_face: float
    """Of the full colour, in parts of the ambient light."""
    on_wall: float
    late_ms: float
    gain: float = 1.0

    def on(self, picture: Pixels, near: NDArray[np.float32], time_ms: float) -> NDArray[np.float32]:
        """``near``: (height, width), 1 where something is as near as a face."""
        lit = picture.astype(np.float32) * self.gain
        colour = next(
            (f.colour.rgb for f in self.flashes
             if f.starts_ms <= time_ms - self.late_ms < f.ends_ms),
            None,
        )  # fmt: skip
        if colour is None:
            return lit
        strength = self.on_wall + (self.on_face - self.on_wall) * near[..., None]
        return np.asarray(lit * (1 + strength * np.array(colour[::-1], np.float32)), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    noise: float
    """Deviation in grey levels."""
    quality: int
    shake: float
    """Deviation of the hand that holds the telephone, in pixels."""

    def take(self, lit: NDArray[np.float32], rng: np.random.Generator) -> Pixels:
        dx, dy = rng.normal(0, self.shake, 2)
        moved = cv2.warpAffine(
            lit, np.array([[1, 0, dx], [0, 1, dy]], np.float32), (lit.shape[1], lit.shape[0]),
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        # One field moved about at random: as good as a new one at a tenth of the time.
        across, down = (int(rng.integers(size)) for size in moved.shape[:2])
        noise = np.roll(_noise(moved.shape[:2]), (across, down), axis=(0, 1))
        raw = np.clip(moved + np.float32(self.noise) * noise, 0, 255).astype(np.uint8)
        return compressed(raw, self.quality)


@lru_cache
def _noise(shape: tuple[int, int]) -> NDArray[np.float32]:
    return np.random.default_rng(7).standard_normal((*shape, 3), np.float32)


def compressed(picture: Pixels, quality: int) -> Pixels:
    content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8)


def clock(lasts_ms: int, rng: np.random.Generator) -> list[int]:
    """Times of frames by a timer in a browser: nearly regular, now and then one is missing."""
    times: list[int] = []
    at = float(rng.uniform(0, 60))
    while at < lasts_ms and len(times) < 60:
        if rng.random() > 0.02:
            times.append(max(0, round(at + float(rng.normal(0, 5)))))
        at += PERIOD_MS
    return times


def filmed(
    scene: Callable[[float], tuple[Pixels, NDArray[np.float32]]],
    times_ms: Sequence[int],
    *,
    light: Light,
    sensor: Sensor,
    rng: np.random.Generator,
) -> Clip:
    """``scene`` gives the picture at a time, and how near each of its points is."""
    frames = []
    for time_ms in times_ms:
        picture, near = scene(time_ms)
        frames.append(sensor.take(light.on(picture, near, time_ms), rng))
    return Clip(frames, list(times_ms))


def some_light(flashes: Sequence[Flash], rng: np.random.Generator) -> Light:
    """A room in the evening to a room by day, where a screen lights little."""
    on_face = float(rng.uniform(0.06, 0.25))
    return Light(
        flashes=flashes,
        on_face=on_face,
        on_wall=on_face * float(rng.uniform(0.0, 0.3)),
        late_ms=float(rng.uniform(20, 120)),
        gain=float(rng.uniform(0.75, 1.1)),
    )


def some_sensor(rng: np.random.Generator) -> Sensor:
    return Sensor(
        noise=float(rng.uniform(1.2, 4.0)),
        quality=int(rng.integers(80, 93)),
        shake=float(rng.uniform(0.0, 0.8)),
    )
