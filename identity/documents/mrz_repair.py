"""What a recogniser makes of a zone, put right where the standard leaves one possibility.

Three rules, in this order, and none of them guesses: a place that holds letters only (or digits
only) holds the look-alike that can stand there; the one long run of fillers has the length that the
fixed width leaves; and in the number and the optional part, where both can stand, a known pair is
exchanged only if the check digits then agree, and agree for no other exchange of as few signs.
An error that is no such pair can still be hidden by an exchange in one of ten cases, so who uses
the repaired text asks for the number from elsewhere (`zone`).
Pure. Positions: ICAO Doc 9303 parts 4 to 7.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Final

from identity.documents.mrz import EVERY_FORM, FILLER, LAYOUTS, MrzForm, MrzInvalid, form_of, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from identity.documents.mrz import Layout, Mrz

LETTERS_FOR_DIGITS: Final = str.maketrans("0158264", "OISBZGA")
DIGITS_FOR_LETTERS: Final = str.maketrans("OQDUILZSBGAT", "000011258647")
EXCHANGED: Final = {
    "O": "0", "0": "O", "I": "1", "1": "I", "S": "5", "5": "S", "B": "8", "8": "B", "Z": "2",
    "2": "Z", "Q": "0", "D": "0", "A": "4", "4": "A",
}  # fmt: skip
"""Pairs that look alike and that a check digit tells apart. Not G and 6, nor L and 1: their values
differ by 10 and 20, so either passes; they stay as read."""
MOST_EXCHANGES: Final = 2
"""At once, in the number and the optional part together. Chosen: three of fourteen would fit some
digit by chance."""
MOST_MISSING: Final = 3
"""Fillers, in any line of a visa; more could be the other of the two widths, which are 8 apart."""
_FILLERS_READ: Final = "KCLEXSRF"
"""Letters that a filler is taken for, seen in rendered and photographed OCR-B."""
_LONG_RUN: Final = re.compile(r"<{4,}")


def repaired(
    lines: Sequence[str], *, today: date, forms: frozenset[MrzForm] = EVERY_FORM
) -> tuple[list[str], Mrz] | None:
    """The lines as they must have stood, and what they say; ``None`` if that is not certain."""
    # A visa of 36 signs with fillers added is one of 44 in every digit: the nearer width holds.
    for form in sorted(forms, key=lambda each: (_width_missing(lines, each), each)):
        text = placed(lines, form)
        if text is None:
            continue
        if form in (MrzForm.MRV_A, MrzForm.MRV_B) and _width_missing(lines, form) > MOST_MISSING:
            continue
        unaltered = _parsed(text, form, today=today)
        if unaltered:
            return split(text, form), unaltered
        for count in range(1, MOST_EXCHANGES + 1):
            found = [
                (split(changed, form), zone)
                for changed in _exchanges(text, LAYOUTS[form], count)
                if (zone := _parsed(changed, form, today=today))
            ]
            if found:
                return found[0] if len(found) == 1 else None
    return None


def _width_missing(lines: Sequence[str], form: MrzForm) -> int:
    return max((abs(len(line) - LAYOUTS[form].width) for line in lines), default=0)


def placed(lines: Sequence[str], form: MrzForm) -> str | None:
    """All lines as one text, each sign of the kind that its place holds; ``None``: wrong form."""
    layout = LAYOUTS[form]
    if len(lines) != layout.lines:
        return None
    wide = [full_width(line, layout.width) for line in lines]
    if any(len(line) != layout.width for line in wide) or wide[0][0] not in layout.codes:
        return None
    signs = list("".join(wide))
    for part in (slice(2, 5), layout.nationality, layout.name):
        signs[part] = "".join(signs[part]).translate(LETTERS_FOR_DIGITS)
    for part in (layout.birth, layout.expires):
        with_digit = slice(part.start, part.stop + 1)
        signs[with_digit] = "".join(signs[with_digit]).translate(DIGITS_FOR_LETTERS)
    for at in _digit_places(form):
        signs[at] = signs[at].translate(DIGITS_FOR_LETTERS)
    name = _fillers_only_at_the_end("".join(signs[layout.name]))
    if name is None:
        return None
    signs[layout.name] = name
    return "".join(signs)


def full_width(line: str, width: int) -> str:
    """Give the one long run of fillers the length that the fixed width leaves for it.

    A line that is too long may only lose fillers, of its one long run.
    """
    runs = [match.span() for match in _LONG_RUN.finditer(line)]
    missing = width - len(line)
    if missing == 0 or len(runs) != 1:
        return line
    start, end = runs[0]
    if end - start + missing < 1:
        return line
    return line[:start] + FILLER * (end - start + missing) + line[end:]


def split(text: str, form: MrzForm) -> list[str]:
    width = LAYOUTS[form].width
    return [text[i : i + width] for i in range(0, len(text), width)]


def _digit_places(form: MrzForm) -> tuple[int, ...]:
    """Check digits outside the dates; at the place of a long number's stands a filler."""
    number_digit = LAYOUTS[form].number.stop
    last = {MrzForm.TD3: (87,), MrzForm.TD2: (71,), MrzForm.TD1: (59,)}.get(form, ())
    return (number_digit, *last)


def _fillers_only_at_the_end(name: str) -> str | None:
    """Names are parted by one filler, once by two, and end with fillers (9303-3, 4.6).

    So a sign behind a third filler in a row, or behind a second pair, is a filler misread; a sign
    that no filler is taken for makes the line uncertain.
    """
    primary, parted, rest = name.partition("<<")
    if not parted or not re.fullmatch(r"[A-Z<]+", name):
        return name if re.fullmatch(r"[A-Z]+(<[A-Z]+)*<?", name) else None
    if rest.startswith(FILLER):
        given, tail = "", rest
    else:
        given, pair, tail = rest.partition("<<")
        tail = pair + tail
    if tail.strip(FILLER + _FILLERS_READ):
        return None
    return (primary + "<<" + given).ljust(len(name), FILLER)


def _exchanges(text: str, layout: Layout, count: int) -> Iterator[str]:
    """Every text with ``count`` signs of a pair exchanged where letters and digits can stand."""
    mixed = [
        at
        for part in (layout.number, *layout.optional)
        for at in range(part.start, part.stop)
        if text[at] in EXCHANGED
    ]
    for places in combinations(mixed, count):
        signs = list(text)
        for at in places:
            signs[at] = EXCHANGED[signs[at]]
        yield "".join(signs)


def _parsed(text: str, form: MrzForm, *, today: date) -> Mrz | None:
    lines = split(text, form)
    try:
        if form_of(lines) is not form:
            return None
        return parse(lines, today=today, forms=frozenset({form}))
    except MrzInvalid:
        return None
