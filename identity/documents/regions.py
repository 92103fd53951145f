"""GB/T 2260: which region the first six digits of a resident number name.

The list ends in April 2019 and keeps the codes that were abolished, since a number keeps the
code of the day it was given. A code that is not in it is a hint, never proof: newer districts
exist. A first pair that is no province is proof (`gb11643.PROVINCES`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

_LIST: Final = Path(__file__).parent / "data" / "regions.txt"
_COUNTY_MARKS: Final = ("市辖区", "县", "市", "省直辖县级行政单位", "省直辖县级行政区划")
"""Names that group what lies below them; they stand in no address."""


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for line in _LIST.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            head, *parts = line.split(" ")
            names |= {head + part[:2]: part[2:] for part in parts}
    return names


def name_of(code: str) -> str | None:
    """The latest name of a six-digit code, or ``None`` where no revision has it."""
    return _names().get(code)


def chain_of(code: str) -> tuple[str, ...]:
    """Names from the province down to ``code`` itself; what no revision has is left out."""
    found = (name_of(code[:digits].ljust(6, "0")) for digits in (2, 4, 6))
    chain = dict.fromkeys(name for name in found if name and name not in _COUNTY_MARKS)
    return tuple(chain)


def province_of(text: str) -> str | None:
    """The two digits of the province whose name ``text`` begins with, whole or short (云南…)."""
    for code, name in _names().items():
        if code.endswith("0000") and text.startswith(name[:2]):
            return code[:2]
    return None
