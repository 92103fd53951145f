"""Child only: one photograph of one side of a document, to its fields and its squared picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from identity.documents import cross_checks, flattening, locating, tampering
from identity.documents.fields import DocumentSide, FieldName, FieldReading, SideReading
from identity.documents.looking import FlatText, Look, look_at
from identity.documents.recognising import cut_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from identity.documents.recognising import TextReader
    from identity.pixels import Pixels

ON_ITS_HEAD: Final = 0.5
"""Share of lines that the classifier must find upside down; it errs on single short ones."""
LEAST_OF_A_VIEW: Final = 3
"""Fields; noise read upside down gave at most two in our trials, and a card on its head none."""
_JUDGED_LINES: Final = 8


@dataclass(frozen=True, slots=True)
class ReadSide:
    reading: SideReading
    picture: Pixels
    """As read: squared and upright; the portrait is looked for in it."""


def read_side(picture: Pixels, side: DocumentSide, reader: TextReader) -> ReadSide:
    """The best reading of the document alone, or else of the whole picture.

    With `DocumentSide.AUTO` the side is found out, and stands in `FieldName.SIDE`.
    """
    best: Look | None = None
    outlined = False
    for in_outline, flat in _ways_to_look(picture, side, reader):
        look = look_at(flat, side, reader)
        if best is None or look.worth > best.worth:
            # What the better view misses, the other one may have.
            best, outlined = look.completed_by(best), in_outline
        else:
            best = best.completed_by(look)
        if best.has_all or (_enough(best) and not outlined):
            break
    if best is None or not best.fields:
        return ReadSide(SideReading(side=side, fields={}, outlined=False), picture)
    fields, hints = cross_checks.completed(best.fields)
    hints |= best.hints | tampering.seen_in(picture, best.flat.picture, best.lines, best.number)
    if hints:
        fields[FieldName.HINTS] = FieldReading(",".join(sorted(hints)), 1.0)
    if side is DocumentSide.AUTO:
        fields[FieldName.SIDE] = FieldReading(best.side.value, 1.0)
    reading = SideReading(side=best.side, fields=fields, outlined=outlined)
    return ReadSide(reading, best.flat.picture)


def _enough(best: Look) -> bool:
    """So much that another way up can only be worse."""
    return len(best.fields) >= LEAST_OF_A_VIEW


def _ways_to_look(
    picture: Pixels, side: DocumentSide, reader: TextReader
) -> Iterator[tuple[bool, FlatText]]:
    """The likely ones first: within the outline, all of the picture, then both on their heads."""
    seen: list[tuple[bool, FlatText]] = []
    for outlined, view in _views(picture, side):
        for flat in levelled(view, reader):
            seen.append((outlined, flat))
            yield outlined, flat
    for outlined, flat in seen:
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
