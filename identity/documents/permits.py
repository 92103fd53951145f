"""Permits with labels in Chinese, or in Chinese and English, and one value right of or under each.

外国人永久居留身份证 (2017, 2023), 港澳居民来往内地通行证, 台湾居民来往大陆通行证. We have seen no
real one: what is relied on are the words of the labels, not where they stand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from identity.documents.fields import LONG_TERM, DocumentSide, FieldName, FieldReading
from identity.documents.labels import Spot, Value, spots_of, value_of
from identity.documents.lines import Box

if TYPE_CHECKING:
    from identity.documents.lines import TextLine

    Fields = dict[FieldName, FieldReading]

LABELS: Final = {
    "name": r"姓名(/?Name)?|^Name",
    "sex": r"性别(/?Sex)?|^Sex",
    "birth": r"出生日期(/?Dateof[Bb]irth)?|^Dateof[Bb]irth",
    "nationality": r"国籍(/?Nationality)?|^Nationality",
    "validity": r"有效期限?(/?(PeriodofValidity|Validity))?|^(PeriodofValidity)",
    "authority": r"签发机关(/?IssuingAuthority)?|^IssuingAuthority",
    "number": r"证件号码?(/?ID(No\.?|Number))?|^ID(No\.?|Number)",
}
_DATE: Final = r"(\d{4})[./·,年-]?(\d{2})[./·,月-]?(\d{2})日?"
_BIRTH: Final = re.compile(_DATE)
_PERIOD: Final = re.compile(_DATE + r"[-—–~一至]+(?:" + _DATE + r"|(长期))")
_NUMBERS: Final = {
    # Shapes: 出入境管理局's notices of 2013 (HK/Macau: H or M and eight digits, once ten) and
    # 2015 (Taiwan: eight digits); 国家移民管理局 2023 (18 digits from 9; before, three letters
    # and twelve digits).
    DocumentSide.MAINLAND_PERMIT: re.compile(r"(?<![A-Z0-9])([HM]\d{8}(?:\d{2})?)(?![0-9])"),
    DocumentSide.TAIWAN_PERMIT: re.compile(r"(?<![0-9./-])(\d{8})(?![0-9./-])"),
    DocumentSide.FOREIGNERS_PERMIT: re.compile(
        r"(?<![A-Z0-9])(9\d{16}[0-9X]|[A-Z]{3}\d{12})(?![0-9])"
    ),
}
_SEXES: Final = {"男": "男", "女": "女", "M": "男", "F": "女"}


def read_permit(lines: list[TextLine], side: DocumentSide) -> Fields:
    spots = spots_of(lines, LABELS)
    fields: Fields = {}
    _take_names(fields, spots, lines)
    sex = _value(spots, "sex", lines)
    found = re.search(r"[男女]|[MF](?![A-Za-z])", sex.text) if sex else None
    if sex and found:
        fields[FieldName.SEX] = FieldReading(_SEXES[found[0]], sex.confidence)
    birth = _value(spots, "birth", lines)
    day = _BIRTH.search(birth.text) if birth else None
    if birth and day:
        fields[FieldName.BIRTH] = FieldReading("-".join(day.groups()), birth.confidence)
    _take_period(fields, lines)
    authority = _value(spots, "authority", lines)
    if authority:
        fields[FieldName.AUTHORITY] = FieldReading(authority.text, authority.confidence)
    nationality = _value(spots, "nationality", lines)
    if nationality:
        fields[FieldName.NATIONALITY] = FieldReading(nationality.text, nationality.confidence)
    for line in lines:
        number = _NUMBERS[side].search(line.plain.upper())
        if number:
            fields.setdefault(FieldName.NUMBER, FieldReading(number[1], line.confidence))
    return fields


def _take_names(fields: Fields, spots: dict[str, Spot], lines: list[TextLine]) -> None:
    """The Chinese name, the Latin one, or both, in the row of the label and the row under it."""
    spot = spots.get("name")
    if spot is None:
        return
    height = spot.box.height
    near = [
        (line.plain, line.text, line.confidence)
        for line in lines
        if -0.8 * height < line.middle - spot.box.middle < 3.2 * height
        and line.left > spot.box.left - height
    ]
    if spot.rest:
        near.insert(0, (spot.rest, spot.rest, spot.confidence))
    for plain, text, confidence in near:
        if re.fullmatch(r"[\u3400-\u9fff·]{2,15}", plain) and not _is_label(plain):
            fields.setdefault(FieldName.NAME, FieldReading(plain, confidence))
        elif re.fullmatch(r"[A-Z][A-Z ,'-]{2,60}", text.strip()):
            # Recognisers drop the gap after a comma.
            latin = re.sub(r"\s*,\s*", ", ", text.strip())
            fields.setdefault(FieldName.LATIN_NAME, FieldReading(latin, confidence))


def _is_label(text: str) -> bool:
    return any(re.match(pattern, text) for pattern in LABELS.values())


def _take_period(fields: Fields, lines: list[TextLine]) -> None:
    for line in lines:
        period = _PERIOD.search(line.plain)
        if period:
            y, m, d, until_y, until_m, until_d, long_term = period.groups()
            until = LONG_TERM if long_term else f"{until_y}-{until_m}-{until_d}"
            fields[FieldName.VALID_FROM] = FieldReading(f"{y}-{m}-{d}", line.confidence)
            fields[FieldName.VALID_UNTIL] = FieldReading(until, line.confidence)


def _value(spots: dict[str, Spot], name: str, lines: list[TextLine]) -> Value | None:
    """What stands right of the label, else right under it, but never another label."""
    spot = spots.get(name)
    if spot is None:
        return None
    others = [s.box.left for n, s in spots.items() if n != name and _same_row(s, spot)]
    until = min((left for left in others if left > spot.box.left), default=None)
    beside = value_of(spot, lines, until=until)
    if beside and not _is_label(beside.text):
        return beside
    height = spot.box.height
    under = [
        line
        for line in lines
        if 0.6 * height < line.middle - spot.box.middle < 2.6 * height
        and abs(line.left - spot.box.left) < 1.5 * height
        and not _is_label(line.plain)
    ]
    if not under:
        return None
    line = min(under, key=lambda each: each.middle)
    box = Box(line.left, line.top, line.right, line.bottom)
    return Value(text=line.plain, confidence=line.confidence, box=box)


def _same_row(one: Spot, other: Spot) -> bool:
    return abs(one.box.middle - other.box.middle) < 0.8 * other.box.height
