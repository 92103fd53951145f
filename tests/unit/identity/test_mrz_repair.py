"""A misread zone is put right where one reading is possible, and left alone where several are."""

from __future__ import annotations

from datetime import date

import pytest

from identity.documents.mrz import EVERY_FORM, MrzFault, MrzForm, MrzInvalid, parse
from identity.documents.mrz_repair import full_width, repaired

TODAY = date(2026, 3, 1)
# The specimens of ICAO Doc 9303, parts 4 to 7 (state of Utopia).
TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
MRV_A = (
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
)
MRV_B = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<")
ALL = {
    MrzForm.TD3: TD3, MrzForm.TD1: TD1, MrzForm.TD2: TD2, MrzForm.MRV_A: MRV_A,
    MrzForm.MRV_B: MRV_B,
}  # fmt: skip


@pytest.mark.parametrize("form", ALL)
def test_a_right_zone_of_each_form_stays_as_it_is(form: MrzForm) -> None:
    found = repaired(ALL[form], today=TODAY)
    assert found is not None
    lines, zone = found
    assert (tuple(lines), zone.form, zone.surname) == (ALL[form], form, "ERIKSSON")


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        # A nationality and a name have no digits, a date no letters.
        (("P<UT0ERIKSS0N<<ANNA<MAR1A<<<<<<<<<<<<<<<<<<<", TD3[1]), TD3),
        ((TD3[0], "L898902C36UT07408122F12O4159ZE184226B<<<<<10"), TD3),
        # The fixed width says how many fillers were swallowed, or seen twice.
        (("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<", TD3[1]), TD3),
        (("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<<<<", TD3[1]), TD3),
        # Behind the end of a name stand fillers, whatever they look like.
        (("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<KK<<<<<<<C<", TD3[1]), TD3),
        # In the number both can stand: the check digits choose the one that holds.
        ((TD3[0], "L8989O2C36UTO7408122F1204159ZE184226B<<<<<10"), TD3),
        # The card's three lines.
        (("I<UT0D231458907<<<<<<<<<<<<<<<", "7408122F1204159UT0<<<<<<<<<<<6", TD1[2]), TD1),
    ],
)
def test_what_can_stand_in_one_way_only_is_put_right(
    read: tuple[str, ...], meant: tuple[str, ...]
) -> None:
    found = repaired(read, today=TODAY)
    assert found is not None
    assert tuple(found[0]) == meant


@pytest.mark.parametrize(
    "read",
    [
        # A pair that no check digit tells apart (6 and G are 10 apart) is never exchanged, and
        # three exchanges at once would be a guess.
        (TD3[0], "LB9B9O2C36UTO7408122F1204159ZE1B4226B<<<<<10"),
        # Here no single exchange holds, or several do.
        (TD3[0], "L898902C36UTO7408122F1204159ZE1B4226B<<<<<10"),
        # A wrong date has no look-alike.
        (TD3[0], "L898902C36UTO7408132F1204159ZE184226B<<<<<10"),
        # Letters behind the end of the name that no filler looks like.
        (("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<MW<<<<<"), TD3[1]),
        # Another code: no travel document.
        ("X" + TD3[0][1:], TD3[1]),
        # One line alone.
        (TD3[1],),
        (),
        # Of a visa with the fillers gone, the width could be either.
        ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<", "L8988901C4XXX4009078F9612109<<<<"),
    ],
)
def test_what_is_not_certain_is_not_repaired(read: tuple[str, ...]) -> None:
    assert repaired(read, today=TODAY) is None


def test_of_two_exchanges_that_both_hold_neither_is_made() -> None:
    # 0 for O at the third place from the end weighs 7*24 = 168, at the sixth the same: a digit
    # that is 8 off fits either.
    number = "A0BC0DE12"
    line = f"{number}5UTO7408122F1204159<<<<<<<<<<<<<<<0"
    assert repaired((TD3[0], line.ljust(44, "<")[:44]), today=TODAY) is None


def test_a_visa_is_no_travel_document() -> None:
    with pytest.raises(MrzInvalid) as error:
        parse(list(MRV_A), today=TODAY)
    assert error.value.fault is MrzFault.DOCUMENT_CODE
    assert parse(list(MRV_A), today=TODAY, forms=EVERY_FORM).form is MrzForm.MRV_A


def test_a_long_number_goes_on_in_the_optional_part() -> None:
    # D23145890734 with check digit 9 (9303-5, appendix B has this specimen for TD1).
    zone = parse(
        ["I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", TD1[2]], today=TODAY
    )
    assert zone.number == "D23145890734"


def test_a_long_number_without_its_rest_is_refused() -> None:
    with pytest.raises(MrzInvalid) as error:
        parse(
            ["I<UTOD23145890<<<<<<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", TD1[2]],
            today=TODAY,
        )
    assert error.value.fault is MrzFault.NUMBER_CHECK_DIGIT


@pytest.mark.parametrize(
    ("line", "width", "wide"),
    [
        ("AB<<<<C", 9, "AB<<<<<<C"),
        # Without a long run, and with two, the missing place is unknown.
        ("AB<<C", 9, "AB<<C"),
        ("A<<<<B<<<<C", 14, "A<<<<B<<<<C"),
        # A line that is too long may lose fillers only.
        ("AB<<<<C", 5, "AB<<C"),
        ("ABCDEFG<<<<C", 5, "ABCDEFG<<<<C"),
    ],
)
def test_only_the_length_of_one_run_of_fillers_is_restored(
    line: str, width: int, wide: str
) -> None:
    assert full_width(line, width) == wide
