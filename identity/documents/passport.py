"""A page with a machine-readable zone: the zone, and what stands above it for people.

What the two say of one thing has to agree; where the writing above could not be read, that is a
doubt and no agreement.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from identity.documents.fields import DocumentSide, FieldName, FieldReading
from identity.documents.hints import Hint
from identity.documents.mrz import MrzForm
from identity.documents.zone import Zone, zone_in

if TYPE_CHECKING:
    from identity.documents.lines import TextLine
    from identity.documents.zone import RecogniseStretched

    Fields = dict[FieldName, FieldReading]

SIDES: Final = {
    MrzForm.TD3: DocumentSide.PASSPORT_PAGE,
    MrzForm.TD2: DocumentSide.ZONE_CARD,
    MrzForm.TD1: DocumentSide.ZONE_CARD,
    MrzForm.MRV_A: DocumentSide.VISA,
    MrzForm.MRV_B: DocumentSide.VISA,
}
_LINES: Final = (FieldName.MRZ_LINE_1, FieldName.MRZ_LINE_2, FieldName.MRZ_LINE_3)
_CHINESE_NAME: Final = re.compile(r"[\u3400-\u9fff·]{2,15}")
_NUMBER: Final = re.compile(r"(?<![A-Z0-9<])([A-Z]{1,2}\d{7,8})(?![A-Z0-9<])")
_NAME_LABEL: Final = re.compile(r"Name", re.IGNORECASE)
ANY_DAY: Final = date(2099, 12, 31)
"""The child has no clock. The century of a birth is chosen where the facts are made of the lines;
here the dates only have to exist."""


def read_page(
    lines: list[TextLine], *, recognise: RecogniseStretched
) -> tuple[Fields, Zone | None, set[Hint]]:
    """Fields of the page, its zone, and hints. Without a zone there are no fields."""
    zone = zone_in(lines, recognise=recognise, today=ANY_DAY)
    if zone is None:
        return {}, None, set()
    fields = {
        name: FieldReading(text, zone.confidence)
        for name, text in zip(_LINES, zone.lines, strict=False)
    }
    above = [line for line in lines if line.bottom <= zone.top + 0.5 * line.height]
    expected = zone.says.number if zone.says else zone.lines[-1][:9].rstrip("<")
    _take_printed_number(fields, above, expected)
    _take_name(fields, above)
    return fields, zone, _of_the_name(zone, above)


def _of_the_name(zone: Zone, above: list[TextLine]) -> set[Hint]:
    if zone.says is None:
        return set()
    printed = {re.sub(r"[^A-Z]", "", line.text.upper()) for line in above}
    surname = re.sub(r"[^A-Z]", "", zone.says.surname)
    found = any(surname in text for text in printed)
    return set() if found else {Hint.NAME_NOT_ABOVE_ZONE}


def _take_printed_number(fields: Fields, above: list[TextLine], expected: str) -> None:
    """The zone's own number where it is printed again, else what looks like a Chinese one."""
    for line in above:
        text = re.sub(r"[^A-Z0-9]", "", line.text.upper())
        if expected and text.endswith(expected):
            fields[FieldName.PRINTED_NUMBER] = FieldReading(expected, line.confidence)
            return
        found = _NUMBER.search(text)
        if found:
            fields.setdefault(FieldName.PRINTED_NUMBER, FieldReading(found[1], line.confidence))


def _take_name(fields: Fields, above: list[TextLine]) -> None:
    """The Chinese name stands right under its label."""
    label = next((line for line in above if _NAME_LABEL.search(line.text)), None)
    if label is None:
        return
    for line in above:
        below = 0 < line.middle - label.middle < 2.5 * label.height
        beside = abs(line.left - label.left) < 1.5 * label.height
        if below and beside and _CHINESE_NAME.fullmatch(line.plain):
            fields[FieldName.NAME] = FieldReading(line.plain, line.confidence)
            return
