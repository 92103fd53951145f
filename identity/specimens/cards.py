"""Resident identity cards in several settings: typeface, old and new layout, ground, margins.

The sister of `drawing`, which makes the one plain card of the demonstration. Real cards differ by
series and by printer; the settings differ in what a reader could come to depend on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from identity.specimens.fonts import SANS, Face, available
from identity.specimens.grounds import guilloche
from identity.specimens.portraits import drawn_portrait

if TYPE_CHECKING:
    from random import Random

    from identity.specimens.grounds import Colour
    from identity.specimens.people import SpecimenPerson

CARD: Final = (1011, 638)
INK: Final[Colour] = (25, 25, 30)
LABEL: Final[Colour] = (40, 100, 160)
MARK: Final[Colour] = (200, 70, 70)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where things stand on a card, in pixels at 300 dpi."""

    label: Face
    value: Face
    left: int
    value_left: int
    first_row: int
    pitch: int
    """Between the rows of name, sex, birth and address."""
    line_pitch: int
    """Between the lines of one address."""
    label_size: int
    value_size: int
    number_size: int
    signs_a_line: int
    number_row: int
    spaced_number: bool


def any_setting(rng: Random) -> Setting:
    """The old layout with wide rows or the new one with narrow rows, and all between."""
    size = rng.randrange(32, 38)
    left = rng.randrange(56, 86)
    return Setting(
        label=rng.choice(available()[:4]),
        value=rng.choice(available()),
        left=left,
        value_left=left + rng.randrange(94, 112),
        first_row=rng.randrange(58, 84),
        pitch=rng.randrange(74, 84),
        line_pitch=size + rng.randrange(8, 14),
        label_size=rng.randrange(26, 31),
        value_size=size,
        number_size=rng.randrange(36, 42),
        signs_a_line=rng.choice((11, 11, 12)),
        number_row=rng.randrange(522, 548),
        spaced_number=rng.choice((True, False)),
    )


def card_front(person: SpecimenPerson, rng: Random, setting: Setting | None = None) -> Image.Image:
    """The side with the portrait, flat, without a photograph's faults."""
    at = setting or any_setting(rng)
    card = _ground(rng)
    draw = ImageDraw.Draw(card)
    rows = iter(range(at.first_row, at.number_row, at.pitch))
    row = next(rows)
    _label(draw, at, (at.left, row), "姓名")
    lines = _broken(person.name, 10)
    for i, line in enumerate(lines):
        draw.text(
            (at.value_left, row - 3 + i * at.line_pitch), line, INK, at.value.at(at.value_size)
        )
    row = next(rows) + (len(lines) - 1) * (at.line_pitch - 12)
    shift = row - at.first_row - at.pitch
    _label(draw, at, (at.left, row), "性别")
    draw.text((at.value_left, row - 3), person.sex, INK, at.value.at(at.value_size))
    _label(draw, at, (at.value_left + 118, row), "民族")
    draw.text(
        (at.value_left + 118 + at.label_size * 2 + 22, row - 3),
        person.ethnic_group, INK, at.value.at(at.value_size),
    )  # fmt: skip
    row = next(rows) + shift
    _label(draw, at, (at.left, row), "出生")
    _birth(draw, at, person, row)
    row = next(rows) + shift
    _label(draw, at, (at.left, row), "住址")
    for i, line in enumerate(_broken(person.address, at.signs_a_line)):
        draw.text(
            (at.value_left, row - 3 + i * at.line_pitch), line, INK, at.value.at(at.value_size)
        )
    _label(draw, at, (at.left, at.number_row), "公民身份号码")
    number = " ".join(person.number) if at.spaced_number else person.number
    place = (at.left + at.label_size * 6 + 40, at.number_row - 8)
    draw.text(place, number, INK, (SANS if at.spaced_number else at.value).at(at.number_size))
    card.paste(drawn_portrait(rng), (648 + rng.randrange(24), 84 + rng.randrange(24)))
    return card


def card_back(person: SpecimenPerson, rng: Random, setting: Setting | None = None) -> Image.Image:
    """The side with the emblem; where the emblem stands, a specimen has its mark."""
    at = setting or any_setting(rng)
    card = _ground(rng)
    draw = ImageDraw.Draw(card)
    draw.ellipse((60, 50, 240, 230), outline=MARK, width=6)
    draw.text((108, 112), "样本", MARK, SANS.at(42))
    draw.text((310, 70), "中华人民共和国", INK, at.label.at(62))
    draw.text((310, 170), "居 民 身 份 证", INK, at.label.at(78))
    left, row = at.left + 130, 420 + at.first_row // 4
    value_left = left + at.label_size * 4 + 30
    _label(draw, at, (left, row), "签发机关")
    lines = _broken(person.authority, 15)
    for i, line in enumerate(lines):
        draw.text((value_left, row - 3 + i * at.line_pitch), line, INK, at.value.at(at.value_size))
    row += at.pitch + (len(lines) - 1) * 30
    _label(draw, at, (left, row), "有效期限")
    draw.text((value_left, row - 3), person.validity, INK, at.value.at(at.value_size))
    return card


def _birth(draw: ImageDraw.ImageDraw, at: Setting, person: SpecimenPerson, row: int) -> None:
    left = float(at.value_left)
    for number, word in (
        (person.birth.year, "年"),
        (person.birth.month, "月"),
        (person.birth.day, "日"),
    ):
        font = at.value.at(at.value_size)
        draw.text((left, row - 3), str(number), INK, font)
        left += font.getlength(str(number)) + 14
        _label(draw, at, (round(left), row), word)
        left += at.label_size + 16


def _ground(rng: Random) -> Image.Image:
    card = guilloche(CARD, rng)
    mark = ImageDraw.Draw(card)
    mark.rounded_rectangle((2, 2, CARD[0] - 3, CARD[1] - 3), 30, outline=(150, 165, 180), width=3)
    mark.text((CARD[0] - 330, CARD[1] - 44), "SPECIMEN 样本", (214, 160, 160), SANS.at(26))
    return card


def _label(draw: ImageDraw.ImageDraw, at: Setting, place: tuple[int, int], text: str) -> None:
    draw.text(place, text, LABEL, at.label.at(at.label_size))


def _broken(text: str, signs: int) -> list[str]:
    return [text[i : i + signs] for i in range(0, len(text), signs)]
