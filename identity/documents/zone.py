"""The machine-readable zone found among the lines of a picture, read twice, and repaired.

Check digits guard the number and the dates, not the names. So each line is recognised at two
widths, and only what both say the same way is believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from identity.documents.lines import Box, rows_of
from identity.documents.mrz import EVERY_FORM, LAYOUTS
from identity.documents.mrz_repair import placed, repaired

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from identity.documents.lines import Row, TextLine
    from identity.documents.mrz import Mrz, MrzForm

SIGNS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
LEAST_SIGNS: Final = 22
"""Of a line that may belong to a zone: TD1 has 30, some of which a recogniser swallows."""
UNSURE: Final = 0.6
"""What lines are worth at most that are no proven zone: below readable (`identity.policy`)."""
STRETCHES: Final = (1.0, 1.3)
"""Widths at which a line is read, by which runs of fillers come apart. Chosen on the ICAO specimens."""


class RecogniseStretched(Protocol):
    """Read a place in the picture with the zone's alphabet, made wider by ``stretch``."""

    def __call__(self, box: Box, *, stretch: float) -> TextLine: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    lines: tuple[str, ...]
    confidence: float
    """Of the least sure line; at most `UNSURE` where ``says`` is ``None``."""
    says: Mrz | None
    """``None``: lines that look like a zone and are not proven to be read right."""
    top: float
    """Upper edge in pixels; what stands above is for people."""


def zone_in(
    lines: list[TextLine],
    *,
    recognise: RecogniseStretched,
    today: date,
    forms: frozenset[MrzForm] = EVERY_FORM,
) -> Zone | None:
    """The zone of the picture, or ``None`` where nothing looks like one."""
    rows = [row for row in rows_of(lines) if _looks_like_zone(row.text)]
    unsure: Zone | None = None
    for group in _groups(rows):
        zone = _read(group, recognise=recognise, today=today, forms=forms)
        if zone.says:
            return zone
        unsure = unsure or zone
    return unsure


def _looks_like_zone(text: str) -> bool:
    plain = normal(text)
    signs = re.sub(r"[^A-Z0-9<]", "", plain)
    dense = len(signs) >= LEAST_SIGNS and len(signs) >= 0.9 * len(plain)
    return dense and (FILLER_RUN.search(plain) is not None or bool(re.search(r"\d{6}", plain)))


FILLER_RUN: Final = re.compile(r"<<|<.*<|[<K]{4}")


def normal(text: str) -> str:
    """Signs that recognisers write for those of the zone."""
    for read, meant in (("«", "<<"), ("《", "<<"), ("〈", "<"), ("＜", "<"), ("∪", "U")):
        text = text.replace(read, meant)
    return re.sub(r"\s", "", text).upper()


def _groups(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Three rows, then two, that follow one another; from below, where zones stand."""
    for count in (3, 2):
        for start in range(len(rows) - count, -1, -1):
            yield rows[start : start + count]


def _read(
    rows: Sequence[Row], *, recognise: RecogniseStretched, today: date, forms: frozenset[MrzForm]
) -> Zone:
    readings = [[normal(row.text) for row in rows]]
    confidences = [row.confidence for row in rows]
    for stretch in STRETCHES:
        seen = [recognise(_place(row), stretch=stretch) for row in rows]
        readings.append([normal(line.text) for line in seen])
        confidences = [max(a, line.confidence) for a, line in zip(confidences, seen, strict=True)]
    proven = [found for one in readings if (found := repaired(one, today=today, forms=forms))]
    worst, top = min(confidences), min(row.top for row in rows)
    for lines, says in proven:
        # Two of the three readings have to say every sign alike, those that no digit guards too.
        if sum(other == lines for other, _ in proven) > 1:
            return Zone(lines=tuple(lines), confidence=worst, says=says, top=top)
    for lines, says in proven:
        if _borne_out(lines, readings, says.form):
            return Zone(lines=tuple(lines), confidence=worst, says=says, top=top)
    return Zone(lines=tuple(readings[1]), confidence=min(worst, UNSURE), says=None, top=top)


def _borne_out(lines: Sequence[str], readings: Sequence[Sequence[str]], form: MrzForm) -> bool:
    """Another reading has the same names and optional part, though its digits do not hold."""
    layout, text = LAYOUTS[form], "".join(lines)
    alike = 0
    for reading in readings:
        other = placed(reading, form)
        parts = (layout.name, *layout.optional)
        alike += other is not None and all(other[part] == text[part] for part in parts)
    return alike > 1


def _place(row: Row) -> Box:
    height = row.bottom - row.top
    right = max(line.right for line in row.lines)
    return Box(row.left - 0.3 * height, row.top, right + 0.3 * height, row.bottom)
