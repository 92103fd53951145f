"""The back of a resident identity card or residence permit: authority, validity, permit number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from identity.documents.fields import LONG_TERM, FieldName, FieldReading
from identity.documents.labels import Spot, Value, rows_below, spots_of, value_of
from identity.documents.lines import Box

if TYPE_CHECKING:
    from identity.documents.lines import RecogniseLine, TextLine

BACK_LABELS: Final = {"authority": r"签?发?机关", "validity": r"有?效期限|有效期"}
_AUTHORITY: Final = re.compile(r"[\u4e00-\u9fff]{3,40}")
_VALIDITY: Final = re.compile(
    r"(\d{4})[.,·。]?(\d{2})[.,·。]?(\d{2})[-—–~一至]+"
    r"(?:(\d{4})[.,·。]?(\d{2})[.,·。]?(\d{2})|(长期))"
)
_PERIOD_SIGNS: Final = frozenset("0123456789.-长期")
_PERMIT_NUMBER: Final = re.compile(r"通行证号码?.{0,2}?([HM]?\d{8})(?!\d)")


def read_back(
    lines: list[TextLine], *, recognise: RecogniseLine | None = None
) -> dict[FieldName, FieldReading]:
    spots = spots_of(lines, BACK_LABELS)
    fields: dict[FieldName, FieldReading] = {}
    _take_authority(fields, spots, lines)
    validity = spots.get("validity")
    values = [value_of(validity, lines)] if validity else []
    values += [
        Value(
            text=each.plain,
            confidence=each.confidence,
            box=Box(each.left, each.top, each.right, each.bottom),
        )
        for each in lines
    ]
    if validity and recognise:
        place = validity.box
        probe = Box(
            place.right, place.top - 0.2 * place.height,
            place.right + 16 * place.height, place.bottom + 0.2 * place.height,
        )  # fmt: skip
        if not any(value and _VALIDITY.search(value.text) for value in values):
            seen = recognise(probe, alphabet=_PERIOD_SIGNS)
            values.append(Value(text=seen.plain, confidence=seen.confidence, box=probe))
    for line in lines:
        permit = _PERMIT_NUMBER.search(line.plain)
        if permit:
            fields[FieldName.PERMIT_NUMBER] = FieldReading(permit[1], line.confidence)
    for value in values:
        period = _VALIDITY.search(value.text) if value else None
        if value and period:
            y, m, d, until_y, until_m, until_d, long_term = period.groups()
            until = LONG_TERM if long_term else f"{until_y}-{until_m}-{until_d}"
            fields[FieldName.VALID_FROM] = FieldReading(f"{y}-{m}-{d}", value.confidence)
            fields[FieldName.VALID_UNTIL] = FieldReading(until, value.confidence)
            break
    return fields


def _take_authority(
    fields: dict[FieldName, FieldReading], spots: dict[str, Spot], lines: list[TextLine]
) -> None:
    spot = spots.get("authority")
    value = value_of(spot, lines) if spot else None
    if value is None:
        return
    floor = spots["validity"].box.top if "validity" in spots else float("inf")
    more = rows_below(value, lines, floor=floor) if floor < float("inf") else []
    found = _AUTHORITY.match("".join([value.text, *(line.plain for line in more)]))
    if found:
        worst = min([value.confidence, *(line.confidence for line in more)])
        fields[FieldName.AUTHORITY] = FieldReading(found[0], worst)
