"""What a document states, once its texts are held against the rules they must follow.

Pure: readings in, facts and doubts out. A fact that is missing was unreadable or wrong,
and a doubt says which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.documents import gb11643, mrz
from identity.documents.fields import LONG_TERM, DocumentSide, FieldName
from identity.documents.gb11643 import NumberFault, NumberInvalid
from identity.documents.mrz import MrzFault, MrzForm, MrzInvalid
from identity.documents.permit_facts import PERMITS, facts_of_permit
from identity.documents.relying import Reader
from identity.documents.stated import SEXES, DocumentFacts, optional
from identity.documents.validity import term_is_lawful
from identity.verdict import Doubt

if TYPE_CHECKING:
    from datetime import date

    from identity.documents.fields import SideReading
    from identity.documents.gb11643 import ResidentNumber
    from identity.documents.relying import ReadingLimits

_NUMBER_DOUBTS: Final = {
    NumberFault.SHAPE: Doubt.FIELDS_UNREADABLE,
    NumberFault.FIFTEEN_DIGITS: Doubt.DOCUMENT_SUPERSEDED,
    NumberFault.CHECK_DIGIT: Doubt.CHECK_DIGIT_WRONG,
    NumberFault.PROVINCE: Doubt.NUMBER_IMPOSSIBLE,
    NumberFault.BIRTH_DATE: Doubt.NUMBER_IMPOSSIBLE,
}


def facts_of(
    front: SideReading, back: SideReading | None, *, limits: ReadingLimits, today: date
) -> DocumentFacts:
    """Return what the two sides state; residence permits follow the rules of the card."""
    if front.side is DocumentSide.PASSPORT_PAGE:
        return _passport(front, limits, today)
    if front.side in PERMITS:
        return facts_of_permit(front, back, limits=limits, today=today)
    return _id_card(front, back, limits)


def _id_card(front: SideReading, back: SideReading | None, limits: ReadingLimits) -> DocumentFacts:
    reader = Reader(limits)
    number = _number(reader, front)
    birth = reader.day(front, FieldName.BIRTH)
    sex = SEXES.get(reader.text(front, FieldName.SEX) or "")
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
        ethnic_group=optional(front, FieldName.ETHNIC_GROUP),
        address=optional(front, FieldName.ADDRESS),
        authority=optional(back, FieldName.AUTHORITY),
        valid_from=valid_from,
        valid_until=valid_until,
        long_term=long_term,
        doubts=frozenset(reader.doubts),
    )


def _number(reader: Reader, front: SideReading) -> ResidentNumber | None:
    text = reader.text(front, FieldName.NUMBER)
    if text is None:
        return None
    try:
        return gb11643.parse(text)
    except NumberInvalid as error:
        reader.blame(_NUMBER_DOUBTS[error.fault], front.fields[FieldName.NUMBER])
        return None


def _passport(page: SideReading, limits: ReadingLimits, today: date) -> DocumentFacts:
    reader = Reader(limits)
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
        name=optional(page, FieldName.NAME),
        latin_name=f"{zone.surname} {zone.given_names}".strip(),
        number=zone.number,
        birth=zone.birth,
        sex=SEXES.get(zone.sex),
        authority=zone.issuer,
        valid_until=zone.expires,
        doubts=frozenset(reader.doubts),
    )
