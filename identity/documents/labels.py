"""Printed labels and what stands right of them: the structure that every layout shares.

Positions differ between series, printers and photographs; that 住址 stands left of the address
does not. Nothing here knows a card's measures: distances are counted in heights of the label.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.documents.lines import Box

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from identity.documents.lines import TextLine

WIDEST_GAP: Final = 3.0
"""Heights between pieces of one value; between a value and the portrait's edge lies more."""
FIRST_CJK: Final = 0x2E80
"""Unicode: CJK radicals, and from there on signs that fill a square."""
SAME_ROW: Final = 0.6
"""Heights between the middles of things that stand in one row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a label stands, and what the same line of text says after it."""

    box: Box
    rest: str
    """May be empty: the value is a line of its own, or the detector missed it."""
    confidence: float
    rest_right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    text: str
    confidence: float
    box: Box


def spots_of(lines: Sequence[TextLine], labels: Mapping[str, str]) -> dict[str, Spot]:
    """The first line that has each label, by name of label; ``labels`` are regular expressions.

    One line may hold two labels with their values (性别男民族汉); each gets its own part.
    """
    spots: dict[str, Spot] = {}
    for line in sorted(lines, key=lambda each: each.middle):
        text = line.plain
        found = sorted(
            (match.start(), match.end(), name)
            for name, pattern in labels.items()
            if (match := re.search(pattern, text))
        )
        for i, (start, end, name) in enumerate(found):
            until = found[i + 1][0] if i + 1 < len(found) else len(text)
            spots.setdefault(name, _spot(line, start=start, end=end, until=until))
    return spots


def _spot(line: TextLine, *, start: int, end: int, until: int) -> Spot:
    share = (line.right - line.left) / max(1.0, _width(line.plain))

    def at(position: int) -> float:
        return line.left + share * _width(line.plain[:position])

    return Spot(
        box=Box(at(start), line.top, at(end), line.bottom),
        rest=line.plain[end:until],
        confidence=line.confidence,
        rest_right=at(until),
    )


def _width(text: str) -> float:
    """In whole signs; Latin letters and figures take about half of one."""
    return sum(1.0 if ord(sign) >= FIRST_CJK else 0.55 for sign in text)


def value_of(spot: Spot, lines: Sequence[TextLine], *, until: float | None = None) -> Value | None:
    """What stands right of a label in its row: the rest of its line and the lines that follow on.

    ``until`` is where the next label of the row begins.
    """
    height = spot.box.height
    pieces, worst, right = [], 1.0, spot.box.right
    left, top, bottom = right, spot.box.top, spot.box.bottom
    if spot.rest:
        pieces, worst, right = [spot.rest], spot.confidence, spot.rest_right
    for line in sorted(lines, key=lambda each: each.left):
        follows = line.left >= spot.box.right - 0.5 * height and line.right > right
        near = line.left - right <= WIDEST_GAP * max(height, line.height)
        level = abs(line.middle - spot.box.middle) <= SAME_ROW * max(height, line.height)
        if follows and near and level and (until is None or line.left < until - 0.3 * height):
            left = line.left if not pieces else left
            pieces.append(line.plain)
            worst, right = min(worst, line.confidence), line.right
            top, bottom = min(top, line.top), max(bottom, line.bottom)
    if not pieces:
        return None
    return Value(text="".join(pieces), confidence=worst, box=Box(left, top, right, bottom))


def rows_below(value: Value, lines: Sequence[TextLine], *, floor: float) -> list[TextLine]:
    """The further lines of a value that was broken, down to ``floor``, from top to bottom."""
    height = value.box.height
    below = [
        line
        for line in lines
        if value.box.middle + 0.6 * height < line.middle < floor
        and line.left >= value.box.left - 1.2 * height
        and line.left <= value.box.left + 1.2 * height
    ]
    kept: list[TextLine] = []
    last = value.box.middle
    for line in sorted(below, key=lambda each: each.middle):
        # A gap of more than a row and a half ends the value.
        if line.middle - last > 2.2 * height:
            break
        kept.append(line)
        kept += _following(line, lines)
        last = line.middle
    return kept


def _following(first: TextLine, lines: Sequence[TextLine]) -> list[TextLine]:
    """Pieces of the same row that the detector cut off."""
    kept: list[TextLine] = []
    right = first.right
    for line in sorted(lines, key=lambda each: each.left):
        level = abs(line.middle - first.middle) <= 0.5 * first.height
        if line is not first and level and -0.3 * first.height <= line.left - right <= first.height:
            kept.append(line)
            right = line.right
    return kept
