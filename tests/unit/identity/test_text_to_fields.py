"""From recognised lines to fields, with the slips that recognisers make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.documents.ethnic_groups import GLYPHS
from identity.documents.fields import LONG_TERM, FieldName, FieldReading
from identity.documents.id_card import read_front
from identity.documents.id_card_back import read_back
from identity.documents.lines import Box, TextLine
from identity.documents.passport import read_page

if TYPE_CHECKING:
    from identity.documents.zone import RecogniseStretched

F = FieldName


def line(text: str, left: float, top: float, *, confidence: float = 0.99) -> TextLine:
    width = 36.0 * len(text)
    return TextLine(
        text=text,
        confidence=confidence,
        left=left,
        top=top,
        right=left + width,
        bottom=top + 40,
    )


def seen(box: Box, text: str, confidence: float = 0.97) -> TextLine:
    place = {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}
    return TextLine(text=text, confidence=confidence, **place)


def nothing(box: Box, *, alphabet: frozenset[str] | None = None) -> TextLine:
    """A place where nothing is written."""
    return seen(box, "", 0.0)


def as_read(lines: list[TextLine]) -> RecogniseStretched:
    """A second look that reads every line of the zone as the first did."""

    def read(box: Box, *, stretch: float) -> TextLine:
        return next(each for each in lines if each.top == box.top)

    return read


def page_fields(lines: list[TextLine]) -> dict[FieldName, FieldReading]:
    return read_page(lines, recognise=as_read(lines))[0]


FRONT = [
    line("姓名", 70, 72),
    line("欧阳明", 165, 70, confidence=0.9),
    line("性别男", 70, 150),
    line("民族", 290, 152),
    line("出生", 70, 228),
    line("1971 年 8 月 4 日", 165, 230),
    line("住址", 70, 306),
    line("云南省昆明市五华区样本路", 165, 304),
    line("100号3幢", 165, 352),
    line("公民身份号码", 70, 536),
    line("530102 19710804 1212", 345, 534),
    line("样本", 800, 200),
]


def test_fields_follow_their_labels_over_rows_and_boxes() -> None:
    fields = read_front(FRONT, recognise=nothing)
    assert fields[F.NAME].text == "欧阳明"
    assert fields[F.BIRTH].text == "1971-08-04"
    assert fields[F.NUMBER].text == "530102197108041212"
    assert fields[F.ADDRESS].text == "云南省昆明市五华区样本路100号3幢"
    assert F.ETHNIC_GROUP not in fields


def test_a_field_is_as_sure_as_its_least_sure_line() -> None:
    assert read_front(FRONT, recognise=nothing)[F.NAME].confidence == 0.9


def test_the_lone_glyph_beside_its_label_is_looked_for_again() -> None:
    def glyph(box: Box, *, alphabet: frozenset[str] | None = None) -> TextLine:
        beside_the_label = box.left < 400 and box.top < 160 < box.bottom
        return seen(box, "彝" if beside_the_label and alphabet == GLYPHS else "")

    fields = read_front(FRONT, recognise=glyph)
    assert fields[F.ETHNIC_GROUP].text == "彝"


@pytest.mark.parametrize(
    ("read", "name", "confidence"),
    [
        # The dot of minority names, in the shapes that recognisers give it.
        ("姓名阿不都热依木・买买提", "阿不都热依木·买买提", 0.99),
        ("姓名阿不都热依木.买买提", "阿不都热依木·买买提", 0.99),
        # A sign that cannot be placed is not the end of a shorter name.
        ("姓名阿不都热依木/买买提", "阿不都热依木", 0.0),
    ],
)
def test_a_name_is_never_cut_short_in_silence(read: str, name: str, confidence: float) -> None:
    fields = read_front([line(read, 70, 72), *FRONT[2:]], recognise=nothing)
    assert (fields[F.NAME].text, fields[F.NAME].confidence) == (name, confidence)


@pytest.mark.parametrize(
    ("printed", "valid_from", "valid_until"),
    [
        ("2017.09.12-长期", "2017-09-12", LONG_TERM),
        ("2018.03.01-2038.03.01", "2018-03-01", "2038-03-01"),
        # Points read as commas or not at all.
        ("2018,03.01-20380301", "2018-03-01", "2038-03-01"),
    ],
)
def test_the_period_of_validity(printed: str, valid_from: str, valid_until: str) -> None:
    fields = read_back([line("有效期限", 190, 520), line(printed, 375, 518)])
    assert fields[F.VALID_FROM].text == valid_from
    assert fields[F.VALID_UNTIL].text == valid_until


def test_a_picture_of_something_else_gives_no_fields() -> None:
    other = [line("超市购物小票", 10, 10), line("合计 53.00", 10, 80)]
    assert read_front(other, recognise=nothing) == {}
    assert read_back(other) == {}
    assert page_fields(other) == {}


def test_two_long_words_are_no_zone() -> None:
    rows = [
        line("PASSEPORTPASSPORTPASSEPORTPASSPORT", 60, 850),
        line("XXEEASEETADDTEDEASSTDASTEDTAXXX", 60, 930),
    ]
    assert page_fields(rows) == {}


def test_a_digit_in_the_name_line_is_the_letter_it_looks_like() -> None:
    fields = page_fields(
        [
            line("P<CHN0UYANG<<MING<<<<<<<<<<<<<<<<<", 60, 850),
            line("EJ00000016CHN7108042M3104172<<<<<<<<2", 60, 930),
        ]
    )
    assert fields[F.MRZ_LINE_1].text == "P<CHNOUYANG<<MING".ljust(44, "<")
    assert fields[F.MRZ_LINE_2].text.startswith("EJ00000016")


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        # The zone's own number, however it looks.
        ("L898902C3", "L898902C3"),
        # Another one, of the Chinese form: the two will be found to disagree.
        ("EJ0000001", "EJ0000001"),
    ],
)
def test_the_number_above_the_zone(printed: str, number: str) -> None:
    fields = page_fields(
        [
            line(printed, 900, 190),
            line("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", 60, 850),
            line("L898902C36UTO7408122F1204159ZE184226B<<<<<10", 60, 930),
        ]
    )
    assert fields[F.PRINTED_NUMBER].text == number
