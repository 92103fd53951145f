"""Drawing of specimen cards and pages with Pillow. Sizes are those of ISO/IEC 7810 at 300 dpi."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont, ImageOps

if TYPE_CHECKING:
    from identity.specimens.people import SpecimenPerson

CJK_FONT: Final = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
SIMPLIFIED, SIMPLIFIED_MONO = 2, 7
"""Faces inside the collection: Noto Sans CJK SC, and its monospaced sister."""

CARD: Final = (1011, 638)
PAGE: Final = (1476, 1040)
INK, LABEL, MARK = (25, 25, 30), (40, 90, 150), (190, 40, 40)


class FontMissing(RuntimeError):
    """Specimens need the Debian package fonts-noto-cjk."""


@cache
def _font(size: int, face: int = SIMPLIFIED) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(CJK_FONT, size, index=face)
    except OSError as error:
        raise FontMissing("install fonts-noto-cjk") from error


def card_front(person: SpecimenPerson, portrait: bytes) -> bytes:
    """The side with the portrait, as JPEG."""
    card, draw = _blank(CARD, (236, 242, 247))
    _say(draw, (70, 72), "姓名", person.name)
    _say(draw, (70, 150), "性别", person.sex)
    _say(draw, (290, 150), "民族", person.ethnic_group)
    draw.text((70, 228), "出生", LABEL, _font(30))
    for left, text, colour in (
        (165, str(person.birth.year), INK), (262, "年", LABEL),
        (320, str(person.birth.month), INK), (372, "月", LABEL),
        (425, str(person.birth.day), INK), (480, "日", LABEL),
    ):  # fmt: skip
        draw.text((left, 226), text, colour, _font(33))
    draw.text((70, 306), "住址", LABEL, _font(30))
    for row in range(0, len(person.address), 12):
        draw.text((165, 304 + row // 12 * 48), person.address[row : row + 12], INK, _font(33))
    draw.text((70, 536), "公民身份号码", LABEL, _font(30))
    draw.text((345, 530), " ".join(person.number), INK, _font(38))
    card.paste(_portrait(portrait, (300, 375)), (655, 90))
    return _jpeg(card)


def card_back(person: SpecimenPerson) -> bytes:
    """The side with the authority and the period of validity, as JPEG."""
    card, draw = _blank(CARD, (236, 242, 247))
    draw.ellipse((60, 60, 220, 220), outline=MARK, width=6)
    draw.text((98, 112), "样本", MARK, _font(42))
    draw.text((330, 80), "中华人民共和国", INK, _font(62))
    draw.text((330, 190), "居 民 身 份 证", INK, _font(72))
    draw.text((190, 430), "签发机关", LABEL, _font(32))
    draw.text((375, 427), person.authority, INK, _font(35))
    draw.text((190, 520), "有效期限", LABEL, _font(32))
    draw.text((375, 517), person.validity, INK, _font(35))
    return _jpeg(card)


def passport_page(person: SpecimenPerson, portrait: bytes) -> bytes:
    """The data page of a passport with its machine-readable zone, as JPEG."""
    page, draw = _blank(PAGE, (244, 240, 232))
    draw.text((480, 60), "护照 PASSPORT", INK, _font(46))
    rows = (
        (480, 150, "类型/Type", "P"), (720, 150, "国家码/Country Code", "CHN"),
        (1080, 150, "护照号/Passport No.", person.passport_number),
        (480, 260, "姓名/Name", person.name),
        (480, 365, "", f"{person.surname}, {person.given_names}"),
        (480, 440, "性别/Sex", "男/M" if person.sex == "男" else "女/F"),
        (720, 440, "国籍/Nationality", "中国/CHINESE"),
        (1080, 440, "出生日期/Date of birth", _english_date(person.birth)),
        (480, 570, "签发机关/Authority", "国家移民管理局"),
        (1080, 570, "有效期至/Date of expiry", _english_date(person.passport_expires)),
    )  # fmt: skip
    for left, top, label, value in rows:
        draw.text((left, top), label, LABEL, _font(22))
        draw.text((left, top + 32), value, INK, _font(34))
    for row, line in enumerate(person.mrz):
        _spread(draw, (70, 850 + row * 80), line)
    page.paste(_portrait(portrait, (360, 460)), (70, 160))
    return _jpeg(page)


def _english_date(day: object) -> str:
    return f"{day:%d %b %Y}".upper()


def _spread(draw: ImageDraw.ImageDraw, at: tuple[int, int], line: str) -> None:
    # OCR-B in 9303 has a fixed pitch; a stand-in font gets the same by hand.
    for column, char in enumerate(line):
        draw.text((at[0] + column * 30.4, at[1]), char, INK, _font(44, SIMPLIFIED_MONO))


def _blank(
    size: tuple[int, int], colour: tuple[int, int, int]
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((2, 2, size[0] - 3, size[1] - 3), 30, outline=(150, 165, 180), width=3)
    draw.text((size[0] // 2 - 210, 14), "样本 SPECIMEN 无效", MARK, _font(34))
    return image, draw


def _say(draw: ImageDraw.ImageDraw, at: tuple[int, int], label: str, value: str) -> None:
    draw.text(at, label, LABEL, _font(30))
    draw.text((at[0] + 95, at[1] - 4), value, INK, _font(36))


def _portrait(photo: bytes, size: tuple[int, int]) -> Image.Image:
    with Image.open(io.BytesIO(photo)) as image:
        # A portrait photograph has its head at the top: cut from below.
        return ImageOps.fit(image.convert("RGB"), size, centering=(0.5, 0.0))


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=93)
    return out.getvalue()
