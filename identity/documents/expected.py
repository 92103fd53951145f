"""The fields that each side must give: until then the reader looks again, or a person does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.documents.fields import DocumentSide, FieldName

if TYPE_CHECKING:
    from collections.abc import Mapping

_CARD_BACK: Final = frozenset({FieldName.AUTHORITY, FieldName.VALID_FROM, FieldName.VALID_UNTIL})
_ZONE: Final = frozenset({FieldName.MRZ_LINE_1, FieldName.MRZ_LINE_2})
_PERMIT: Final = frozenset({FieldName.NAME, FieldName.SEX, FieldName.BIRTH, FieldName.NUMBER})
_PERMIT_FRONT: Final = _PERMIT | {FieldName.ADDRESS}
EXPECTED: Final[Mapping[DocumentSide, frozenset[FieldName]]] = {
    DocumentSide.ID_CARD_FRONT: _PERMIT_FRONT | {FieldName.ETHNIC_GROUP},
    DocumentSide.ID_CARD_BACK: _CARD_BACK,
    DocumentSide.RESIDENCE_PERMIT_FRONT: _PERMIT_FRONT,
    DocumentSide.RESIDENCE_PERMIT_BACK: _CARD_BACK | {FieldName.PERMIT_NUMBER},
    DocumentSide.MAINLAND_PERMIT: _PERMIT,
    DocumentSide.TAIWAN_PERMIT: _PERMIT,
    # Its holder may have no Chinese name.
    DocumentSide.FOREIGNERS_PERMIT: (_PERMIT - {FieldName.NAME}) | {FieldName.LATIN_NAME},
    DocumentSide.PASSPORT_PAGE: _ZONE,
    DocumentSide.ZONE_CARD: _ZONE,
    DocumentSide.VISA: _ZONE,
}
