"""Machine-readable zones: ICAO Doc 9303 (8th edition 2021) parts 4 TD3, 5 TD1, 6 TD2, 7 visas.

Strict: the lengths, the alphabet, the document code, every check digit and both dates, or
`MrzInvalid`. Nothing is repaired here (`mrz_repair`); a doubtful line is for a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FILLER: Final = "<"


class MrzFault(StrEnum):
    SHAPE = "shape"
    DOCUMENT_CODE = "document_code"
    NUMBER_CHECK_DIGIT = "number_check_digit"
    BIRTH_CHECK_DIGIT = "birth_check_digit"
    EXPIRY_CHECK_DIGIT = "expiry_check_digit"
    OPTIONAL_CHECK_DIGIT = "optional_check_digit"
    COMPOSITE_CHECK_DIGIT = "composite_check_digit"
    DATE = "date"
    SEX = "sex"


class MrzInvalid(ValueError):
    """Says which rule is broken, never what was written."""

    def __init__(self, fault: MrzFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class MrzForm(StrEnum):
    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"
    MRV_A = "MRV-A"
    """A visa the size of a passport's page: no passport, though as wide as one."""
    MRV_B = "MRV-B"


TRAVEL_DOCUMENTS: Final = frozenset({MrzForm.TD1, MrzForm.TD2, MrzForm.TD3})
"""What proves who somebody is; a visa does not."""
EVERY_FORM: Final = frozenset(MrzForm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mrz:
    form: MrzForm
    document_code: str
    issuer: str
    surname: str
    given_names: str
    number: str
    nationality: str
    birth: date
    sex: str
    """``M``, ``F`` or ``X`` (unspecified, printed as a filler)."""
    expires: date
    optional: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each part stands, as slices of all lines joined together."""

    width: int
    lines: int
    codes: str
    number: slice
    birth: slice
    sex: int
    expires: slice
    nationality: slice
    name: slice
    optional: tuple[slice, ...]
    composite: tuple[slice, ...]


LAYOUTS: Final = {
    MrzForm.TD3: Layout(
        width=44, lines=2, codes="P", number=slice(44, 53), birth=slice(57, 63), sex=64,
        expires=slice(65, 71), nationality=slice(54, 57), name=slice(5, 44),
        optional=(slice(72, 86),), composite=(slice(44, 54), slice(57, 64), slice(65, 87)),
    ),
    MrzForm.TD2: Layout(
        width=36, lines=2, codes="ACI", number=slice(36, 45), birth=slice(49, 55), sex=56,
        expires=slice(57, 63), nationality=slice(46, 49), name=slice(5, 36),
        optional=(slice(64, 71),), composite=(slice(36, 46), slice(49, 56), slice(57, 71)),
    ),
    MrzForm.TD1: Layout(
        width=30, lines=3, codes="ACI", number=slice(5, 14), birth=slice(30, 36), sex=37,
        expires=slice(38, 44), nationality=slice(45, 48), name=slice(60, 90),
        optional=(slice(15, 30), slice(48, 59)),
        composite=(slice(5, 30), slice(30, 37), slice(38, 45), slice(48, 59)),
    ),
    MrzForm.MRV_A: Layout(
        width=44, lines=2, codes="V", number=slice(44, 53), birth=slice(57, 63), sex=64,
        expires=slice(65, 71), nationality=slice(54, 57), name=slice(5, 44),
        optional=(slice(72, 88),), composite=(),
    ),
    MrzForm.MRV_B: Layout(
        width=36, lines=2, codes="V", number=slice(36, 45), birth=slice(49, 55), sex=56,
        expires=slice(57, 63), nationality=slice(46, 49), name=slice(5, 36),
        optional=(slice(64, 72),), composite=(),
    ),
}  # fmt: skip
_COMPOSITE_AT: Final = {MrzForm.TD3: 87, MrzForm.TD2: 71, MrzForm.TD1: 59}


def check_digit(text: str) -> str:
    """ICAO 9303-3 section 4.9: weights 7 3 1, fillers count nothing, modulo 10."""
    values = (0 if char == FILLER else ALPHABET.index(char) for char in text)
    return str(sum(value * (7, 3, 1)[i % 3] for i, value in enumerate(values)) % 10)


def parse(lines: list[str], *, today: date, forms: frozenset[MrzForm] = TRAVEL_DOCUMENTS) -> Mrz:
    """Return what the zone says; ``today`` decides the century of the birth date.

    Raises `MrzInvalid`, and its DOCUMENT_CODE for a form that is not among ``forms``.
    """
    form = form_of(lines)
    if form not in forms:
        raise MrzInvalid(MrzFault.DOCUMENT_CODE)
    layout, text = LAYOUTS[form], "".join(lines)
    number = _demand_check_digits(text, form)
    if text[layout.sex] not in "MF<":
        raise MrzInvalid(MrzFault.SEX)
    surname, given = _names(text[layout.name])
    return Mrz(
        form=form,
        document_code=_plain(text[:2]),
        issuer=_plain(text[2:5]),
        surname=surname,
        given_names=given,
        number=number,
        nationality=_plain(text[layout.nationality]),
        birth=_birth(text[layout.birth], today=today),
        sex=text[layout.sex].replace(FILLER, "X"),
        expires=_date(text[layout.expires], century=2000),
        optional="".join(_plain(text[part]) for part in layout.optional),
    )


def form_of(lines: list[str]) -> MrzForm:
    """The form by widths and document code; raises `MrzInvalid`: SHAPE, or DOCUMENT_CODE."""
    if not all(re.fullmatch(r"[A-Z0-9<]+", line) for line in lines):
        raise MrzInvalid(MrzFault.SHAPE)
    widths = [len(line) for line in lines]
    fitting = [f for f, layout in LAYOUTS.items() if widths == [layout.width] * layout.lines]
    if not fitting:
        raise MrzInvalid(MrzFault.SHAPE)
    for form in fitting:
        if lines[0][0] in LAYOUTS[form].codes:
            return form
    raise MrzInvalid(MrzFault.DOCUMENT_CODE)


def _demand_check_digits(text: str, form: MrzForm) -> str:
    """Hold every part against its digit; return the document's number."""
    layout = LAYOUTS[form]
    number, printed = text[layout.number], text[layout.number.stop]
    if printed == FILLER and form in (MrzForm.TD1, MrzForm.TD2):
        number, printed = _long_number(number, text[layout.optional[0]])
    for part, digit, fault in (
        (number, printed, MrzFault.NUMBER_CHECK_DIGIT),
        (text[layout.birth], text[layout.birth.stop], MrzFault.BIRTH_CHECK_DIGIT),
        (text[layout.expires], text[layout.expires.stop], MrzFault.EXPIRY_CHECK_DIGIT),
    ):
        if not check_digit(part) == digit:
            raise MrzInvalid(fault)
    if form is MrzForm.TD3:
        _demand_optional_check_digit(text[72:86], text[86])
    if layout.composite:
        composite = "".join(text[part] for part in layout.composite)
        if not check_digit(composite) == text[_COMPOSITE_AT[form]]:
            raise MrzInvalid(MrzFault.COMPOSITE_CHECK_DIGIT)
    return _plain(number)


def _long_number(first: str, optional: str) -> tuple[str, str]:
    """A number of more than nine signs goes on in the optional part (9303-5 and -6, notes)."""
    rest = optional.partition(FILLER)[0]
    if len(rest) < 2:  # noqa: PLR2004 - at least one more sign, and the digit
        raise MrzInvalid(MrzFault.NUMBER_CHECK_DIGIT)
    return first + rest[:-1], rest[-1]


def _demand_optional_check_digit(optional: str, printed: str) -> None:
    # 9303-4 lets an issuer print a filler where the optional part is empty.
    empty = not optional.strip(FILLER)
    if not (printed == check_digit(optional) or (empty and printed == FILLER)):
        raise MrzInvalid(MrzFault.OPTIONAL_CHECK_DIGIT)


def _plain(text: str) -> str:
    return text.replace(FILLER, " ").strip()


def _names(text: str) -> tuple[str, str]:
    surname, _, given = text.partition("<<")
    return _plain(surname), " ".join(_plain(given).split())


def _birth(text: str, *, today: date) -> date:
    birth = _date(text, century=2000)
    return birth if birth <= today else _date(text, century=1900)


def _date(text: str, *, century: int) -> date:
    try:
        return date(century + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError as error:
        raise MrzInvalid(MrzFault.DATE) from error
