"""Which fields a person has to look at, and what about the document. Pure.

The answer to "what did the machine not dare to say": unsure, derived, contradicted or missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.documents import cross_checks
from identity.documents.expected import EXPECTED
from identity.documents.fields import ABOUT_THE_READING, FieldName

if TYPE_CHECKING:
    from identity.documents.fields import SideReading
    from identity.documents.hints import Hint


def fields_to_confirm(reading: SideReading, *, readable: float) -> tuple[FieldName, ...]:
    """In the order of `FieldName`; ``readable`` is `identity.policy.READING.readable`."""
    contradicted = cross_checks.contradicted(reading.fields)
    if FieldName.NUMBER in contradicted and not _has_resident_number(reading):
        contradicted -= {FieldName.NUMBER}
    expected = EXPECTED.get(reading.side, frozenset())
    return tuple(
        name
        for name in FieldName
        if name not in ABOUT_THE_READING
        and (name in reading.fields or name in expected)
        and (name in contradicted or not _sure(reading, name, readable))
    )


def _has_resident_number(reading: SideReading) -> bool:
    """Other documents have numbers of other rules."""
    return FieldName.ADDRESS in EXPECTED.get(reading.side, frozenset())


def _sure(reading: SideReading, name: FieldName, readable: float) -> bool:
    field = reading.fields.get(name)
    return field is not None and field.confidence >= readable


def hints_of(front: SideReading, back: SideReading | None) -> frozenset[Hint]:
    """Everything that was seen on either side, and what the two say of one another."""
    if back is None:
        return front.hints
    between = cross_checks.of_both_sides(front.fields, back.fields)
    return front.hints | back.hints | between
