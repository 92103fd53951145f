"""Specimens of the other documents: permits with their labels, and what each of them states.

Drawn after public descriptions, not after real ones; what they share with real ones are the words
of the labels and the shapes of the numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from identity.documents.fields import DocumentSide, FieldName
from identity.documents.gb11643 import check_character
from identity.specimens.cards import CARD, INK, LABEL
from identity.specimens.fonts import SANS, Face, available
from identity.specimens.grounds import guilloche
from identity.specimens.portraits import drawn_portrait

if TYPE_CHECKING:
    from random import Random

    from identity.specimens.people import SpecimenPerson

    Truth = dict[FieldName, str]

_BORDER_AUTHORITY: Final = "公安部出入境管理局"
_TITLES: Final = {
    DocumentSide.MAINLAND_PERMIT: "港澳居民来往内地通行证",
    DocumentSide.TAIWAN_PERMIT: "台湾居民来往大陆通行证",
}
_F: Final = FieldName


def travel_permit(
    person: SpecimenPerson, side: DocumentSide, rng: Random
) -> tuple[Image.Image, Truth]:
    """The side with the portrait of a permit for Hong Kong and Macau, or for Taiwan."""
    card, draw, face = _blank(rng)
    number = f"{rng.randrange(10**8):08d}"
    if side is DocumentSide.MAINLAND_PERMIT:
        number = rng.choice("HM") + number
    birth, validity = f"{person.birth:%Y.%m.%d}", _ten_years(person)
    latin = f"{person.surname}, {person.given_names}"
    draw.text((330, 36), _TITLES[side], INK, SANS.at(44))
    for row, pairs in enumerate(
        (
            ((340, "姓名", person.name),),
            ((340, "", latin),),
            ((340, "出生日期", birth), (740, "性别", person.sex)),
            ((340, "有效期限", validity),),
            ((340, "签发机关", _BORDER_AUTHORITY),),
            ((340, "证件号码", number),),
        )
    ):
        for left, label, value in pairs:
            draw.text((left, 128 + row * 76), label, LABEL, face.at(28))
            shift = 30 + 28 * max(2, len(label))
            draw.text((left + shift, 124 + row * 76), value, INK, face.at(33))
    card.paste(drawn_portrait(rng, (250, 320)), (50, 130))
    return card, {
        _F.NAME: person.name,
        _F.SEX: person.sex,
        _F.BIRTH: person.birth.isoformat(),
        _F.NUMBER: number,
        _F.AUTHORITY: _BORDER_AUTHORITY,
        _F.VALID_FROM: person.valid_from.isoformat(),
        _F.VALID_UNTIL: _iso(validity.partition("-")[2]),
    }


def foreigners_permit(
    person: SpecimenPerson, rng: Random, *, five_star: bool
) -> tuple[Image.Image, Truth]:
    """外国人永久居留身份证, of 2017 (letters and digits) or of 2023 (18 digits from 9)."""
    card, draw, face = _blank(rng)
    birth, validity = f"{person.birth:%Y.%m.%d}", _ten_years(person)
    number = f"CAN{person.region[:6]}{person.birth:%y%m%d}"
    if five_star:
        first = f"9{person.region[:2]}124{person.birth:%Y%m%d}{rng.randrange(1000):03d}"
        number = first + check_character(first)
    latin = f"{person.surname}, {person.given_names}"
    left = 340 if five_star else 60
    title = "中华人民共和国外国人永久居留身份证"
    draw.text((60, 26), title, INK, SANS.at(34))
    draw.text((60, 72), "FOREIGN PERMANENT RESIDENT ID CARD", LABEL, SANS.at(22))
    for x, y, label, value in (
        (0, 116, "姓名/Name", latin),
        (0, 216, "性别/Sex", "男/M" if person.sex == "男" else "女/F"),
        (250, 216, "出生日期/Date of Birth", birth),
        (0, 316, "国籍/Nationality", "加拿大/CAN"),
        (0, 416, "有效期限/Period of Validity", validity),
        (0, 516, "证件号码/ID No.", number),
    ):
        draw.text((left + x, y), label, LABEL, face.at(24))
        draw.text((left + x, y + 36), value, INK, face.at(33))
    card.paste(drawn_portrait(rng, (250, 320)), (50 if five_star else 700, 130))
    return card, {
        _F.LATIN_NAME: latin,
        _F.SEX: person.sex,
        _F.BIRTH: person.birth.isoformat(),
        _F.NATIONALITY: "加拿大/CAN",
        _F.NUMBER: number,
        _F.VALID_FROM: person.valid_from.isoformat(),
        _F.VALID_UNTIL: _iso(validity.partition("-")[2]),
    }


def _blank(rng: Random) -> tuple[Image.Image, ImageDraw.ImageDraw, Face]:
    card = guilloche(CARD, rng)
    draw = ImageDraw.Draw(card)
    draw.rounded_rectangle((2, 2, CARD[0] - 3, CARD[1] - 3), 30, outline=(150, 165, 180), width=3)
    draw.text((CARD[0] - 330, CARD[1] - 44), "SPECIMEN 样本", (214, 160, 160), SANS.at(26))
    return card, draw, rng.choice(available())


def _ten_years(person: SpecimenPerson) -> str:
    start = person.valid_from
    day = 28 if (start.month, start.day) == (2, 29) else start.day
    return f"{start:%Y.%m.%d}-{start.year + 10}.{start.month:02d}.{day:02d}"


def _iso(printed: str) -> str:
    return printed.replace(".", "-")
