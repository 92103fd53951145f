"""What stands behind the writing: the fine lines of a card, and the tables that cards lie on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from random import Random

Colour = tuple[int, int, int]
_PAPERS: Final[tuple[tuple[Colour, Colour], ...]] = (
    # Left and right of a soft change, as on cards.
    ((232, 240, 246), (246, 236, 238)),
    ((226, 238, 240), (240, 240, 230)),
    ((240, 236, 228), (228, 238, 244)),
)


def guilloche(size: tuple[int, int], rng: Random) -> Image.Image:
    """A card's ground: two pale colours and bundles of fine waves."""
    first, second = rng.choice(_PAPERS)
    ramp = Image.linear_gradient("L").rotate(90).resize(size)
    ground = Image.composite(Image.new("RGB", size, second), Image.new("RGB", size, first), ramp)
    draw = ImageDraw.Draw(ground)
    for _ in range(3):
        tint = (rng.randrange(150, 215), rng.randrange(185, 225), rng.randrange(195, 230))
        height, length = rng.uniform(15, 60), rng.uniform(90, 260)
        phase, step = rng.uniform(0, 6), rng.uniform(14, 26)
        for k in range(-4, int(size[1] / step) + 4):
            wave = [
                (x, k * step + height * math.sin(x / length * 2 * math.pi + phase + k * 0.08))
                for x in range(0, size[0] + 8, 8)
            ]
            draw.line(wave, fill=tint, width=1)
    return ground


def table(size: tuple[int, int], rng: Random) -> Image.Image:
    """Wood, cloth, a pale desk near the card's own tone, or a desk full of other things."""
    kind = rng.choice(("wood", "cloth", "pale", "cluttered"))
    base: Colour = {
        "wood": (96, 72, 54), "cloth": (58, 66, 92), "pale": (206, 204, 198),
        "cluttered": (128, 118, 108),
    }[kind]  # fmt: skip
    ground = Image.new("RGB", size, base)
    draw = ImageDraw.Draw(ground)
    if kind == "wood":
        for y in range(0, size[1], 7):
            shade = rng.randrange(-14, 14)
            draw.line(
                (0, y, size[0], y + rng.randrange(-9, 9)), width=5, fill=_shifted(base, shade)
            )
    if kind == "cluttered":
        for _ in range(14):
            _thing(draw, size, rng)
    grain = np.random.default_rng(rng.randrange(2**32)).normal(128, 22, (size[1], size[0]))
    noise = Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)).convert("RGB")
    return Image.blend(ground, noise, 0.12).filter(ImageFilter.GaussianBlur(0.8))


def _thing(draw: ImageDraw.ImageDraw, size: tuple[int, int], rng: Random) -> None:
    left, top = rng.randrange(size[0]), rng.randrange(size[1])
    right, bottom = left + rng.randrange(60, 500), top + rng.randrange(40, 360)
    colour = (rng.randrange(40, 230), rng.randrange(40, 230), rng.randrange(40, 230))
    draw.rectangle((left, top, right, bottom), fill=colour)
    for y in range(top + 12, bottom - 8, 22):
        # Grey bars: the rows of a printed page from afar.
        draw.line(
            (left + 10, y, right - rng.randrange(12, 40), y), fill=_shifted(colour, -40), width=6
        )


def _shifted(colour: Colour, by: int) -> Colour:
    red, green, blue = (max(0, min(255, part + by)) for part in colour)
    return red, green, blue
