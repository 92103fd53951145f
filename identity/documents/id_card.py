"""Both sides of the resident identity card (居民身份证), from rows of text to fields.

Layout of GA 490-2013: labels are printed, so each field is what follows its label.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from identity.documents.fields import LONG_TERM, FieldName, FieldReading
from identity.documents.lines import Row, rows_of

if TYPE_CHECKING:
    from identity.documents.lines import RecogniseLine, TextLine

TEXT_COLUMN: Final = 0.64
"""Left of it stands text, right of it the portrait; as a part of the card's width."""
_NAME: Final = re.compile(r"姓?名([\u4e00-\u9fff·]{2,20})(.*)")
_DOTS: Final = str.maketrans(dict.fromkeys("・•‧∙⋅.．。", "·"))
"""What recognisers make of the dot in the names of many peoples (GB/T 32630: ·)."""
_SEX: Final = re.compile(r"性?别([男女])")
_ETHNIC_GROUP: Final = re.compile(r"民?族([\u4e00-\u9fff]{1,5})")
_BIRTH: Final = re.compile(r"([12]\d{3})年(\d{1,2})月(\d{1,2})日?")
_NUMBER: Final = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15})(?![\dXx])")
_ADDRESS: Final = re.compile(r"住?址(.+)")
_AUTHORITY: Final = re.compile(r"机关([\u4e00-\u9fff]{3,30})")
_VALIDITY: Final = re.compile(
    r"(\d{4})[.,·]?(\d{2})[.,·]?(\d{2})[-—–~一]+(?:(\d{4})[.,·]?(\d{2})[.,·]?(\d{2})|(长期))"
)


def read_front(
    lines: list[TextLine], *, width: float, recognise: RecogniseLine
) -> dict[FieldName, FieldReading]:
    rows = rows_of([line for line in lines if line.left < TEXT_COLUMN * width])
    fields: dict[FieldName, FieldReading] = {}
    for row in rows:
        _take_name(fields, row)
        _take(fields, FieldName.SEX, _SEX.search(row.text), row)
        _take(fields, FieldName.ETHNIC_GROUP, _ETHNIC_GROUP.search(row.text), row)
        _take(fields, FieldName.NUMBER, _NUMBER.search(row.text), row)
        birth = _BIRTH.search(row.text)
        if birth:
            day = f"{birth[1]}-{int(birth[2]):02d}-{int(birth[3]):02d}"
            fields.setdefault(FieldName.BIRTH, FieldReading(day, row.confidence))
    _take_address(fields, rows)
    if FieldName.ETHNIC_GROUP not in fields:
        _look_right_of_label(fields, lines, recognise)
    return _upper_number(fields)


def read_back(lines: list[TextLine]) -> dict[FieldName, FieldReading]:
    fields: dict[FieldName, FieldReading] = {}
    for row in rows_of(lines):
        _take(fields, FieldName.AUTHORITY, _AUTHORITY.search(row.text), row)
        period = _VALIDITY.search(row.text)
        if period:
            y, m, d, until_y, until_m, until_d, long_term = period.groups()
            until = LONG_TERM if long_term else f"{until_y}-{until_m}-{until_d}"
            fields[FieldName.VALID_FROM] = FieldReading(f"{y}-{m}-{d}", row.confidence)
            fields[FieldName.VALID_UNTIL] = FieldReading(until, row.confidence)
    return fields


def _take(
    fields: dict[FieldName, FieldReading], name: FieldName, found: re.Match[str] | None, row: Row
) -> None:
    if found:
        fields.setdefault(name, FieldReading(found[1], row.confidence))


def _take_name(fields: dict[FieldName, FieldReading], row: Row) -> None:
    """A name that goes on in signs we cannot place is not a shorter name: it is unsure."""
    found = _NAME.search(row.text.translate(_DOTS))
    if found:
        confidence = 0.0 if found[2] else row.confidence
        fields.setdefault(FieldName.NAME, FieldReading(found[1], confidence))


def _take_address(fields: dict[FieldName, FieldReading], rows: list[Row]) -> None:
    """From the label to the row of the number; addresses take up to three rows."""
    start = next((i for i, row in enumerate(rows) if _ADDRESS.search(row.text)), None)
    if start is None:
        return
    parts, worst = [], 1.0
    for row in rows[start:]:
        if _NUMBER.search(row.text) or "号码" in row.text or "身份" in row.text:
            break
        parts.append(row.text)
        worst = min(worst, row.confidence)
    found = _ADDRESS.search("".join(parts))
    if found:
        fields[FieldName.ADDRESS] = FieldReading(found[1], worst)


def _look_right_of_label(
    fields: dict[FieldName, FieldReading], lines: list[TextLine], recognise: RecogniseLine
) -> None:
    """The detector misses one lone glyph beside 民族 in a quarter of all cards."""
    label = next((line for line in lines if re.search(r"民?族$", line.text.strip())), None)
    if label is None:
        return
    height = label.bottom - label.top
    glyph = recognise(
        left=label.right - 0.1 * height,
        top=label.top - 0.15 * height,
        right=label.right + 3.2 * height,
        bottom=label.bottom + 0.15 * height,
    )
    if re.fullmatch(r"[\u4e00-\u9fff]{1,5}", glyph.text):
        fields[FieldName.ETHNIC_GROUP] = FieldReading(glyph.text, glyph.confidence)


def _upper_number(fields: dict[FieldName, FieldReading]) -> dict[FieldName, FieldReading]:
    number = fields.get(FieldName.NUMBER)
    if number:
        fields[FieldName.NUMBER] = FieldReading(number.text.upper(), number.confidence)
    return fields
