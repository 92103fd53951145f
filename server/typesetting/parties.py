"""The people and the office as they are printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Bilingual:
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPerson:
    name: str
    sex: str
    born: date | None
    id_kind: str
    id_number: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedOffice:
    name: Bilingual
    full_name: str
    """As on certificates: 中华人民共和国 + province + name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedForm:
    """Number and version of the form, so that a record names the text it showed."""

    number: str
    version: str
