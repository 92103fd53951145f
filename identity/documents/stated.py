"""What a document states, whatever kind it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.documents.gb11643 import Sex

if TYPE_CHECKING:
    from datetime import date

    from identity.documents.fields import DocumentSide, FieldName, SideReading
    from identity.verdict import Doubt

SEXES: Final = {"男": Sex.MALE, "女": Sex.FEMALE, "M": Sex.MALE, "F": Sex.FEMALE}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    side: DocumentSide
    doubts: frozenset[Doubt]
    name: str | None = None
    number: str | None = None
    birth: date | None = None
    sex: Sex | None = None
    ethnic_group: str | None = None
    address: str | None = None
    authority: str | None = None
    latin_name: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    """``None`` with ``long_term`` is 长期; without it, unreadable."""
    long_term: bool = False


def optional(side: SideReading | None, name: FieldName) -> str | None:
    field = side.fields.get(name) if side else None
    return field.text if field else None
