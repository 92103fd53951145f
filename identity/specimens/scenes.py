"""A specimen as telephones see it, in three classes of quality, each drawn from a seed.

`clean` is a scan, `phone` what people send who follow the advice, `poor` what they send who do not.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PIL import Image

from identity.specimens.grounds import table

if TYPE_CHECKING:
    from random import Random

    from numpy.typing import NDArray

    from identity.pixels import Pixels


class Quality(StrEnum):
    CLEAN = "clean"
    PHONE = "phone"
    POOR = "poor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How far each fault may go; the draw is even between nothing and that."""

    turn: float
    """Degrees to either side, besides the quarter turns."""
    tilt: float
    """How far each corner may wander, as a part of the card's width."""
    shortest_card: int
    """Pixels along the card's long side in the picture."""
    blur: float
    """Standard deviation in pixels of the finished picture."""
    noise: float
    """Standard deviation in levels of 255."""
    glare: float
    """Of full white in the middle of the brightest spot."""
    uneven: float
    """Loss of light from one edge to the other."""
    least_quality: int
    """JPEG."""


FAULTS: Final = {
    Quality.PHONE: Faults(
        turn=8, tilt=0.03, shortest_card=850, blur=1.0, noise=5, glare=0.35, uneven=0.35,
        least_quality=75,
    ),
    Quality.POOR: Faults(
        turn=16, tilt=0.06, shortest_card=560, blur=1.5, noise=11, glare=0.7, uneven=0.55,
        least_quality=45,
    ),
}  # fmt: skip


def photograph(card: Image.Image, quality: Quality, rng: Random) -> bytes:
    """JPEG of ``card``, lying any way up on some table (`clean`: the card alone, upright)."""
    if quality is Quality.CLEAN:
        return _jpeg(np.asarray(card)[:, :, ::-1], 93)
    faults = FAULTS[quality]
    scene = _laid_down(card, faults, rng)
    scene = np.rot90(scene, rng.randrange(4)).astype(np.float32)
    light = _light(scene.shape[:2], faults, rng)
    noise = np.random.default_rng(rng.randrange(2**32)).normal(
        0, rng.uniform(0.3, 1) * faults.noise, scene.shape[:2]
    )
    seen = cv2.GaussianBlur(scene, (0, 0), max(0.3, rng.uniform(0.4, 1) * faults.blur))
    seen = seen * light[0][:, :, None] + 255 * light[1][:, :, None] + noise[:, :, None]
    return _jpeg(np.clip(seen, 0, 255), rng.randrange(faults.least_quality, 95))


def _laid_down(card: Image.Image, faults: Faults, rng: Random) -> Pixels:
    """The card on a table with perspective, turned a little, at its size in the picture."""
    along = rng.uniform(faults.shortest_card, faults.shortest_card * 1.4)
    across = along * card.height / card.width
    width, height = round(along * rng.uniform(1.25, 1.7)), round(across * rng.uniform(1.4, 2.2))
    angle = math.radians(rng.uniform(-faults.turn, faults.turn))
    centre = np.array(
        [
            width / 2 + rng.uniform(-0.06, 0.06) * along,
            height / 2 + rng.uniform(-0.06, 0.06) * along,
        ]
    )
    flat = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [along / 2, across / 2]
    turned = flat @ np.array(
        [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
    )
    wander = [[rng.uniform(-faults.tilt, faults.tilt) * along for _ in "xy"] for _ in flat]
    corners = (turned + centre + wander).astype(np.float32)
    source = np.array(
        [[0, 0], [card.width, 0], [card.width, card.height], [0, card.height]], np.float32
    )
    turn = cv2.getPerspectiveTransform(source, corners)
    colour = np.ascontiguousarray(np.asarray(card.convert("RGB"))[:, :, ::-1])
    laid = cv2.warpPerspective(colour, turn, (width, height), flags=cv2.INTER_AREA)
    where = cv2.warpPerspective(_rounded(card.size), turn, (width, height))[:, :, None] / 255.0
    ground = np.asarray(table((width, height), rng))[:, :, ::-1]
    return np.asarray(laid * where + ground * (1 - where), np.uint8)


def _rounded(size: tuple[int, int]) -> Pixels:
    mask = np.zeros((size[1], size[0]), np.uint8)
    radius = 30
    cv2.rectangle(mask, (radius, 0), (size[0] - radius, size[1]), 255, -1)
    cv2.rectangle(mask, (0, radius), (size[0], size[1] - radius), 255, -1)
    for x in (radius, size[0] - radius):
        for y in (radius, size[1] - radius):
            cv2.circle(mask, (x, y), radius, 255, -1)
    return mask


def _light(
    shape: tuple[int, ...], faults: Faults, rng: Random
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the light multiplies by, and the white that a lamp's reflection adds."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    y, x = y / shape[0], x / shape[1]
    angle = rng.uniform(0, 2 * math.pi)
    along = (x - 0.5) * math.cos(angle) + (y - 0.5) * math.sin(angle) + 0.5
    loss = 1 - rng.random() * faults.uneven * along
    distance = ((x - rng.random()) ** 2 + (y - rng.random()) ** 2) / rng.uniform(0.004, 0.02)
    spot = rng.random() * faults.glare * np.exp(-distance)
    return loss.astype(np.float32), spot.astype(np.float32)


def _jpeg(picture: NDArray[np.floating] | Pixels, quality: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.asarray(picture, np.uint8)[:, :, ::-1]).save(out, "JPEG", quality=quality)
    return out.getvalue()
