"""Child only: one photograph of one side of a document, to its fields and its squared picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from identity.documents import flattening, id_card, locating, passport
from identity.documents.fields import DocumentSide, FieldName, FieldReading, SideReading
from identity.documents.lines import TextLine
from identity.documents.recognising import LEAST_SCORE, cut_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from identity.documents.lines import Box
    from identity.documents.recognising import Quad, TextReader
    from identity.pixels import Pixels

EXPECTED: Final = {
    DocumentSide.ID_CARD_FRONT: frozenset(
        {
            FieldName.NAME,
            FieldName.SEX,
            FieldName.BIRTH,
            FieldName.NUMBER,
            FieldName.ADDRESS,
            FieldName.ETHNIC_GROUP,
        }
    ),
    DocumentSide.ID_CARD_BACK: frozenset(
        {FieldName.AUTHORITY, FieldName.VALID_FROM, FieldName.VALID_UNTIL}
    ),
    DocumentSide.PASSPORT_PAGE: frozenset({FieldName.MRZ_LINE_1, FieldName.MRZ_LINE_2}),
}
"""Enough to stop looking at the picture in other ways."""
ON_ITS_HEAD: Final = 0.5
"""Share of lines that the classifier must find upside down. Its errors are of single short lines."""
_JUDGED_LINES: Final = 8


@dataclass(frozen=True, slots=True)
class ReadSide:
    reading: SideReading
    picture: Pixels
    """As read: squared and upright; the portrait is looked for in it."""


@dataclass(frozen=True, slots=True)
class FlatText:
    """A picture whose lines run from left to right, and where they are."""

    picture: Pixels
    quads: tuple[Quad, ...]


def read_side(picture: Pixels, side: DocumentSide, reader: TextReader) -> ReadSide:
    """The best reading of the document alone, or else of the whole picture."""
    best = ReadSide(SideReading(side=side, fields={}, outlined=False), picture)
    for outlined, flat in _ways_to_look(picture, side, reader):
        fields = _fields(flat, side, reader)
        known = best.reading.fields
        if len(fields) > len(known):
            # What the better view misses, the other one may have.
            reading = SideReading(side=side, fields={**known, **fields}, outlined=outlined)
            best = ReadSide(reading, flat.picture)
        elif fields.keys() - known.keys():
            best = ReadSide(replace(best.reading, fields={**fields, **known}), best.picture)
        if EXPECTED[side] <= best.reading.fields.keys():
            break
    return best


def _ways_to_look(
    picture: Pixels, side: DocumentSide, reader: TextReader
) -> Iterator[tuple[bool, FlatText]]:
    """The likely ones first: within the outline, then all of the picture; either way up."""
    for outlined, view in _views(picture, side):
        for flat in levelled(view, reader):
            yield outlined, flat
            yield outlined, _other_way_up(flat)


def levelled(view: Pixels, reader: TextReader) -> Iterator[FlatText]:
    """``view`` turned by what its text says, for each way that text runs in it."""
    quads = reader.detect(view)
    for angle in flattening.directions_of(quads):
        how = flattening.flattening(quads, view.shape, angle)
        flat_view, flat_quads = view, quads
        if how is not None:
            flat_view = flattening.flattened(view, how)
            flat_quads = [flattening.moved(quad, how) for quad in quads]
        flat = FlatText(flat_view, tuple(flattening.ordered(quad) for quad in flat_quads))
        longest = sorted(flat.quads, key=lambda quad: -float(np.ptp(quad[:, 0])))[:_JUDGED_LINES]
        on_its_head = reader.upside_down([cut_out(flat_view, quad) for quad in longest])
        yield _other_way_up(flat) if on_its_head > ON_ITS_HEAD else flat


def _other_way_up(flat: FlatText) -> FlatText:
    return FlatText(
        np.ascontiguousarray(np.rot90(flat.picture, 2)),
        tuple(flattening.turned_over(flat.quads, flat.picture.shape)),
    )


def _views(picture: Pixels, side: DocumentSide) -> Iterator[tuple[bool, Pixels]]:
    found = locating.squared(picture, side)
    if found is not None:
        yield True, found
    yield False, locating.whole(picture)


def lines_in(flat: FlatText, reader: TextReader) -> list[TextLine]:
    texts = reader.recognise([cut_out(flat.picture, quad) for quad in flat.quads])
    return [
        TextLine(
            text=text,
            confidence=score,
            left=float(quad[[0, 3], 0].mean()),
            top=float(quad[:2, 1].mean()),
            right=float(quad[1:3, 0].mean()),
            bottom=float(quad[2:, 1].mean()),
        )
        for quad, (text, score) in zip(flat.quads, texts, strict=True)
        if text.strip() and score >= LEAST_SCORE
    ]


def _fields(
    flat: FlatText, side: DocumentSide, reader: TextReader
) -> dict[FieldName, FieldReading]:
    lines = lines_in(flat, reader)

    def recognise(box: Box, *, alphabet: frozenset[str] | None = None) -> TextLine:
        return reader.line_at(flat.picture, box, alphabet=alphabet)

    if side is DocumentSide.ID_CARD_BACK:
        return id_card.read_back(lines, recognise=recognise)
    if side is DocumentSide.PASSPORT_PAGE:
        return passport.read_page(lines)
    return id_card.read_front(lines, recognise=recognise)
