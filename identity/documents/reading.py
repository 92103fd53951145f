"""Child only: one photograph of one side of a document, to its fields and its squared picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from identity.documents import id_card, locating, passport
from identity.documents.fields import DocumentSide, FieldName, FieldReading, SideReading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from identity.documents.lines import TextLine
    from identity.documents.recognising import TextReader
    from identity.pixels import Pixels

EXPECTED: Final = {
    DocumentSide.ID_CARD_FRONT: frozenset(
        {FieldName.NAME, FieldName.SEX, FieldName.BIRTH, FieldName.NUMBER}
    ),
    DocumentSide.ID_CARD_BACK: frozenset({FieldName.VALID_FROM, FieldName.VALID_UNTIL}),
    DocumentSide.PASSPORT_PAGE: frozenset({FieldName.MRZ_LINE_1, FieldName.MRZ_LINE_2}),
}
"""Enough to stop trying other ways up."""


@dataclass(frozen=True, slots=True)
class ReadSide:
    reading: SideReading
    picture: Pixels
    """As read: squared and upright; the portrait is looked for in it."""


def read_side(picture: Pixels, side: DocumentSide, reader: TextReader) -> ReadSide:
    """The best reading of all the ways the document may lie, the likely ones first."""
    best: ReadSide | None = None
    for outlined, view in _views(picture, side):
        fields = _fields(view, side, reader)
        reading = SideReading(side=side, fields=fields, outlined=outlined)
        if best is None or len(fields) > len(best.reading.fields):
            best = ReadSide(reading, view)
        if EXPECTED[side] <= fields.keys():
            break
    return best or ReadSide(SideReading(side=side, fields={}, outlined=False), picture)


def _views(picture: Pixels, side: DocumentSide) -> Iterator[tuple[bool, Pixels]]:
    found = locating.squared(picture, side)
    if found is not None:
        yield True, found
        yield True, np.ascontiguousarray(np.rot90(found, 2))
    plain = locating.whole(picture, side)
    for turns in (0, 1, 2, 3):
        yield False, np.ascontiguousarray(np.rot90(plain, turns))


def _fields(
    picture: Pixels, side: DocumentSide, reader: TextReader
) -> dict[FieldName, FieldReading]:
    lines = reader.lines(picture)
    if side is DocumentSide.ID_CARD_BACK:
        return id_card.read_back(lines)
    if side is DocumentSide.PASSPORT_PAGE:
        return passport.read_page(lines)

    def recognise(*, left: float, top: float, right: float, bottom: float) -> TextLine:
        return reader.line_at(picture, left=left, top=top, right=right, bottom=bottom)

    return id_card.read_front(lines, width=picture.shape[1], recognise=recognise)
