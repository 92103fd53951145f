"""The names of what a document says, and how surely it was read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from identity.documents.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Mapping


class DocumentSide(StrEnum):
    ID_CARD_FRONT = "id_card_front"
    """居民身份证, the side with the portrait (人像面)."""
    ID_CARD_BACK = "id_card_back"
    """The side with the emblem (国徽面): authority and validity."""
    PASSPORT_PAGE = "passport_page"
    RESIDENCE_PERMIT_FRONT = "residence_permit_front"
    """港澳台居民居住证, laid out as the resident card without 民族."""
    RESIDENCE_PERMIT_BACK = "residence_permit_back"
    MAINLAND_PERMIT = "mainland_permit"
    """港澳居民来往内地通行证, the side with the portrait."""
    TAIWAN_PERMIT = "taiwan_permit"
    """台湾居民来往大陆通行证, the side with the portrait."""
    FOREIGNERS_PERMIT = "foreigners_permit"
    """外国人永久居留身份证, of 2017 or of 2023 (五星卡)."""
    ZONE_CARD = "zone_card"
    """The side of a card with a machine-readable zone of TD1 or TD2."""
    VISA = "visa"
    AUTO = "auto"
    """Not a side: the question which one it is. The answer is in `FieldName.SIDE`."""


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
    LATIN_NAME = "latin_name"
    NATIONALITY = "nationality"
    PERMIT_NUMBER = "permit_number"
    """通行证号码 on the back of a residence permit."""
    PRINTED_NUMBER = "printed_number"
    """The passport's number where people read it; the zone has it again."""
    MRZ_LINE_1 = "mrz_line_1"
    MRZ_LINE_2 = "mrz_line_2"
    MRZ_LINE_3 = "mrz_line_3"
    SIDE = "side"
    """Which `DocumentSide` it is, when that was the question."""
    HINTS = "hints"
    """What else was seen, by the words of `Hint`, parted by commas; absent: nothing."""


ABOUT_THE_READING: Final = frozenset({FieldName.SIDE, FieldName.HINTS})
"""Not printed on any document."""
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

    @property
    def hints(self) -> frozenset[Hint]:
        """What was seen besides the fields; a word that is no hint makes a `Hint.UNKNOWN`."""
        said = self.fields.get(FieldName.HINTS)
        words = said.text.split(",") if said else []
        return frozenset(Hint(word) if word in set(Hint) else Hint.UNKNOWN for word in words)
