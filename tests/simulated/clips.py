"""Bona fide clips and four kinds of attack, each from a seed. For tests and the benchmark only.

They are cartoons of attacks: paper is a bent plane, a screen a pattern of pixels, a hole an
ellipse. A figure got with them says that the rules do what they are meant to, and nothing
about an attacker with a good printer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from identity.liveness.challenge import Action, issue_challenge
from tests.simulated.camera import (
    PERIOD_MS,
    Clip,
    clock,
    compressed,
    filmed,
    some_light,
    some_sensor,
)
from tests.simulated.paper import Sheet, held
from tests.simulated.performance import Performance, act, answering
from tests.simulated.sitter import Gesture, seat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from identity.liveness.challenge import Challenge
    from identity.pixels import Pixels
    from tests.simulated.sitter import Sitter

    Scene = Callable[[float], tuple[Pixels, NDArray[np.float32]]]


@dataclass(frozen=True, slots=True)
class Answer:
    challenge: Challenge
    clip: Clip


def bona_fide(photographs: Sequence[Pixels], seed: int) -> Answer:
    rng = np.random.default_rng([seed, 1])
    sitter, challenge = _sitter(photographs, rng), _challenge(rng)
    return Answer(challenge, _live(sitter, challenge, rng))


def printed(photographs: Sequence[Pixels], seed: int) -> Answer:
    """A photograph on paper, turned, tilted, bent and shaken in the windows."""
    rng = np.random.default_rng([seed, 2])
    sitter, challenge = _sitter(photographs, rng), _challenge(rng)
    sheet = _sheet(rng)
    moves = _moves_of_paper(challenge, rng)
    paper = sitter.picture
    near = near_of(sitter)
    wall = _wall(sitter.picture.shape[:2], rng)

    def scene(time_ms: float) -> tuple[Pixels, NDArray[np.float32]]:
        return held(sheet, paper, wall=wall, by=moves(time_ms)), near

    return Answer(challenge, _filmed(scene, challenge, rng))


def cut_out(photographs: Sequence[Pixels], seed: int) -> Answer:
    """The same with holes, through which the eyes and the mouth of somebody else are seen."""
    rng = np.random.default_rng([seed, 3])
    sitter, behind = _sitter(photographs, rng), _sitter(photographs, rng)
    challenge = _challenge(rng)
    sheet = _sheet(rng)
    moves = _moves_of_paper(challenge, rng)
    near, wall = near_of(sitter), _wall(sitter.picture.shape[:2], rng)
    face, holes = answering(challenge, rng), _Holes(sitter, behind)

    def scene(time_ms: float) -> tuple[Pixels, NDArray[np.float32]]:
        gesture = face.at(time_ms)
        alive = behind.doing(replace(gesture, yaw=0.3 * gesture.yaw, pitch=0.3 * gesture.pitch))
        paper = holes.with_behind(alive)
        return held(sheet, paper, wall=wall, by=moves(time_ms)), near

    return Answer(challenge, _filmed(scene, challenge, rng))


def replayed(photographs: Sequence[Pixels], seed: int) -> Answer:
    """A clip that answered another challenge, shown on a screen; every fourth in wrong order."""
    rng = np.random.default_rng([seed, 4])
    sitter, challenge = _sitter(photographs, rng), _challenge(rng)
    other = _challenge(rng)
    while other.actions == challenge.actions:
        other = _challenge(rng)
    order = challenge.actions[::-1] if seed % 4 == 0 else other.actions
    return Answer(challenge, _on_screen(sitter, challenge, other, rng=rng, order=order))


def replayed_with_luck(photographs: Sequence[Pixels], seed: int) -> Answer:
    """The same where the other challenge asked for the same, as one in twelve does."""
    rng = np.random.default_rng([seed, 6])
    sitter, challenge = _sitter(photographs, rng), _challenge(rng)
    other = _challenge(rng)
    while other.actions != challenge.actions:
        other = _challenge(rng)
    return Answer(challenge, _on_screen(sitter, challenge, other, rng=rng, order=other.actions))


def _on_screen(
    sitter: Sitter,
    challenge: Challenge,
    other: Challenge,
    *,
    rng: np.random.Generator,
    order: Sequence[Action],
) -> Clip:
    """A film of ``sitter`` who did ``order`` in the windows of ``other``, filmed once more."""
    every_ms = int(rng.integers(34, 101))
    performance, near = answering(other, rng, order=order), near_of(sitter)
    light, sensor = some_light(other.flashes, rng), some_sensor(rng)
    screen = Screen.some(rng)

    def scene(time_ms: float) -> tuple[Pixels, NDArray[np.float32]]:
        # The film goes on at its own pace; what is on the screen may be a frame old.
        shown_ms = time_ms - time_ms % every_ms
        lit = light.on(sitter.doing(performance.at(shown_ms)), near, shown_ms)
        return screen.showing(sensor.take(lit, rng), time_ms), near

    # A screen shines; little of what falls on it comes back.
    return _filmed(scene, challenge, rng, reflecting=float(rng.uniform(0.1, 0.5)))


def looped(photographs: Sequence[Pixels], seed: int) -> Answer:
    """A short film of the person put in place of the camera, over and over, clocked exactly."""
    rng = np.random.default_rng([seed, 5])
    sitter, challenge = _sitter(photographs, rng), _challenge(rng)
    lasts = float(rng.uniform(1500, 4500))
    actions = list(rng.permutation(list(Action)))
    count = int(rng.integers(0, 3))
    acts = [
        act(Action(action), 200 + lasts * i / max(1, count), rng)
        for i, action in enumerate(actions[:count])
    ]
    sway = [(float(k) * 1000 / lasts, rng.uniform(0, 6)) for k in (1, 1, 2, 1, 2)]
    performance = Performance(acts=acts, sway=sway)
    source = [sitter.doing(performance.at(at)) for at in np.arange(0, lasts, PERIOD_MS)]
    sensor, light = some_sensor(rng), some_light((), rng)
    near = near_of(sitter)
    film = [sensor.take(light.on(picture, near, 0), rng) for picture in source]
    times = list(range(0, challenge.lasts_ms, PERIOD_MS))[:60]
    if rng.random() < 0.5:
        times = [time + int(rng.integers(0, 9)) for time in times]
    again = [compressed(film[i % len(film)], int(rng.integers(75, 95))) for i in range(len(times))]
    return Answer(challenge, Clip(again, times))


ATTACKS = {"print": printed, "replay": replayed, "cut_out": cut_out, "injected_loop": looped}


def _challenge(rng: np.random.Generator) -> Challenge:
    return issue_challenge(rng.bytes(16))


def _sitter(photographs: Sequence[Pixels], rng: np.random.Generator) -> Sitter:
    sizes = ((300, 400), (300, 400), (360, 480), (360, 480), (480, 640))
    return seat(
        photographs[int(rng.integers(len(photographs)))],
        size=sizes[int(rng.integers(len(sizes)))],
        face_part=float(rng.uniform(0.34, 0.48)),
        mirrored=bool(rng.integers(2)),
    )


def near_of(sitter: Sitter) -> NDArray[np.float32]:
    height, width = sitter.picture.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    middle, span = sitter.points.mean(axis=0), sitter.span
    away = np.hypot((xs - middle[0]) / (1.2 * span), (ys - middle[1]) / (1.7 * span))
    return np.asarray(np.clip(3 * (1.2 - away), 0, 1), np.float32)


def _live(
    sitter: Sitter,
    challenge: Challenge,
    rng: np.random.Generator,
) -> Clip:
    performance, near = answering(challenge, rng), near_of(sitter)
    return filmed(
        lambda time_ms: (sitter.doing(performance.at(time_ms)), near),
        clock(challenge.lasts_ms, rng),
        light=some_light(challenge.flashes, rng),
        sensor=some_sensor(rng),
        rng=rng,
    )


def _filmed(
    scene: Scene, challenge: Challenge, rng: np.random.Generator, *, reflecting: float = 1.0
) -> Clip:
    light = some_light(challenge.flashes, rng)
    light = replace(light, on_face=reflecting * light.on_face, on_wall=reflecting * light.on_wall)
    return filmed(
        scene,
        clock(challenge.lasts_ms, rng),
        light=light,
        sensor=some_sensor(rng),
        rng=rng,
    )


def _sheet(rng: np.random.Generator) -> Sheet:
    return Sheet(
        contrast=float(rng.uniform(0.7, 0.95)),
        bend=float(rng.choice([0.0, rng.uniform(0.1, 0.6)])),
        bent_along=float(rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)])),
    )


def _moves_of_paper(challenge: Challenge, rng: np.random.Generator) -> Callable[[float], Gesture]:
    """Turning and tilting what can be; shaking or bending where a face should move."""
    performance = answering(challenge, rng)
    strength = float(rng.uniform(0.9, 1.5))

    def at(time_ms: float) -> Gesture:
        wanted = performance.at(time_ms)
        return replace(
            wanted,
            yaw=strength * wanted.yaw + 6 * wanted.mouth,
            pitch=strength * wanted.pitch + 8 * wanted.closed,
            shift=(wanted.shift[0] * 2, wanted.shift[1] * 2 + 0.1 * wanted.mouth),
        )

    return at


def _wall(shape: tuple[int, int], rng: np.random.Generator) -> Pixels:
    coarse = rng.uniform(40, 200, (6, 5, 3)).astype(np.float32)
    return np.asarray(
        np.clip(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), 0, 255), np.uint8
    )


class _Holes:
    """Cut in the paper of ``sitter``, for the eyes and the mouth of ``behind``."""

    def __init__(self, sitter: Sitter, behind: Sitter) -> None:
        pinned = [0, 1, 3, 4]
        self._to_paper = cv2.estimateAffinePartial2D(behind.points[pinned], sitter.points[pinned])[
            0
        ]
        self._paper = sitter.picture.astype(np.float32)
        height, width = sitter.picture.shape[:2]
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        span, mouth = sitter.span, sitter.points[3:].mean(axis=0)
        holes = [(*eye, 0.28, 0.15) for eye in sitter.points[:2]]
        holes.append((mouth[0], mouth[1] + 0.12 * span, 0.42, 0.34))
        open_ = np.zeros((height, width), np.float32)
        rim = np.zeros((height, width), np.float32)
        for x, y, across, along in holes:
            away = np.hypot((xs - x) / (across * span), (ys - y) / (along * span))
            open_ = np.maximum(open_, np.clip(6 * (1 - away), 0, 1))
            rim = np.maximum(rim, np.exp(-(((away - 1) / 0.06) ** 2)))
        self._open, self._lit = open_[..., None], (1 - 0.35 * rim)[..., None]

    def with_behind(self, alive: Pixels) -> Pixels:
        height, width = self._paper.shape[:2]
        under = cv2.warpAffine(
            alive, self._to_paper, (width, height), borderMode=cv2.BORDER_REPLICATE
        )
        done = self._paper + (under - self._paper) * self._open
        return np.asarray(done * self._lit, np.uint8)


@dataclass(frozen=True, slots=True)
class Screen:
    gamma: float
    pitch: float
    strength: float
    banding_hertz: float

    @classmethod
    def some(cls, rng: np.random.Generator) -> Screen:
        return cls(
            gamma=float(rng.uniform(0.8, 1.3)),
            pitch=float(rng.uniform(2.2, 5.5)),
            strength=float(rng.uniform(0.01, 0.08)),
            banding_hertz=float(rng.uniform(1, 7)),
        )

    def showing(self, picture: Pixels, time_ms: float) -> Pixels:
        height, width = picture.shape[:2]
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        pixels = np.cos(2 * np.pi * (xs + 0.1 * ys) / self.pitch)
        pixels = pixels + np.cos(2 * np.pi * (ys - 0.1 * xs) / self.pitch)
        band = np.sin(2 * np.pi * (ys / height + self.banding_hertz * time_ms / 1000))
        shown = 255 * (picture / 255.0) ** self.gamma
        shown = shown * (1 + self.strength * pixels + 0.03 * band)[..., None]
        return np.asarray(np.clip(shown, 0, 255), np.uint8)
