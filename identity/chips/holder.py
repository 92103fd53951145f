"""DG1: the machine-readable zone as the state signed it (ICAO 9303-10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.chips.files import GROUP_TAGS
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.tlv import read_only
from identity.documents import mrz
from identity.documents.mrz import Mrz, MrzInvalid

if TYPE_CHECKING:
    from datetime import date

_ZONE: Final = 0x5F1F
_LINES: Final = {90: 3, 72: 2, 88: 2}
"""Lines by length in characters: TD1, TD2, TD3."""


def read_holder(content: bytes, *, today: date) -> Mrz:
    """Return what DG1 says of the holder; raises `ChipRefused` (never with what was written)."""
    group = read_only(content, GROUP_TAGS[ChipFile.DG1], place=ChipFile.DG1)
    zone = read_only(group.value, _ZONE, place=ChipFile.DG1).value
    count = _LINES.get(len(zone), 0)
    try:
        text = zone.decode("ascii")
        width = len(text) // count
        lines = [text[start : start + width] for start in range(0, len(text), width)]
        return mrz.parse(lines, today=today)
    except (MrzInvalid, UnicodeDecodeError, ZeroDivisionError) as error:
        raise ChipRefused(ChipFault.MRZ_INVALID, ChipFile.DG1) from error
