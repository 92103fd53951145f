"""RFC 8785: the one way to write a JSON value, so that its digest means something.

Strings and numbers are written as ECMAScript does, names stand in the order of
their UTF-16 code units. What has no such form (NaN, an integer that a double
cannot hold, a lone surrogate) is refused and never rounded.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

LARGEST_INTEGER: Final = 2**53 - 1
"""RFC 7493 2.2: beyond it, two readers may see two numbers."""

_MOST_DIGITS: Final = 21
_MOST_ZEROS: Final = 6
"""Before ECMAScript writes an exponent (ECMA-262, Number::toString)."""


class NotCanonical(ValueError):
    """The value has no canonical form."""


def canonical_json(value: object) -> bytes:
    """Return ``value`` in UTF-8, or raise `NotCanonical`."""
    try:
        return _text(value).encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("a lone surrogate is no text") from error


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        # Python escapes exactly what RFC 8785 3.2.2.2 does, and in the same way.
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        names = sorted(value, key=_utf16)
        return f"{{{','.join(f'{_text(name)}:{_text(value[name])}' for name in names)}}}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return f"[{','.join(map(_text, value))}]"
    raise NotCanonical("only JSON values have a canonical form")


def _utf16(name: object) -> bytes:
    if not isinstance(name, str):
        raise NotCanonical("names are text")
    return name.encode("utf-16-be", "surrogatepass")


def _integer(value: int) -> str:
    if not abs(value) <= LARGEST_INTEGER:
        raise NotCanonical("the integer is larger than a double can hold")
    return str(int(value))


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise NotCanonical("not a number, or without an end")
    if value == 0:
        return "0"
    # Both languages write the shortest digits that are read back as this double.
    _, found, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits, sign = "".join(map(str, found)), "-" if value < 0 else ""
    point = len(digits) + int(exponent)
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    """Return ``digits`` with the decimal point before the digit number ``point``."""
    if len(digits) <= point <= _MOST_DIGITS:
        return digits.ljust(point, "0")
    if 0 < point <= _MOST_DIGITS:
        return f"{digits[:point]}.{digits[point:]}"
    if -_MOST_ZEROS < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if digits[1:] else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"
