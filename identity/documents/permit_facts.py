"""What a permit states: the printed side held against the zone on its back. Pure.

外国人永久居留身份证, 港澳居民来往内地通行证, 台湾居民来往大陆通行证. They are read by the words of
their labels; no real one has been measured, so a person looks at each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.documents import mrz
from identity.documents.fields import DocumentSide, FieldName
from identity.documents.mrz import MrzFault, MrzForm, MrzInvalid
from identity.documents.relying import Reader
from identity.documents.stated import SEXES, DocumentFacts, optional
from identity.verdict import Doubt

if TYPE_CHECKING:
    from datetime import date

    from identity.documents.fields import SideReading
    from identity.documents.mrz import Mrz
    from identity.documents.relying import ReadingLimits

PERMITS: Final = frozenset(
    {DocumentSide.MAINLAND_PERMIT, DocumentSide.TAIWAN_PERMIT, DocumentSide.FOREIGNERS_PERMIT}
)
_LINES: Final = (FieldName.MRZ_LINE_1, FieldName.MRZ_LINE_2, FieldName.MRZ_LINE_3)


def facts_of_permit(
    front: SideReading, back: SideReading | None, *, limits: ReadingLimits, today: date
) -> DocumentFacts:
    reader = Reader(limits)
    reader.doubts.add(Doubt.DOCUMENT_KIND_UNPROVEN)
    birth, number = reader.day(front, FieldName.BIRTH), reader.text(front, FieldName.NUMBER)
    valid_until = reader.day(front, FieldName.VALID_UNTIL)
    zone = _zone(reader, back, today)
    if zone is not None:
        pairs = (
            (birth, zone.birth, FieldName.BIRTH),
            (valid_until, zone.expires, FieldName.VALID_UNTIL),
        )
        for printed, said, name in pairs:
            if printed is not None and printed != said:
                reader.blame(Doubt.FIELDS_DISAGREE, front.fields[name])
    return DocumentFacts(
        side=front.side,
        name=optional(front, FieldName.NAME),
        latin_name=optional(front, FieldName.LATIN_NAME) or _latin(zone),
        number=number,
        birth=birth,
        sex=SEXES.get(reader.text(front, FieldName.SEX) or ""),
        authority=optional(front, FieldName.AUTHORITY),
        valid_until=valid_until,
        doubts=frozenset(reader.doubts),
    )


def _zone(reader: Reader, back: SideReading | None, today: date) -> Mrz | None:
    if back is None:
        reader.doubts.add(Doubt.BACK_MISSING)
        return None
    lines = [back.fields[name] for name in _LINES if name in back.fields]
    if not lines or not min(line.confidence for line in lines) >= reader.limits.readable:
        reader.doubts.add(Doubt.FIELDS_UNREADABLE)
        return None
    try:
        return mrz.parse([line.text for line in lines], today=today, forms=frozenset({MrzForm.TD1}))
    except MrzInvalid as error:
        digit = "check_digit" in error.fault.value and error.fault is not MrzFault.SHAPE
        reader.blame(Doubt.CHECK_DIGIT_WRONG if digit else Doubt.FIELDS_UNREADABLE, *lines)
        return None


def _latin(zone: Mrz | None) -> str | None:
    return f"{zone.surname} {zone.given_names}".strip() if zone else None
