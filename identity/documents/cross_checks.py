"""What the fields of one document say about one another. Pure; it corrects nothing that was read.

A field that could not be read may be taken from the number, which says birth and sex again; it is
then worth too little to be believed without a person. A field that was read and contradicts stays
as it is: `facts` makes the doubt of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.documents import gb11643, regions
from identity.documents.fields import FieldName, FieldReading
from identity.documents.gb11643 import NumberInvalid, Sex
from identity.documents.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.documents.gb11643 import ResidentNumber

DERIVED: Final = 0.6
"""Worth of a field that was taken from the number: below readable (`identity.policy`). Chosen."""
_SEX_WORDS: Final = {Sex.MALE: "男", Sex.FEMALE: "女"}

Fields = dict[FieldName, FieldReading]


def completed(fields: Mapping[FieldName, FieldReading]) -> tuple[Fields, set[Hint]]:
    """The fields with birth and sex filled in where only the number could be read."""
    filled, hints = dict(fields), set[Hint]()
    number = _number(fields)
    if number is None:
        return filled, hints
    if FieldName.BIRTH not in fields:
        filled[FieldName.BIRTH] = FieldReading(number.birth.isoformat(), DERIVED)
        hints.add(Hint.BIRTH_FROM_NUMBER)
    if FieldName.SEX not in fields:
        filled[FieldName.SEX] = FieldReading(_SEX_WORDS[number.sex], DERIVED)
        hints.add(Hint.SEX_FROM_NUMBER)
    if not regions.name_of(number.region):
        hints.add(Hint.REGION_UNKNOWN)
    return filled, hints


def contradicted(fields: Mapping[FieldName, FieldReading]) -> frozenset[FieldName]:
    """Fields that the number denies; reading them again may find that they were misread."""
    number = _number(fields)
    if number is None:
        return frozenset({FieldName.NUMBER} if FieldName.NUMBER in fields else set())
    said = {FieldName.BIRTH: number.birth.isoformat(), FieldName.SEX: _SEX_WORDS[number.sex]}
    return frozenset(
        name for name, text in said.items() if name in fields and fields[name].text != text
    )


def of_both_sides(
    front: Mapping[FieldName, FieldReading], back: Mapping[FieldName, FieldReading]
) -> set[Hint]:
    """Whether the authority sits in a place that the number or the address names."""
    authority, number = back.get(FieldName.AUTHORITY), _number(front)
    if authority is None or number is None:
        return set()
    address = front.get(FieldName.ADDRESS)
    places = {name[:2] for name in regions.chain_of(number.region)}
    at_home = any(place in authority.text for place in places)
    named = _place_of(authority.text)
    if at_home or (address and named and named in address.text):
        return set()
    return {Hint.AUTHORITY_ELSEWHERE}


def _place_of(authority: str) -> str:
    return authority.partition("公安")[0][:2]


def _number(fields: Mapping[FieldName, FieldReading]) -> ResidentNumber | None:
    reading = fields.get(FieldName.NUMBER)
    if reading is None:
        return None
    try:
        return gb11643.parse(reading.text)
    except NumberInvalid:
        return None
