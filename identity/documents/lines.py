"""Lines of recognised text, put back into the rows that a person sees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Box:
    """A place in the picture, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def plain(self) -> str:
        return re.sub(r"\s", "", self.text)


@dataclass(frozen=True, slots=True)
class Row:
    lines: tuple[TextLine, ...]
    """From left to right."""

    @property
    def text(self) -> str:
        return "".join(line.plain for line in self.lines)

    @property
    def confidence(self) -> float:
        return min(line.confidence for line in self.lines)

    @property
    def middle(self) -> float:
        return sum(line.middle for line in self.lines) / len(self.lines)

    @property
    def left(self) -> float:
        return min(line.left for line in self.lines)

    @property
    def top(self) -> float:
        return min(line.top for line in self.lines)

    @property
    def bottom(self) -> float:
        return max(line.bottom for line in self.lines)


class RecogniseLine(Protocol):
    """Read one cut-out without looking for text first, for what the detector misses."""

    def __call__(self, box: Box, *, alphabet: frozenset[str] | None = None) -> TextLine: ...


def rows_of(lines: list[TextLine]) -> list[Row]:
    """Group lines whose middles lie within each other's height, top to bottom."""
    groups: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda each: each.middle):
        home = groups[-1] if groups else []
        if home and abs(home[-1].middle - line.middle) < 0.5 * min(line.height, home[-1].height):
            home.append(line)
        else:
            groups.append([line])
    return [Row(tuple(sorted(group, key=lambda each: each.left))) for group in groups]
