"""What a document or its picture has about it that a person should look at.

A hint never refuses anybody: each has innocent causes (a glossy sleeve looks like a patch, fine
lines seen by a coarse sensor make moiré), so each asks a person and says what to look for.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Hint(StrEnum):
    SCREEN = "screen"
    """Peaks of a grid in the spectrum: photographed from a display."""
    NO_COLOUR = "no_colour"
    """A black-and-white copy."""
    COPY_STAMP = "copy_stamp"
    """Words that are written on copies (复印件, 仅供…使用)."""
    PATCH = "patch"
    """The noise around one field is not that around the others."""
    UNEVEN_WRITING = "uneven_writing"
    """Signs within one field differ in height or darkness."""
    REGION_UNKNOWN = "region_unknown"
    """The number's first six digits are in no revision of GB/T 2260 up to April 2019."""
    AUTHORITY_ELSEWHERE = "authority_elsewhere"
    """The authority names none of the places of number or address; people do move."""
    BIRTH_FROM_NUMBER = "birth_from_number"
    """The printed date could not be read; the number says it."""
    SEX_FROM_NUMBER = "sex_from_number"
    NAME_NOT_ABOVE_ZONE = "name_not_above_zone"
    """The zone's surname was not found in the writing above it."""
    UNKNOWN = "unknown"
    """A word of the child's that this version does not know."""


WORDS: Final[Mapping[Hint, tuple[str, str]]] = {
    Hint.SCREEN: ("疑似翻拍屏幕", "looks photographed from a screen"),
    Hint.NO_COLOUR: ("黑白影像，疑似复印件", "no colour: looks like a copy"),
    Hint.COPY_STAMP: ("有复印件或限定用途字样", "bears the words of a copy"),
    Hint.PATCH: ("局部噪点不一致，疑似拼贴", "one field's surroundings differ: looks patched"),
    Hint.UNEVEN_WRITING: ("字段内字体不一致", "signs within one field differ"),
    Hint.REGION_UNKNOWN: ("号码前六位不在区划代码表中", "the number's region is not in the list"),
    Hint.AUTHORITY_ELSEWHERE: (
        "签发机关与住址、号码地区不同", "authority is of another place than address and number",
    ),
    Hint.BIRTH_FROM_NUMBER: ("出生日期据号码填写", "birth date was taken from the number"),
    Hint.SEX_FROM_NUMBER: ("性别据号码填写", "sex was taken from the number"),
    Hint.NAME_NOT_ABOVE_ZONE: ("机读区姓名未见于视读区", "the zone's name is not printed above it"),
    Hint.UNKNOWN: ("有其他疑点", "something else was seen"),
}  # fmt: skip
"""For the person who looks, in Chinese and English."""
