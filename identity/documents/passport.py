"""The data page of a passport: its machine-readable zone, and what stands above it.

A recogniser reads a run of fillers as too few of them. The zone's width is fixed, so
where there is one long run its length is not a guess; everything else stays as read,
and the check digits decide (`mrz.parse`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from identity.documents.fields import FieldName, FieldReading
from identity.documents.lines import rows_of

if TYPE_CHECKING:
    from identity.documents.lines import Row, TextLine

WIDTH: Final = 44
_ZONE: Final = re.compile(r"[A-Z0-9<]{28,}")
_NAME_LINE: Final = re.compile(r"P.*[A-Z0]<")
_LONG_RUN: Final = re.compile(r"<{5,}")
_CHINESE_NAME: Final = re.compile(r"[\u4e00-\u9fff·]{2,15}")
_NUMBER: Final = re.compile(r"(?<![A-Z0-9<])([A-Z]{1,2}\d{7,8})(?![A-Z0-9<])")
_NAME_LABEL: Final = re.compile(r"Name", re.IGNORECASE)
_LETTERS_FOR_DIGITS: Final = str.maketrans("01582", "OISBZ")
"""No digit can stand in the name line of a TD3 zone (ICAO 9303-4, 4.2.2)."""
_DIGITS_FOR_LETTERS: Final = str.maketrans("OQDISBZ", "0001582")
_LETTERS_AT: Final = slice(10, 13)
_DIGITS_AT: Final = (slice(9, 10), slice(13, 20), slice(21, 28), slice(43, 44))


def read_page(lines: list[TextLine]) -> dict[FieldName, FieldReading]:
    rows = rows_of(lines)
    zone = [(row, text) for row in rows if _ZONE.fullmatch(text := _zone_text(row))]
    fields: dict[FieldName, FieldReading] = {}
    if len(zone) >= 2 and _NAME_LINE.match(zone[-2][1]):  # noqa: PLR2004 - a passport has two
        (first, upper), (second, lower) = zone[-2:]
        name_line = full_width(upper).translate(_LETTERS_FOR_DIGITS)
        fields[FieldName.MRZ_LINE_1] = FieldReading(name_line, first.confidence)
        number_line = by_position(full_width(lower))
        fields[FieldName.MRZ_LINE_2] = FieldReading(number_line, second.confidence)
    _take_printed_number(fields, lines)
    _take_name(fields, lines)
    return fields


def _take_printed_number(fields: dict[FieldName, FieldReading], lines: list[TextLine]) -> None:
    """The zone's own number where it is printed again, else what looks like a Chinese one."""
    zone = fields.get(FieldName.MRZ_LINE_2)
    expected = zone.text[:9].rstrip("<") if zone else None
    for line in lines:
        text = line.text.replace(" ", "")
        if text == expected:
            fields[FieldName.PRINTED_NUMBER] = FieldReading(text, line.confidence)
            return
        found = _NUMBER.search(text)
        if found:
            fields.setdefault(FieldName.PRINTED_NUMBER, FieldReading(found[1], line.confidence))


def full_width(line: str) -> str:
    """Give the one long run of fillers the length that the fixed width leaves for it."""
    runs = [match.span() for match in _LONG_RUN.finditer(line)]
    if len(line) >= WIDTH or len(runs) != 1:
        return line
    end = runs[0][1]
    return line[:end] + "<" * (WIDTH - len(line)) + line[end:]


def by_position(line: str) -> str:
    """Where only letters, or only digits, can stand, read the look-alike that can."""
    if len(line) != WIDTH:
        return line
    signs = list(line)
    signs[_LETTERS_AT] = "".join(signs[_LETTERS_AT]).translate(_LETTERS_FOR_DIGITS)
    for part in _DIGITS_AT:
        signs[part] = "".join(signs[part]).translate(_DIGITS_FOR_LETTERS)
    return "".join(signs)


def _zone_text(row: Row) -> str:
    text = row.text.replace("∪", "U").replace("＜", "<").replace("«", "<<")
    return text.replace("《", "<<").replace("〈", "<").upper()


def _take_name(fields: dict[FieldName, FieldReading], lines: list[TextLine]) -> None:
    """The Chinese name stands right under its label."""
    label = next((line for line in lines if _NAME_LABEL.search(line.text)), None)
    if label is None:
        return
    height = label.bottom - label.top
    for line in lines:
        below = 0 < line.middle - label.middle < 2.5 * height
        beside = abs(line.left - label.left) < 1.5 * height
        if below and beside and _CHINESE_NAME.fullmatch(line.text):
            fields[FieldName.NAME] = FieldReading(line.text, line.confidence)
            return
