"""A zone among other lines is believed only where two readings of it say the same."""

from __future__ import annotations

from datetime import date

import pytest

from identity.documents.fields import FieldName
from identity.documents.hints import Hint
from identity.documents.lines import Box, TextLine
from identity.documents.passport import read_page
from identity.documents.zone import UNSURE, zone_in

TODAY = date(2026, 3, 1)
UPPER = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
LOWER = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"


def at(text: str, top: float, left: float = 60) -> TextLine:
    right = left + 20.0 * len(text)
    return TextLine(text=text, confidence=0.97, left=left, top=top, right=right, bottom=top + 30)


class SecondLook:
    """Reads each row of the zone as it is told, at every width."""

    def __init__(self, upper: str, lower: str) -> None:
        self.rows = {850.0: upper, 920.0: lower}

    def __call__(self, box: Box, *, stretch: float) -> TextLine:
        return at(self.rows[box.top], box.top)


PAGE = [at("ERIKSSON", 200), at("L898902C3", 260), at(UPPER, 850), at(LOWER, 920)]


def test_a_zone_that_reads_the_same_twice_is_believed() -> None:
    zone = zone_in(PAGE, recognise=SecondLook(UPPER, LOWER), today=TODAY)
    assert zone is not None
    assert zone.says is not None
    assert (zone.lines, zone.says.number) == ((UPPER, LOWER), "L898902C3")


def test_names_that_read_differently_are_not_believed_although_every_digit_holds() -> None:
    other = UPPER.replace("ANNA", "ANMA")

    class Unsteady(SecondLook):
        def __call__(self, box: Box, *, stretch: float) -> TextLine:
            if box.top == 850.0 and stretch == 1:
                return at(UPPER.replace("ANNA", "AMNA"), box.top)
            return super().__call__(box, stretch=stretch)

    zone = zone_in(PAGE, recognise=Unsteady(other, LOWER), today=TODAY)
    assert zone is not None
    assert zone.says is None
    assert zone.confidence <= UNSURE


def test_lines_whose_digits_do_not_hold_are_shown_and_not_believed() -> None:
    wrong = LOWER.replace("7408122", "7408132")
    lines = [at(UPPER, 850), at(wrong, 920)]
    zone = zone_in(lines, recognise=SecondLook(UPPER, wrong), today=TODAY)
    assert zone is not None
    assert zone.says is None
    assert zone.confidence <= UNSURE


@pytest.mark.parametrize(
    ("printed", "believed"),
    [
        # The page has the number as it was repaired.
        ("L898902C3", True),
        # It has another one: the exchange may hide a different error.
        ("L898982C3", False),
    ],
)
def test_a_repaired_number_is_believed_only_if_it_is_printed_too(
    printed: str, believed: bool
) -> None:
    misread = LOWER.replace("L898902C3", "L8989O2C3")
    lines = [at(printed, 260), at(UPPER, 850), at(misread, 920)]
    zone = zone_in(lines, recognise=SecondLook(UPPER, misread), today=TODAY)
    assert zone is not None
    assert (zone.says is not None) is believed


def test_a_page_of_writing_has_no_zone() -> None:
    lines = [at("OFFICIAL TRAVEL DOCUMENT OF UTOPIA", 100), at("5412 7512 3412 3456", 300)]
    assert zone_in(lines, recognise=SecondLook("", ""), today=TODAY) is None


def test_a_surname_that_is_not_printed_above_the_zone_is_a_hint() -> None:
    look = SecondLook(UPPER, LOWER)
    assert read_page(PAGE, recognise=look)[2] == set()
    without = [line for line in PAGE if line.text != "ERIKSSON"]
    fields, _, hints = read_page(without, recognise=look)
    assert hints == {Hint.NAME_NOT_ABOVE_ZONE}
    assert fields[FieldName.PRINTED_NUMBER].text == "L898902C3"
