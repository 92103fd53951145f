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
"""Widths at which a line is read; a wider run of fillers comes apart. Chosen."""


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
        readings, worst = _readings(group, recognise)
        top = min(row.top for row in group)
        printed = [normal(line.text) for line in lines if line.bottom <= top + 0.5 * line.height]
        proven = [found for one in readings if (found := repaired(one, today=today, forms=forms))]
        told = next((one for one in proven if _believed(one, readings, printed)), None)
        texts = told[0] if told else readings[1]
        zone = Zone(
            lines=tuple(texts),
            confidence=worst if told else min(worst, UNSURE),
            says=told[1] if told else None,
            top=top,
        )
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


def _readings(rows: Sequence[Row], recognise: RecogniseStretched) -> tuple[list[list[str]], float]:
    """What the detector's boxes gave and what each width gives; the certainty of the best."""
    readings = [[normal(row.text) for row in rows]]
    confidences = [row.confidence for row in rows]
    for stretch in STRETCHES:
        seen = [recognise(_place(row), stretch=stretch) for row in rows]
        readings.append([normal(line.text) for line in seen])
        confidences = [max(a, line.confidence) for a, line in zip(confidences, seen, strict=True)]
    return readings, min(confidences)


def _believed(
    told: tuple[Sequence[str], Mrz], readings: Sequence[Sequence[str]], printed: Sequence[str]
) -> bool:
    """Two readings have the same names and optional part; and one the same number, or the page has.

    The first are guarded by no digit. The number is, but a repair may have exchanged a sign of it.
    """
    lines, says = told
    layout, text = LAYOUTS[says.form], "".join(lines)
    others = [other for one in readings if (other := placed(one, says.form))]
    unguarded = (layout.name, *layout.optional)
    alike = sum(all(other[part] == text[part] for part in unguarded) for other in others)
    read = any(other[layout.number] == text[layout.number] for other in others)
    return alike > 1 and (read or any(says.number in line for line in printed))


def _place(row: Row) -> Box:
    height = row.bottom - row.top
    right = max(line.right for line in row.lines)
    return Box(row.left - 0.3 * height, row.top, right + 0.3 * height, row.bottom)
