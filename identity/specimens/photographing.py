"""A specimen as a telephone sees it: tilted on a table, softened, compressed."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

TABLE: Final = (92, 72, 58)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """How the picture was taken; the default is a careful person by a window."""

    tilt: float = 0.035
    """How far the far corners move in, as a part of the width."""
    turn: float = 2.5
    """Degrees, counter-clockwise."""
    blur: float = 0.6
    quality: int = 88
    turned_quarters: int = 0
    """Quarter turns of the whole picture, as when the telephone is held sideways."""


def phone_photo(document: bytes, shot: Shot | None = None) -> bytes:
    shot = shot or Shot()
    with Image.open(io.BytesIO(document)) as image:
        card = image.convert("RGB")
    width, height = card.size[0] * 3 // 2, card.size[1] * 17 // 10
    corners = _corners(card.size, (width, height), shot.tilt)
    card_on_table = card.transform(
        (width, height), Image.Transform.PERSPECTIVE, _coefficients(corners, card.size),
        resample=Image.Resampling.BICUBIC,
    )  # fmt: skip
    where = Image.new("L", (width, height), 0)
    ImageDraw.Draw(where).polygon(corners, fill=255)
    scene = Image.composite(card_on_table, _table((width, height)), where)
    scene = scene.rotate(shot.turn, Image.Resampling.BICUBIC, fillcolor=TABLE)
    scene = scene.rotate(90 * shot.turned_quarters, expand=True)
    out = io.BytesIO()
    scene.filter(ImageFilter.GaussianBlur(shot.blur)).save(out, "JPEG", quality=shot.quality)
    return out.getvalue()


def _table(size: tuple[int, int]) -> Image.Image:
    grain = Image.effect_noise(size, 14).convert("RGB")
    return Image.blend(Image.new("RGB", size, TABLE), grain, 0.15)


def _corners(
    card: tuple[int, int], scene: tuple[int, int], tilt: float
) -> list[tuple[float, float]]:
    left, top = (scene[0] - card[0]) / 2, (scene[1] - card[1]) / 2
    inward, drop = tilt * card[0], tilt * card[1]
    return [
        (left + inward, top + drop),
        (left + card[0] - inward * 0.6, top),
        (left + card[0] + inward * 0.3, top + card[1] - drop),
        (left - inward * 0.5, top + card[1]),
    ]


def _coefficients(corners: list[tuple[float, float]], card: tuple[int, int]) -> list[float]:
    """Eight numbers that take a point of the scene to a point of the card."""
    rows, right = [], []
    flat = [(0.0, 0.0), (card[0], 0.0), (card[0], card[1]), (0.0, card[1])]
    for (x, y), (u, v) in zip(corners, flat, strict=True):
        rows.append([x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y])
        rows.append([0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y])
        right += [u, v]
    return _solved(rows, right)


def _solved(rows: list[list[float]], right: list[float]) -> list[float]:
    """Gauss with pivoting; eight unknowns do not deserve a dependency."""
    table = [[*row, value] for row, value in zip(rows, right, strict=True)]
    for i in range(len(table)):
        pivot = max(range(i, len(table)), key=lambda r: abs(table[r][i]))
        table[i], table[pivot] = table[pivot], table[i]
        for r in range(len(table)):
            if r != i:
                factor = table[r][i] / table[i][i]
                table[r] = [a - factor * b for a, b in zip(table[r], table[i], strict=True)]
    return [row[-1] / row[i] for i, row in enumerate(table)]
