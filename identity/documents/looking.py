"""Child only: one level picture of a document, read; and what two looks at it make together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from identity.documents import id_card, id_card_back, kinds, passport, permits
from identity.documents.expected import EXPECTED
from identity.documents.fields import DocumentSide, FieldName
from identity.documents.lines import TextLine
from identity.documents.recognising import LEAST_SCORE, cut_out
from identity.documents.zone import SIGNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.documents.fields import FieldReading
    from identity.documents.hints import Hint
    from identity.documents.lines import Box
    from identity.documents.recognising import Quad, TextReader
    from identity.pixels import Pixels

MOST_LINES: Final = 70
"""The longest ones; a page of a passport has 40, a newspaper under a card any number. Chosen."""
_WITH_ZONE: Final = frozenset(
    {DocumentSide.PASSPORT_PAGE, DocumentSide.ZONE_CARD, DocumentSide.VISA}
)
_PERMITS: Final = frozenset(
    {
        DocumentSide.MAINLAND_PERMIT,
        DocumentSide.TAIWAN_PERMIT,
        DocumentSide.FOREIGNERS_PERMIT,
    }
)


@dataclass(frozen=True, slots=True)
class FlatText:
    """A picture whose lines run from left to right, and where they are."""

    picture: Pixels
    quads: tuple[Quad, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one view of the document gave."""

    side: DocumentSide
    """As asked for, or as found; `DocumentSide.AUTO` where nothing was found."""
    fields: Mapping[FieldName, FieldReading]
    hints: frozenset[Hint]
    flat: FlatText
    lines: tuple[TextLine, ...]
    proven: bool
    """A zone whose check digits hold: nothing is gained by looking again."""

    @property
    def worth(self) -> tuple[bool, int, float]:
        sure = sum(field.confidence for field in self.fields.values())
        return self.proven, len(self.fields), sure

    @property
    def has_all(self) -> bool:
        if self.side in _WITH_ZONE:
            return self.proven
        expected = EXPECTED.get(self.side)
        return expected is not None and expected <= self.fields.keys()

    @property
    def number(self) -> TextLine | None:
        """The line that ends with the number, as far as it can be told."""
        number = self.fields.get(FieldName.NUMBER)
        if number is None:
            return None
        return next((line for line in self.lines if line.plain.upper() == number.text), None)

    def completed_by(self, other: Look | None) -> Look:
        """With the fields that only the other look has, if it saw the same side."""
        if other is None or other.side is not self.side or self.side in _WITH_ZONE:
            return self
        return replace(self, fields={**other.fields, **self.fields})


def look_at(flat: FlatText, side: DocumentSide, reader: TextReader) -> Look:
    lines = lines_in(flat, reader)
    asked_for_zone = side in _WITH_ZONE or side is DocumentSide.AUTO
    zone_look = _zone(flat, lines, side, reader) if asked_for_zone else None
    if zone_look and (zone_look.proven or side is not DocumentSide.AUTO):
        return zone_look
    found = kinds.side_by_words(lines) if side is DocumentSide.AUTO else side
    if zone_look and found is None:
        return zone_look
    fields = {} if found is None else _fields(flat, lines, found, reader)
    return Look(
        side=found or side,
        fields=fields,
        hints=frozenset(),
        flat=flat,
        lines=tuple(lines),
        proven=False,
    )


def _zone(
    flat: FlatText, lines: list[TextLine], side: DocumentSide, reader: TextReader
) -> Look | None:
    def recognise(box: Box, *, stretch: float) -> TextLine:
        return reader.line_at(flat.picture, box, alphabet=SIGNS, stretch=stretch)

    fields, zone, hints = passport.read_page(lines, recognise=recognise)
    if zone is None:
        return None
    found = passport.SIDES[zone.says.form] if zone.says else DocumentSide.PASSPORT_PAGE
    return Look(
        side=found if side is DocumentSide.AUTO else side,
        fields=fields,
        hints=frozenset(hints),
        flat=flat,
        lines=tuple(lines),
        proven=zone.says is not None,
    )


def _fields(
    flat: FlatText, lines: list[TextLine], side: DocumentSide, reader: TextReader
) -> Mapping[FieldName, FieldReading]:
    def recognise(box: Box, *, alphabet: frozenset[str] | None = None) -> TextLine:
        return reader.line_at(flat.picture, box, alphabet=alphabet)

    if side in _WITH_ZONE:
        return {}
    if side in _PERMITS:
        return permits.read_permit(lines, side)
    if side in (DocumentSide.ID_CARD_BACK, DocumentSide.RESIDENCE_PERMIT_BACK):
        return id_card_back.read_back(lines, recognise=recognise)
    fields = id_card.read_front(lines, recognise=recognise)
    if side is DocumentSide.RESIDENCE_PERMIT_FRONT:
        fields.pop(FieldName.ETHNIC_GROUP, None)
    return fields


def lines_in(flat: FlatText, reader: TextReader) -> list[TextLine]:
    """Every line of text, with the box that it would have if it ran exactly level."""
    longest = sorted(flat.quads, key=lambda quad: -float(np.ptp(quad[:, 0])))[:MOST_LINES]
    texts = reader.recognise([cut_out(flat.picture, quad) for quad in longest])
    return [
        TextLine(
            text=text,
            confidence=score,
            left=float(quad[[0, 3], 0].mean()),
            top=float(quad[:2, 1].mean()),
            right=float(quad[1:3, 0].mean()),
            bottom=float(quad[2:, 1].mean()),
        )
        for quad, (text, score) in zip(longest, texts, strict=True)
        if text.strip() and score >= LEAST_SCORE
    ]
