"""A drawn head and shoulders, for specimens that need a portrait and nobody's photograph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from random import Random


def drawn_portrait(rng: Random, size: tuple[int, int] = (300, 375)) -> Image.Image:
    """No face in the sense of the detectors; it only takes the place of one."""
    width, height = size
    image = Image.new("RGB", size, (242, 244, 246))
    draw = ImageDraw.Draw(image)
    skin = (rng.randrange(196, 232), rng.randrange(160, 190), rng.randrange(132, 160))
    hair = (rng.randrange(18, 60),) * 3
    cloth = (rng.randrange(20, 120), rng.randrange(20, 120), rng.randrange(40, 150))
    draw.ellipse((0.05 * width, 0.74 * height, 0.95 * width, 1.5 * height), fill=cloth)
    draw.rectangle((0.40 * width, 0.60 * height, 0.60 * width, 0.80 * height), fill=skin)
    draw.ellipse((0.24 * width, 0.12 * height, 0.76 * width, 0.62 * height), fill=hair)
    draw.ellipse((0.28 * width, 0.20 * height, 0.72 * width, 0.70 * height), fill=skin)
    for x in (0.41, 0.59):
        draw.ellipse(_around(x * width, 0.42 * height, 0.035 * width), fill=hair)
    draw.arc((0.42 * width, 0.50 * height, 0.58 * width, 0.60 * height), 20, 160, hair, 3)
    return image.filter(ImageFilter.GaussianBlur(1.2))


def _around(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return x - radius, y - radius * 0.7, x + radius, y + radius * 0.7
