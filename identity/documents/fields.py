"""The names of what a document says, and how surely it was read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class DocumentSide(StrEnum):
    ID_CARD_FRONT = "id_card_front"
    """居民身份证, the side with the portrait (人像面)."""
    ID_CARD_BACK = "id_card_back"
    """The side with the emblem (国徽面): authority and validity."""
    PASSPORT_PAGE = "passport_page"


class FieldName(StrEnum):
    NAME = "name"
    SEX = "sex"
    ETHNIC_GROUP = "ethnic_group"
    BIRTH = "birth"
    ADDRESS = "address"
    NUMBER = "number"
    AUTHORITY = "authority"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    PRINTED_NUMBER = "printed_number"
    """The passport's number where people read it; the zone has it again."""
    MRZ_LINE_1 = "mrz_line_1"
    MRZ_LINE_2 = "mrz_line_2"


LONG_TERM = "长期"


@dataclass(frozen=True, slots=True)
class FieldReading:
    text: str
    confidence: float
    """0 to 1, the worst of the lines it came from; the recogniser's own estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideReading:
    side: DocumentSide
    fields: Mapping[FieldName, FieldReading]
    """What was found; a name that is missing was not found. Empty: not such a document."""
    outlined: bool
    """The document's outline was found and squared; otherwise the whole picture was read."""
