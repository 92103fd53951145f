"""The front of the resident identity card (居民身份证), from lines of text to fields.

Layout of GA 490-2013: labels are printed, so each field is what follows its label. What the
detector missed is looked for where it must stand and only recognised there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from identity.documents import cross_checks, ethnic_groups
from identity.documents.fields import FieldName, FieldReading
from identity.documents.labels import Spot, Value, rows_below, spots_of, value_of
from identity.documents.lines import Box

if TYPE_CHECKING:
    from identity.documents.lines import RecogniseLine, TextLine

LABELS: Final = {
    "name": r"姓名|^.?[名各](?=.)|^姓.?$",
    "sex": r"性别|^性[别剐]?|^别",
    "group": r"民族|^民|族$",
    "birth": r"出生|^[出生]",
    "address": r"住址|^住|^址",
    "number": r"公民身份号码|.?民?身份号.?|身份号码|份号码",
}
_DOTS: Final = str.maketrans(dict.fromkeys("・•‧∙⋅.．。▪", "·"))
"""What recognisers make of the dot in the names of many peoples (GB/T 32630: ·)."""
_NAME: Final = re.compile(r"([\u3400-\u9fff\U00020000-\U0003ffff·]{2,30})(.*)")
_SEX: Final = re.compile(r"[男女]")
_BIRTH: Final = re.compile(r"([12]\d{3})年(\d{1,2})月(\d{1,2})日?")
_NUMBER: Final = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15})(?![\dXx])")
_BY_CONTENT: Final = {
    "sex": re.compile(r"^(?:性?.)?[男女](?:民|.?族|$)|^[男女].{0,2}$"),
    "birth": _BIRTH,
    "number": _NUMBER,
}
_DIGITS: Final = frozenset("0123456789X")
_DATE_SIGNS: Final = frozenset("0123456789年月日")
_AGAIN: Final = {
    FieldName.NUMBER: ("number", 18, _DIGITS),
    FieldName.BIRTH: ("birth", 12, _DATE_SIGNS),
    FieldName.SEX: ("sex", 2, frozenset("男女")),
}
"""Label, most signs and the only signs of what is read a second time."""
LONE_GLYPH_REACH: Final = (0.6, 1.6, 3.0)
"""Signs and a bit right of 民族 that are cut out: one, two or four. A lone glyph at the edge of a
wide cut-out is misread more often; names of four signs do not fit into a narrow one."""
UNLABELLED: Final = 0.6
"""What a value is worth at most that was taken by its place, its label being unreadable: below
readable (`identity.policy`), so that the person confirms it. Chosen."""
_SURE_OF_A_PROBE: Final = 0.8
"""From here on, a place where the detector saw nothing counts as written on. Chosen."""


class _Front:
    """The lines of one front, its labels, and the fields found so far."""

    def __init__(self, lines: list[TextLine], recognise: RecogniseLine) -> None:
        self.lines = lines
        self.recognise = recognise
        self.spots = spots_of(lines, LABELS)
        self.fields: dict[FieldName, FieldReading] = {}

    def keep(self, name: FieldName, text: str, confidence: float) -> None:
        self.fields.setdefault(name, FieldReading(text, confidence))

    def top_of(self, *names: str) -> float:
        """The upper edge of the first of these labels that was found."""
        return next((self.spots[n].box.top for n in names if n in self.spots), float("inf"))

    def row_of(self, name: str) -> Box | None:
        """Where a row stands by its label, or else by what only its value can be."""
        if name in self.spots:
            return self.spots[name].box
        pattern = _BY_CONTENT[name]
        line = next((each for each in self.lines if pattern.search(each.plain)), None)
        return _box(line) if line else None

    def value_column(self) -> tuple[float, float] | None:
        """Left edge of the values, by that of the birth date, and the height of its signs."""
        for line in self.lines:
            found = _BIRTH.search(line.plain)
            if found:
                before = line.plain[: found.start()]
                sign = (line.right - line.left) / max(1, len(line.plain))
                return line.left + sign * 1.6 * len(before), line.height
        return None


def read_front(lines: list[TextLine], *, recognise: RecogniseLine) -> dict[FieldName, FieldReading]:
    card = _Front(lines, recognise)
    _take_number(card)
    if len(card.spots) < 2 and FieldName.NUMBER not in card.fields:  # noqa: PLR2004
        # One label alone stands in many texts; this is another thing.
        return {}
    _take_name(card)
    _take_sex(card)
    _take_group(card)
    _take_birth(card)
    _take_address(card)
    _read_contradicted_again(card)
    return card.fields


def _read_contradicted_again(card: _Front) -> None:
    """Where number and birth or sex disagree, or the number's digit fails, look once more.

    A second reading replaces the first only where it settles the matter; else both stay as they
    were read, and the facts that follow are a doubt.
    """
    for name in cross_checks.contradicted(card.fields):
        label, signs, alphabet = _AGAIN[name]
        spot = card.spots.get(label)
        probed = _probed(card, spot, signs=signs, alphabet=alphabet) if spot else None
        text = _meant(name, probed.text) if probed else None
        if probed and text:
            tried = {**card.fields, name: FieldReading(text, probed.confidence)}
            if name not in cross_checks.contradicted(tried):
                card.fields[name] = tried[name]


def _meant(name: FieldName, text: str) -> str | None:
    if name is FieldName.BIRTH:
        found = _BIRTH.search(text)
        return _iso(found) if found else None
    found = (_NUMBER if name is FieldName.NUMBER else _SEX).search(text)
    return found[0] if found else None


def _iso(found: re.Match[str]) -> str:
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}"


def _take_name(card: _Front) -> None:
    """A name that goes on in signs we cannot place is not a shorter name: it is unsure."""
    spot = card.spots.get("name")
    if spot is None:
        below = card.row_of("sex") or card.row_of("birth")
        if below is None:
            return
        height = below.height
        value = _unlabelled(card, top=below.top - 3 * height, bottom=below.top + 0.1 * height)
    else:
        value = value_of(spot, card.lines) or _probed(card, spot, signs=4)
    if value is None:
        return
    floor = card.top_of("sex", "group", "birth", "address")
    more = rows_below(value, card.lines, floor=floor) if spot and floor < float("inf") else []
    text = "".join([value.text, *(line.plain for line in more)]).translate(_DOTS)
    worst = min([value.confidence, *(line.confidence for line in more)])
    if text.endswith("·"):
        # A dot joins two parts: the detector passed over the second.
        box = _box(more[-1]) if more else value.box
        rest = card.recognise(
            Box(box.right - 0.1 * box.height, box.top, box.right + 9 * box.height, box.bottom)
        )
        text, worst = text + rest.plain.translate(_DOTS).lstrip("·"), min(worst, rest.confidence)
    found = _NAME.match(text)
    if found:
        whole = not found[2] and not text.endswith("·")
        card.keep(FieldName.NAME, found[1], worst if whole else 0.0)


def _unlabelled(card: _Front, *, top: float, bottom: float) -> Value | None:
    """The lines between two rows that begin where values do, if their own label was not read."""
    column = card.value_column()
    if column is None or not top < bottom < float("inf"):
        return None
    left, height = column
    found = [
        line
        for line in card.lines
        if top < line.middle < bottom and abs(line.left - left) < 1.2 * height
    ]
    if not found:
        return None
    found.sort(key=lambda each: each.middle)
    first, last = found[0], found[-1]
    return Value(
        text="".join(line.plain for line in found),
        confidence=min([UNLABELLED, *(line.confidence for line in found)]),
        box=Box(first.left, first.top, last.right, last.bottom),
    )


def _take_sex(card: _Front) -> None:
    spot = card.spots.get("sex")
    if spot is None:
        _take_sex_row(card)
        return
    group = card.spots.get("group")
    value = value_of(spot, card.lines, until=group.box.left if group else None)
    found = _SEX.search(value.text) if value else None
    if value and found:
        card.keep(FieldName.SEX, found[0], value.confidence)
        return
    probed = _probed(card, spot, signs=2, alphabet=frozenset("男女"))
    if probed and len(probed.text) == 1:
        card.keep(FieldName.SEX, probed.text, probed.confidence)


def _take_sex_row(card: _Front) -> None:
    """男 or 女 at the start of the row above the birth date, and the people after it."""
    row, birth = card.row_of("sex"), card.row_of("birth")
    if row is None or birth is None or not 0 < birth.middle - row.middle < 3.5 * birth.height:
        return
    line = next(each for each in card.lines if _box(each) == row)
    sex = _SEX.search(line.plain)
    if sex:
        worth = min(UNLABELLED, line.confidence)
        card.keep(FieldName.SEX, sex[0], worth)
        named = ethnic_groups.nearest(re.sub(r"^民?.?族|^民", "", line.plain[sex.end() :]))
        if named and "group" not in card.spots:
            card.keep(FieldName.ETHNIC_GROUP, named[0], worth)


def _take_group(card: _Front) -> None:
    """The detector misses one lone glyph beside 民族; there it is only recognised."""
    spot = card.spots.get("group")
    if spot is None:
        return
    value = value_of(spot, card.lines)
    named = ethnic_groups.nearest(value.text) if value else None
    if value and named and named[1]:
        card.keep(FieldName.ETHNIC_GROUP, named[0], value.confidence)
        return
    free = [_probed(card, spot, signs=signs) for signs in LONE_GLYPH_REACH]
    # Held to the signs of the 56 names, whatever is seen becomes one of them: only sure counts.
    held = [_probed(card, spot, signs=n, alphabet=ethnic_groups.GLYPHS) for n in LONE_GLYPH_REACH]
    sure = [one for one in held if one and one.confidence >= _SURE_OF_A_PROBE]
    exact = [one for one in (*free, *sure) if one and one.text in ethnic_groups.NAMES]
    if exact:
        best = max(exact, key=lambda one: one.confidence)
        # Other cut-outs that show another people make this one unsure.
        alone = len({one.text for one in exact}) == 1
        worth = best.confidence if alone else min(best.confidence, ethnic_groups.UNSURE)
        card.keep(FieldName.ETHNIC_GROUP, best.text, worth)
    elif value and named:
        card.keep(FieldName.ETHNIC_GROUP, named[0], min(value.confidence, ethnic_groups.UNSURE))


def _take_birth(card: _Front) -> None:
    spot = card.spots.get("birth")
    values = []
    if spot:
        values = [value_of(spot, card.lines)]
        if values[0] is None or not _BIRTH.search(values[0].text):
            values.append(_probed(card, spot, signs=12, alphabet=_DATE_SIGNS))
    else:
        values = [
            Value(text=line.plain, confidence=line.confidence, box=_box(line))
            for line in card.lines
        ]
    for value in values:
        found = _BIRTH.search(value.text) if value else None
        if value and found:
            card.keep(FieldName.BIRTH, _iso(found), value.confidence)


def _take_address(card: _Front) -> None:
    """From the label to the row of the number; addresses take up to three rows."""
    spot = card.spots.get("address")
    first = value_of(spot, card.lines) if spot else None
    if first is None:
        birth, number = card.row_of("birth"), card.row_of("number")
        if birth and number:
            first = _unlabelled(card, top=birth.bottom, bottom=number.top)
        if first:
            card.keep(FieldName.ADDRESS, first.text.translate(_ADDRESS_SIGNS), first.confidence)
        return
    floor = card.top_of("number")
    rest = rows_below(first, card.lines, floor=floor)
    last = rest[-1] if rest else None
    text = "".join([first.text, *(line.plain for line in rest)])
    worst = min([first.confidence, *(line.confidence for line in rest)])
    pitch = _pitch(first, rest)
    probed = _probe_below(card, _box(last) if last else first.box, first.box.left, pitch)
    if probed and probed.bottom < floor:
        text, worst = text + probed.plain, min(worst, probed.confidence)
    card.keep(FieldName.ADDRESS, text.translate(_ADDRESS_SIGNS), worst)


_ADDRESS_SIGNS: Final = str.maketrans({"（": "(", "）": ")", "﹣": "-", "－": "-", "—": "-"})


def _pitch(first: Value, rest: list[TextLine]) -> float:
    """From row to row; of a single row it is guessed from the height of its signs."""
    if rest:
        return rest[0].middle - first.box.middle
    return 1.3 * first.box.height


def _probe_below(card: _Front, last: Box, left: float, pitch: float) -> TextLine | None:
    """One short last row (a lone 号 or 室) that the detector passed over."""
    height = last.height
    place = Box(
        left - 0.15 * height, last.top + pitch - 0.05 * height,
        left + 2.2 * height, last.bottom + pitch + 0.05 * height,
    )  # fmt: skip
    if any(_overlaps(place, line) for line in card.lines):
        return None
    seen = card.recognise(place)
    written = re.fullmatch(r"[\u4e00-\u9fff0-9]{1,3}", seen.plain)
    return seen if written and seen.confidence >= _SURE_OF_A_PROBE else None


def _overlaps(place: Box, line: TextLine) -> bool:
    across = min(place.right, line.right) - max(place.left, line.left)
    down = min(place.bottom, line.bottom) - max(place.top, line.top)
    return across > 0 and down > 0.35 * place.height


def _take_number(card: _Front) -> None:
    for spot in filter(None, [card.spots.get("number")]):
        value = value_of(spot, card.lines)
        found = _NUMBER.search(value.text) if value else None
        if value and found:
            card.keep(FieldName.NUMBER, found[1].upper(), value.confidence)
            return
        probed = _probed(card, spot, signs=18, alphabet=_DIGITS)
        found = _NUMBER.search(probed.text) if probed else None
        if probed and found:
            card.keep(FieldName.NUMBER, found[1], probed.confidence)
            return
    for line in card.lines:
        found = _NUMBER.search(line.plain)
        if found:
            card.keep(FieldName.NUMBER, found[1].upper(), line.confidence)


def _probed(
    card: _Front, spot: Spot, *, signs: float, alphabet: frozenset[str] | None = None
) -> Value | None:
    """Recognise, without detection, the place right of a label that has no value."""
    height = spot.box.height
    place = Box(
        spot.box.right + 0.05 * height, spot.box.top - 0.2 * height,
        spot.box.right + (signs + 1) * 1.25 * height, spot.box.bottom + 0.2 * height,
    )  # fmt: skip
    seen = card.recognise(place, alphabet=alphabet)
    if not seen.plain:
        return None
    return Value(text=seen.plain, confidence=seen.confidence, box=place)


def _box(line: TextLine) -> Box:
    return Box(line.left, line.top, line.right, line.bottom)
