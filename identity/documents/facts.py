"""What a document states, once its texts are held against the rules they must follow.

Pure: readings in, facts and doubts out. A fact that is missing was unreadable or wrong,
and a doubt says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from identity.documents import gb11643, mrz
from identity.documents.fields import LONG_TERM, DocumentSide, FieldName
from identity.documents.gb11643 import NumberFault, NumberInvalid, Sex
from identity.documents.mrz import MrzFault, MrzForm, MrzInvalid
from identity.documents.validity import term_is_lawful
from identity.verdict import Doubt

if TYPE_CHECKING:
    from identity.documents.fields import FieldReading, SideReading
    from identity.documents.gb11643 import ResidentNumber

_SEXES: Final = {"男": Sex.MALE, "女": Sex.FEMALE, "M": Sex.MALE, "F": Sex.FEMALE}
_NUMBER_DOUBTS: Final = {
    NumberFault.SHAPE: Doubt.FIELDS_UNREADABLE,
    NumberFault.FIFTEEN_DIGITS: Doubt.DOCUMENT_SUPERSEDED,
    NumberFault.CHECK_DIGIT: Doubt.CHECK_DIGIT_WRONG,
    NumberFault.PROVINCE: Doubt.NUMBER_IMPOSSIBLE,
    NumberFault.BIRTH_DATE: Doubt.NUMBER_IMPOSSIBLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    readable: float
    """A field below this confidence counts as unreadable."""
    certain: float
    """Only at or above it does a contradiction count against the document, not the reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    side: DocumentSide
    doubts: frozenset[Doubt]
    name: str | None = None
    number: str | None = None
    birth: date | None = None
    sex: Sex | None = None
    ethnic_group: str | None = None
    address: str | None = None
    authority: str | None = None
    latin_name: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    """``None`` with ``long_term`` is 长期; without it, unreadable."""
    long_term: bool = False


class _Reader:
    """Takes fields from a side and notes the ones that cannot be relied on."""

    def __init__(self, limits: ReadingLimits) -> None:
        self.limits = limits
        self.doubts: set[Doubt] = set()

    def text(self, side: SideReading, name: FieldName) -> str | None:
        field = side.fields.get(name)
        if field is None or not field.confidence >= self.limits.readable:
            self.doubts.add(Doubt.FIELDS_UNREADABLE)
            return None
        return field.text

    def day(self, side: SideReading, name: FieldName) -> date | None:
        text = self.text(side, name)
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.doubts.add(Doubt.FIELDS_UNREADABLE)
            return None

    def blame(self, doubt: Doubt, *fields: FieldReading) -> None:
        """Blame the document if the texts are certain, else the reading."""
        certain = all(field.confidence >= self.limits.certain for field in fields)
        self.doubts.add(doubt if certain else Doubt.FIELDS_UNREADABLE)


def facts_of(
    front: SideReading, back: SideReading | None, *, limits: ReadingLimits, today: date
) -> DocumentFacts:
    if front.side is DocumentSide.PASSPORT_PAGE:
        return _passport(front, limits, today)
    return _id_card(front, back, limits)


def _id_card(front: SideReading, back: SideReading | None, limits: ReadingLimits) -> DocumentFacts:
    reader = _Reader(limits)
    number = _number(reader, front)
    birth = reader.day(front, FieldName.BIRTH)
    sex = _SEXES.get(reader.text(front, FieldName.SEX) or "")
    if number:
        # The number says both again; a forger has to change all three.
        if birth is not None and birth != number.birth:
            reader.blame(Doubt.FIELDS_DISAGREE, front.fields[FieldName.BIRTH])
        if sex is not None and sex is not number.sex:
            reader.blame(Doubt.FIELDS_DISAGREE, front.fields[FieldName.SEX])
    valid_from, valid_until, long_term = None, None, False
    if back is None:
        reader.doubts.add(Doubt.BACK_MISSING)
    else:
        long_term = reader.text(back, FieldName.VALID_UNTIL) == LONG_TERM
        valid_from = reader.day(back, FieldName.VALID_FROM)
        valid_until = None if long_term else reader.day(back, FieldName.VALID_UNTIL)
    born = number.birth if number else birth
    dated = valid_until is not None or long_term
    if born and valid_from and dated and not term_is_lawful(born, valid_from, valid_until):
        reader.doubts.add(Doubt.SIDES_DISAGREE)
    return DocumentFacts(
        side=front.side,
        name=reader.text(front, FieldName.NAME),
        number=number.text if number else None,
        birth=born,
        sex=number.sex if number else sex,
        ethnic_group=_optional(front, FieldName.ETHNIC_GROUP),
        address=_optional(front, FieldName.ADDRESS),
        authority=_optional(back, FieldName.AUTHORITY),
        valid_from=valid_from,
        valid_until=valid_until,
        long_term=long_term,
        doubts=frozenset(reader.doubts),
    )


def _number(reader: _Reader, front: SideReading) -> ResidentNumber | None:
    text = reader.text(front, FieldName.NUMBER)
    if text is None:
        return None
    try:
        return gb11643.parse(text)
    except NumberInvalid as error:
        reader.blame(_NUMBER_DOUBTS[error.fault], front.fields[FieldName.NUMBER])
        return None


def _passport(page: SideReading, limits: ReadingLimits, today: date) -> DocumentFacts:
    reader = _Reader(limits)
    lines = [reader.text(page, name) for name in (FieldName.MRZ_LINE_1, FieldName.MRZ_LINE_2)]
    zone: mrz.Mrz | None = None
    if all(lines):
        try:
            texts = [line for line in lines if line]
            # A visa is as wide and a card's zone has two lines as well; neither is a passport.
            zone = mrz.parse(texts, today=today, forms=frozenset({MrzForm.TD3}))
        except MrzInvalid as error:
            digit = "check_digit" in error.fault.value and error.fault is not MrzFault.SHAPE
            doubt = Doubt.CHECK_DIGIT_WRONG if digit else Doubt.FIELDS_UNREADABLE
            reader.blame(doubt, page.fields[FieldName.MRZ_LINE_2])
    if zone is None:
        reader.doubts.add(Doubt.FIELDS_UNREADABLE)
        return DocumentFacts(side=page.side, doubts=frozenset(reader.doubts))
    printed = page.fields.get(FieldName.PRINTED_NUMBER)
    if printed is None:
        reader.doubts.add(Doubt.FIELDS_UNREADABLE)
    elif printed.text != zone.number:
        reader.blame(Doubt.FIELDS_DISAGREE, printed)
    return DocumentFacts(
        side=page.side,
        name=_optional(page, FieldName.NAME),
        latin_name=f"{zone.surname} {zone.given_names}".strip(),
        number=zone.number,
        birth=zone.birth,
        sex=_SEXES.get(zone.sex),
        authority=zone.issuer,
        valid_until=zone.expires,
        doubts=frozenset(reader.doubts),
    )


def _optional(side: SideReading | None, name: FieldName) -> str | None:
    field = side.fields.get(name) if side else None
    return field.text if field else None
