"""A folder of ``person/*.jpg`` as a list, with what two tables tell of groups and years."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png"})
YEAR_IN_NAME: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
NO_GROUP: Final = ""


class NothingToEvaluate(ValueError):
    """The folder holds no two people with a photograph each."""


class TableMalformed(ValueError):
    """A row of a groups or years table is not a pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    path: Path
    person: str
    group: str
    year: int | None
    """When it was taken, where a table says so, or the names of all files do."""

    @property
    def name(self) -> str:
        """``person/file``, as reports and tables name it."""
        return f"{self.person}/{self.path.name}"


def photographs_in(
    folder: Path, *, groups: Path | None = None, years: Path | None = None
) -> list[Photograph]:
    """List them by person and name.

    ``groups``: CSV of person, group; ``years``: CSV of person/file, year. A heading line is
    allowed where its second cell is ``group`` or ``year``. Raises `NothingToEvaluate`,
    `TableMalformed`, `OSError`.
    """
    group_of = _table(groups, "group") if groups else {}
    year_of = _table(years, "year") if years else {}
    paths = [
        path
        for path in sorted(folder.glob("*/*"))
        if path.suffix.lower() in SUFFIXES and path.is_file()
    ]
    # A running number may look like a year; where every name has one, they are years.
    named = all(YEAR_IN_NAME.search(path.stem) for path in paths)
    found = [
        Photograph(
            path=path,
            person=path.parent.name,
            group=group_of.get(path.parent.name, NO_GROUP),
            year=_year_told(path, year_of) or (_year_named(path) if named else None),
        )
        for path in paths
    ]
    if len({photograph.person for photograph in found}) < 2:  # noqa: PLR2004 - one has no stranger
        raise NothingToEvaluate(f"no two people in {folder.name}: it must hold person/*.jpg")
    return found


def _year_told(path: Path, year_of: Mapping[str, str]) -> int | None:
    told = year_of.get(f"{path.parent.name}/{path.name}")
    if told is None:
        return None
    try:
        return int(told)
    except ValueError as error:
        raise TableMalformed(f"{told!r} is no year") from error


def _year_named(path: Path) -> int | None:
    found = YEAR_IN_NAME.search(path.stem)
    return int(found.group(1)) if found else None


def _table(path: Path, heading: str) -> dict[str, str]:
    pairs = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            if not row:
                continue
            if len(row) != 2:  # noqa: PLR2004 - a pair
                raise TableMalformed(f"{path.name}: {len(row)} cells where 2 are due")
            key, value = (cell.strip() for cell in row)
            if value.lower() != heading:
                pairs[key] = value
    return pairs
