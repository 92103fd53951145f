"""Resident identity numbers (公民身份号码): GB 11643-1999, check digit by ISO 7064 MOD 11-2.

Fifteen-digit numbers ended with the second-generation card (居民身份证法 Art. 3 and the end
of first-generation cards on 2013-01-01): they are told apart from nonsense, and refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS: Final = "10X98765432"

PROVINCES: Final = frozenset(
    {
        "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36",
        "37", "41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62",
        "63", "64", "65", "71", "81", "82", "83",
    }
)  # fmt: skip
"""GB/T 2260, first two digits; 71 81 82 are residents of Taiwan, Hong Kong and Macau, 83 the
Taiwan residence permit."""

EARLIEST_BIRTH: Final = date(1900, 1, 1)


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


class NumberFault(StrEnum):
    """What is wrong with a number. Never carries the number itself."""

    SHAPE = "shape"
    FIFTEEN_DIGITS = "fifteen_digits"
    CHECK_DIGIT = "check_digit"
    PROVINCE = "province"
    BIRTH_DATE = "birth_date"


class NumberInvalid(ValueError):
    def __init__(self, fault: NumberFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentNumber:
    text: str
    region: str
    birth: date
    sex: Sex


def check_character(first_seventeen: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def parse(text: str) -> ResidentNumber:
    """Return what ``text`` says of its holder; raises `NumberInvalid` on the first fault."""
    if re.fullmatch(r"[0-9]{15}", text):
        raise NumberInvalid(NumberFault.FIFTEEN_DIGITS)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        raise NumberInvalid(NumberFault.SHAPE)
    if not check_character(text[:17]) == text[17]:
        raise NumberInvalid(NumberFault.CHECK_DIGIT)
    if text[:2] not in PROVINCES:
        raise NumberInvalid(NumberFault.PROVINCE)
    return ResidentNumber(text=text, region=text[:6], birth=_birth(text), sex=_sex(text))


def _birth(text: str) -> date:
    try:
        birth = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError as error:
        raise NumberInvalid(NumberFault.BIRTH_DATE) from error
    if not birth >= EARLIEST_BIRTH:
        raise NumberInvalid(NumberFault.BIRTH_DATE)
    return birth


def _sex(text: str) -> Sex:
    return Sex.MALE if int(text[16]) % 2 else Sex.FEMALE
