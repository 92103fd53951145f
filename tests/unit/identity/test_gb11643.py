from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.documents.gb11643 import (
    NumberFault,
    NumberInvalid,
    Sex,
    check_character,
    parse,
)


def test_a_number_says_birth_and_sex() -> None:
    number = parse("530102197108041212")
    assert (number.birth, number.sex, number.region) == (date(1971, 8, 4), Sex.MALE, "530102")


def test_the_example_of_the_standard_holds() -> None:
    # GB 11643-1999, 4.3: two examples with their check characters.
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        # One digit off is caught by the check character.
        ("530102197108041213", NumberFault.CHECK_DIGIT),
        # A lower-case x is not what is printed on a card.
        ("11010519491231002x", NumberFault.SHAPE),
        # First-generation numbers are told apart from nonsense.
        ("530102710804121", NumberFault.FIFTEEN_DIGITS),
        # No province 99, although the check character holds.
        ("99010219710804" + "121" + check_character("99010219710804121"), NumberFault.PROVINCE),
        # The thirtieth of February, likewise.
        ("530102197102301" + "21" + check_character("53010219710230121"), NumberFault.BIRTH_DATE),
        # Nobody alive was born before 1900.
        ("53010218800101121" + check_character("53010218800101121"), NumberFault.BIRTH_DATE),
        # A line feed behind the number is not part of it.
        ("530102197108041212\n", NumberFault.SHAPE),
        # Nor do full-width or Arabic-Indic digits count as digits.
        ("５３0102197108041212", NumberFault.SHAPE),
        ("", NumberFault.SHAPE),
    ],
)
def test_a_wrong_number_is_named_after_its_fault(text: str, fault: NumberFault) -> None:
    with pytest.raises(NumberInvalid) as error:
        parse(text)
    assert error.value.fault is fault
    assert text == "" or text not in str(error.value)


@given(st.integers(0, 16), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(place: int, off: int) -> None:
    text = "530102197108041212"
    wrong = str((int(text[place]) + off) % 10)
    with pytest.raises(NumberInvalid):
        parse(text[:place] + wrong + text[place + 1 :])


@given(st.integers(0, 15))
def test_every_swap_of_neighbours_is_caught(place: int) -> None:
    text = "530102197108041212"
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if swapped != text:
        with pytest.raises(NumberInvalid):
            parse(swapped)
