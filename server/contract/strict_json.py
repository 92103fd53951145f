"""JSON as RFC 8259 and RFC 7493 mean it; everything doubtful is refused.

Two parsers that disagree about one body are a hole, so what they disagree
about does not get in: duplicate names, NaN, lone surrogates, huge numbers.
"""

from __future__ import annotations

import json
import math
from typing import Any, Final, NoReturn

from server.problems.refusals import BodyMalformed

MAX_DEPTH: Final = 32
# RFC 7493 2.2: beyond it, other readers see another number.
MAX_WHOLE: Final = 2**53 - 1


def parse(raw: bytes) -> object:
    """Return the value, or raise `BodyMalformed` with a code."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BodyMalformed("not_utf8") from None
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_whole,
            parse_float=_number,
        )
    except RecursionError:
        raise BodyMalformed("too_deep") from None
    except ValueError:
        raise BodyMalformed("not_json") from None
    _check(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise BodyMalformed("duplicate_name")
    return value


def _constant(_: str) -> NoReturn:
    raise BodyMalformed("not_a_number")


def _whole(literal: str) -> int:
    # Length first: a long run of digits costs quadratic time to convert.
    if len(literal) > len(str(-MAX_WHOLE)):
        raise BodyMalformed("number_too_large")
    value = int(literal)
    if not -MAX_WHOLE <= value <= MAX_WHOLE:
        raise BodyMalformed("number_too_large")
    return value


def _number(literal: str) -> float | int:
    value = float(literal)
    if not math.isfinite(value):
        raise BodyMalformed("number_too_large")
    # 1.0 is a whole number to JSON Schema, so it is one to the handlers too.
    if value.is_integer():
        if not abs(value) <= MAX_WHOLE:
            raise BodyMalformed("number_too_large")
        return int(value)
    return value


def _check(value: object) -> None:
    """Walk without recursion: depth, NUL and lone surrogates."""
    waiting: list[tuple[object, int]] = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise BodyMalformed("too_deep")
        if isinstance(each, str):
            _check_text(each)
        elif isinstance(each, list):
            waiting.extend((item, depth + 1) for item in each)
        elif isinstance(each, dict):
            for name in each:
                _check_text(name)
            waiting.extend((item, depth + 1) for item in each.values())


def _check_text(text: str) -> None:
    if "\0" in text:
        raise BodyMalformed("nul")
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise BodyMalformed("lone_surrogate")
