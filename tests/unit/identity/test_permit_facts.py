"""A permit: its printed side held against the zone on its back, and always a person."""

from __future__ import annotations

from datetime import date

import pytest

from identity.documents.facts import facts_of
from identity.documents.fields import DocumentSide, FieldName, SideReading
from identity.documents.gb11643 import Sex
from identity.documents.mrz import check_digit
from identity.policy import READING
from identity.verdict import Doubt
from tests.unit.identity.documents import side_of

F = FieldName
TODAY = date(2026, 3, 1)
PRINTED: dict[FieldName, str] = {
    F.NAME: "陈大文",
    F.LATIN_NAME: "CHAN, TAI MAN",
    F.SEX: "男",
    F.BIRTH: "1971-08-04",
    F.NUMBER: "H01234567",
    F.VALID_UNTIL: "2029-10-31",
}


def zone(birth: str = "710804", expires: str = "291031") -> list[str]:
    """Return a zone of TD1 with right digits (ICAO 9303-5)."""
    first = "CRCHNH01234567" + check_digit("H01234567") + "<" * 15
    middle = f"{birth}{check_digit(birth)}M{expires}{check_digit(expires)}CHN" + "<" * 11
    composite = first[5:30] + middle[0:7] + middle[8:15] + middle[18:29]
    return [first, middle + check_digit(composite), "CHAN<<TAI<MAN".ljust(30, "<")]


def back(lines: list[str], confidence: float = 0.99) -> SideReading:
    names = (F.MRZ_LINE_1, F.MRZ_LINE_2, F.MRZ_LINE_3)
    texts: dict[FieldName, str] = dict(zip(names, lines, strict=True))
    return side_of(DocumentSide.ZONE_CARD, texts, dict.fromkeys(names, confidence))


def front(changed: dict[FieldName, str] | None = None) -> SideReading:
    return side_of(DocumentSide.MAINLAND_PERMIT, PRINTED | (changed or {}), {})


ALWAYS = {Doubt.DOCUMENT_KIND_UNPROVEN}


@pytest.mark.parametrize(
    ("printed", "zone_side", "doubts"),
    [
        # Both sides say the same: a person looks all the same, since none was measured.
        (front(), back(zone()), ALWAYS),
        # The date of birth was altered on one of them.
        (front({F.BIRTH: "1971-08-05"}), back(zone()), ALWAYS | {Doubt.FIELDS_DISAGREE}),
        # So was the last day.
        (front(), back(zone(expires="391031")), ALWAYS | {Doubt.FIELDS_DISAGREE}),
        # A digit of the zone is wrong though it was read for certain.
        (
            front(),
            back([zone()[0], "710805" + zone()[1][6:], zone()[2]]),
            ALWAYS | {Doubt.CHECK_DIGIT_WRONG},
        ),
        # The zone could hardly be read, or is none.
        (front(), back(zone(), confidence=0.5), ALWAYS | {Doubt.FIELDS_UNREADABLE}),
        (front(), back(["X" * 30] * 3), ALWAYS | {Doubt.FIELDS_UNREADABLE}),
        # Only one side was sent.
        (front(), None, ALWAYS | {Doubt.BACK_MISSING}),
    ],
)
def test_the_two_sides_of_a_permit_have_to_agree(
    printed: SideReading, zone_side: SideReading | None, doubts: set[Doubt]
) -> None:
    facts = facts_of(printed, zone_side, limits=READING, today=TODAY)
    assert facts.doubts == doubts


def test_a_permit_states_who_its_holder_is_and_until_when() -> None:
    facts = facts_of(front(), back(zone()), limits=READING, today=TODAY)
    assert (facts.name, facts.latin_name, facts.sex) == ("陈大文", "CHAN, TAI MAN", Sex.MALE)
    assert (facts.number, facts.birth) == ("H01234567", date(1971, 8, 4))
    assert facts.valid_until == date(2029, 10, 31)


def test_without_a_printed_latin_name_the_zone_says_it() -> None:
    unnamed: dict[FieldName, str] = {
        name: text for name, text in PRINTED.items() if name is not F.LATIN_NAME
    }
    printed = side_of(DocumentSide.TAIWAN_PERMIT, unnamed, {})
    facts = facts_of(printed, back(zone()), limits=READING, today=TODAY)
    assert facts.latin_name == "CHAN TAI MAN"
    assert facts_of(printed, None, limits=READING, today=TODAY).latin_name is None
