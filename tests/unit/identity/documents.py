"""Readings to build test cases from: one right card, one right passport page."""

from __future__ import annotations

from identity.documents.fields import DocumentSide, FieldName, FieldReading, SideReading
from identity.specimens.people import OU_YANGMING

HOLDER = OU_YANGMING

FRONT_TEXTS = {
    FieldName.NAME: HOLDER.name,
    FieldName.SEX: "男",
    FieldName.ETHNIC_GROUP: "汉",
    FieldName.BIRTH: "1971-08-04",
    FieldName.NUMBER: HOLDER.number,
    FieldName.ADDRESS: HOLDER.address,
}
BACK_TEXTS = {
    FieldName.AUTHORITY: HOLDER.authority,
    FieldName.VALID_FROM: "2017-09-12",
    FieldName.VALID_UNTIL: "长期",
}
PAGE_TEXTS = {
    FieldName.NAME: HOLDER.name,
    FieldName.PRINTED_NUMBER: HOLDER.passport_number,
    FieldName.MRZ_LINE_1: HOLDER.mrz[0],
    FieldName.MRZ_LINE_2: HOLDER.mrz[1],
}


def side_of(
    side: DocumentSide, texts: dict[FieldName, str], unsure: dict[FieldName, float]
) -> SideReading:
    fields = {name: FieldReading(text, unsure.get(name, 0.99)) for name, text in texts.items()}
    return SideReading(side=side, fields=fields, outlined=True)


def front(
    changed: dict[FieldName, str] | None = None, *, unsure: dict[FieldName, float] | None = None
) -> SideReading:
    texts = FRONT_TEXTS | (changed or {})
    return side_of(DocumentSide.ID_CARD_FRONT, texts, unsure or {})


def back(valid_from: str = "2017-09-12", valid_until: str = "长期") -> SideReading:
    period = {FieldName.VALID_FROM: valid_from, FieldName.VALID_UNTIL: valid_until}
    return side_of(DocumentSide.ID_CARD_BACK, BACK_TEXTS | period, {})


def page(changed: dict[FieldName, str] | None = None) -> SideReading:
    return side_of(DocumentSide.PASSPORT_PAGE, PAGE_TEXTS | (changed or {}), {})


def nothing(side: DocumentSide) -> SideReading:
    return SideReading(side=side, fields={}, outlined=False)
