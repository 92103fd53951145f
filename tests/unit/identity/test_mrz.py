from __future__ import annotations

from datetime import date

import pytest

from identity.documents.mrz import MrzFault, MrzForm, MrzInvalid, check_digit, parse

TODAY = date(2026, 3, 1)

# The specimens of ICAO Doc 9303, parts 4, 5 and 6 (state of Utopia).
TD3 = [
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
]
TD1 = [
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
]
TD2 = [
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
    "D231458907UTO7408122F1204159<<<<<<<6",
]


@pytest.mark.parametrize(
    ("lines", "form", "number"),
    [
        (TD3, MrzForm.TD3, "L898902C3"),
        (TD1, MrzForm.TD1, "D23145890"),
        (TD2, MrzForm.TD2, "D23145890"),
    ],
)
def test_the_specimens_of_the_standard_are_read(
    lines: list[str], form: MrzForm, number: str
) -> None:
    zone = parse(lines, today=TODAY)
    assert (zone.form, zone.number) == (form, number)
    assert (zone.surname, zone.given_names) == ("ERIKSSON", "ANNA MARIA")
    assert (zone.birth, zone.expires, zone.sex) == (date(1974, 8, 12), date(2012, 4, 15), "F")


def with_change(line: str, at: int, char: str) -> list[str]:
    return [TD3[0], line[:at] + char + line[at + 1 :]]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        # Each check digit guards its own part.
        (with_change(TD3[1], 0, "M"), MrzFault.NUMBER_CHECK_DIGIT),
        (with_change(TD3[1], 15, "3"), MrzFault.BIRTH_CHECK_DIGIT),
        (with_change(TD3[1], 23, "4"), MrzFault.EXPIRY_CHECK_DIGIT),
        (with_change(TD3[1], 30, "3"), MrzFault.OPTIONAL_CHECK_DIGIT),
        (with_change(TD3[1], 43, "1"), MrzFault.COMPOSITE_CHECK_DIGIT),
        # A visa has the passport's width but is no passport.
        (["V" + TD3[0][1:], TD3[1]], MrzFault.DOCUMENT_CODE),
        # One character short.
        ([TD3[0][:-1], TD3[1]], MrzFault.SHAPE),
        # Lower case is no character of the zone.
        ([TD3[0].lower(), TD3[1]], MrzFault.SHAPE),
        # One line of two.
        ([TD3[1]], MrzFault.SHAPE),
        # A letter where the sex stands.
        (with_change(TD3[1], 20, "Q"), MrzFault.SEX),
        ([], MrzFault.SHAPE),
    ],
)
def test_a_wrong_zone_is_named_after_its_fault(lines: list[str], fault: MrzFault) -> None:
    with pytest.raises(MrzInvalid) as error:
        parse(lines, today=TODAY)
    assert error.value.fault is fault


def test_an_impossible_date_is_refused_although_its_digit_holds() -> None:
    birth = "741332"
    numbered = TD3[1][:10]
    dated = birth + check_digit(birth)
    ended = TD3[1][21:43]
    composite = check_digit(numbered + dated + ended)
    line = f"{numbered}UTO{dated}F{ended}{composite}"
    with pytest.raises(MrzInvalid) as error:
        parse([TD3[0], line], today=TODAY)
    assert error.value.fault is MrzFault.DATE


def test_the_century_of_a_birth_is_the_last_that_is_not_in_the_future() -> None:
    assert parse(TD3, today=date(2074, 8, 12)).birth == date(2074, 8, 12)
    assert parse(TD3, today=date(2074, 8, 11)).birth == date(1974, 8, 12)
