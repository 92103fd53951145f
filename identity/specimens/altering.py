"""Specimens that somebody did something to: what the hints of a reading have to find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from identity.specimens.fonts import SANS

if TYPE_CHECKING:
    from random import Random


def grey_copy(card: Image.Image) -> Image.Image:
    """Black and white, as from an office copier."""
    return card.convert("L").convert("RGB")


def stamped_copy(card: Image.Image) -> Image.Image:
    """The words that people write across a copy before they hand it over."""
    stamped = card.copy()
    words = "复印件 仅供办理公证使用"
    ImageDraw.Draw(stamped).text((330, 468), words, (120, 120, 150), SANS.at(34))
    return stamped


def on_screen(card: Image.Image, rng: Random) -> Image.Image:
    """As the pixels of a display show it: red, green and blue stripes and dark gaps."""
    scale = 3
    wide = card.resize((card.width * scale // 2 * 2, card.height * scale // 2 * 2))
    shown = np.asarray(wide, np.float32)
    period = rng.choice((5, 6, 7))
    columns, rows = np.arange(shown.shape[1]), np.arange(shown.shape[0])
    for channel in range(3):
        lit = 0.7 + 0.5 * np.cos(2 * np.pi * (columns / period - channel / 3))
        shown[:, :, channel] *= lit[None, :]
    shown *= (0.85 + 0.25 * np.cos(2 * np.pi * rows / period))[:, None, None]
    seen = cv2.resize(shown, (card.width * 2, card.height * 2), interpolation=cv2.INTER_LINEAR)
    return Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8))


def patched(card: Image.Image, rng: Random) -> Image.Image:
    """One row cut out of a smoother picture and laid over the grain of this one."""
    grain = np.random.default_rng(rng.randrange(2**32)).normal(0, 9, (card.height, card.width, 1))
    rough = Image.fromarray(np.clip(np.asarray(card) + grain, 0, 255).astype(np.uint8))
    place = (150, 50, 560, 130)
    rough.paste(card.crop(place).filter(ImageFilter.GaussianBlur(0.8)), place[:2])
    return rough
