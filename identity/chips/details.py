"""DG11 and DG12: what a state may add about the holder and the document (ICAO 9303-10).

Signed as everything else, but free in form: what cannot be read is left out and refuses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from identity.chips.files import GROUP_TAGS
from identity.chips.refusal import ChipFile
from identity.chips.tlv import read_all, read_only

if TYPE_CHECKING:
    from identity.chips.files import ChipFiles

_NAME, _PERSONAL_NUMBER, _AUTHORITY, _ISSUED = 0x5F0E, 0x5F10, 0x5F19, 0x5F26
_LONGEST: Final = 200
"""Bytes of one value; chosen."""
_WRITTEN, _PACKED = 8, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipDetails:
    name: str | None = field(default=None, repr=False)
    """In full and in the state's own script, where DG1 has room for neither."""
    personal_number: str | None = field(default=None, repr=False)
    authority: str | None = None
    issued: date | None = field(default=None, repr=False)


def read_details(files: ChipFiles) -> ChipDetails:
    """Return what DG11 and DG12 say, of those that were sent; raises `ChipRefused` (`tlv`)."""
    person = _values(files, ChipFile.DG11)
    document = _values(files, ChipFile.DG12)
    return ChipDetails(
        name=_text(person.get(_NAME)),
        personal_number=_text(person.get(_PERSONAL_NUMBER)),
        authority=_text(document.get(_AUTHORITY)),
        issued=_day(document.get(_ISSUED)),
    )


def _values(files: ChipFiles, file: ChipFile) -> dict[int, bytes]:
    if file not in files:
        return {}
    group = read_only(files[file], GROUP_TAGS[file], place=file)
    return {each.tag: each.value for each in read_all(group.value, place=file)}


def _text(value: bytes | None) -> str | None:
    if value is None or not 0 < len(value) <= _LONGEST:
        return None
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return None
    plain = " ".join(text.replace("<", " ").split())
    return plain if plain.isprintable() and plain else None


def _day(value: bytes | None) -> date | None:
    """Eight digits, or as older chips have it, four bytes of two digits each."""
    digits = value.hex() if value is not None and len(value) == _PACKED else None
    if value is not None and len(value) == _WRITTEN:
        digits = value.decode("ascii", "replace")
    try:
        return datetime.strptime(digits or "", "%Y%m%d").date()  # noqa: DTZ007 - a day
    except ValueError:
        return None
