"""How often each field is read exactly, on documents whose truth is known. Also on yours.

A folder holds pictures and `truth.json`: for each file name the side (a `DocumentSide`) and the
fields as they are printed, dates as 2026-01-31, e.g.

    {"0001.jpg": {"side": "id_card_front", "name": "欧阳明", "birth": "1971-08-04"}}
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.documents.fields import ABOUT_THE_READING, DocumentSide, FieldName
from identity.documents.read_images import MEDIA_TYPES, DocumentKind
from identity.images.refusal import FileRefused
from identity.policy import READING
from identity.unavailable import CheckUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from identity.documents.fields import SideReading
    from identity.documents.read_images import DocumentReader
    from identity.framing import Json

CONFIDENCE_95: Final = 1.959964
"""Standard deviations of the normal distribution that hold 95 %."""
TRUTH: Final = "truth.json"


class TruthMalformed(ValueError):
    """The folder's truth is no JSON of the form that the module's docstring shows."""


@dataclass(slots=True)
class FieldTally:
    """Counts of one field."""

    of: int = 0
    right: int = 0
    sure_and_wrong: int = 0
    """Wrong, with a confidence from which nobody would be asked (`READING.readable`)."""

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the share that is right, 95 %."""
        return wilson(self.right, self.of)

    def as_record(self) -> dict[str, Json]:
        low, high = self.interval
        return {
            "of": self.of,
            "right": self.right,
            "share": round(self.right / self.of, 4) if self.of else None,
            "low": round(low, 4),
            "high": round(high, 4),
            "sure_and_wrong": self.sure_and_wrong,
        }


class Tally:
    """All fields of all pictures of one kind."""

    def __init__(self) -> None:
        self.fields: dict[FieldName, FieldTally] = {}
        self.sides = 0

    def add(self, truth: Mapping[FieldName, str], reading: SideReading | None) -> list[FieldName]:
        """Count one picture; ``None`` was refused or unavailable. Returns what was wrong."""
        self.sides += 1
        wrong = []
        for name, text in truth.items():
            tally = self.fields.setdefault(name, FieldTally())
            field = reading.fields.get(name) if reading else None
            tally.of += 1
            if field is not None and field.text == text:
                tally.right += 1
                continue
            wrong.append(name)
            tally.sure_and_wrong += field is not None and field.confidence >= READING.readable
        return wrong

    def as_record(self) -> dict[str, Json]:
        return {
            name.value: self.fields[name].as_record() for name in FieldName if name in self.fields
        }


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share (E. B. Wilson, JASA 1927); 0 to 1 of nothing."""
    if of == 0:
        return 0.0, 1.0
    z, share = CONFIDENCE_95, right / of
    middle = share + z * z / (2 * of)
    reach = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def evaluate_documents(folder: Path, *, reader: DocumentReader) -> dict[str, Json]:
    """Field accuracy by side and of all; raises `TruthMalformed`, or `OSError`."""
    tallies: dict[DocumentSide, Tally] = {}
    mistakes: list[Json] = []
    for file, (side, truth) in truth_of(folder).items():
        path = folder / file
        claimed = MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
        reading: SideReading | None = None
        try:
            reading = reader.read(path.read_bytes(), claimed=claimed, kind=DocumentKind.AUTO)
        except (FileRefused, CheckUnavailable):
            reading = None
        wrong = tallies.setdefault(side, Tally()).add(truth, reading)
        mistakes += [{"file": file, "field": name.value} for name in wrong]
    by_side: dict[str, Json] = {side.value: tally.as_record() for side, tally in tallies.items()}
    return {"sides": by_side, "mistakes": mistakes}


def truth_of(folder: Path) -> dict[str, tuple[DocumentSide, dict[FieldName, str]]]:
    """By file name, none of which may lie outside the folder; raises `TruthMalformed`."""
    try:
        said = json.loads((folder / TRUTH).read_text(encoding="utf-8"))
        return {
            _inside(folder, str(file)): (
                DocumentSide(entry["side"]),
                {
                    FieldName(name): str(text)
                    for name, text in entry.items()
                    if name not in ABOUT_THE_READING
                },
            )
            for file, entry in said.items()
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TruthMalformed(f"{TRUTH} is not of the form that is documented") from error


def _inside(folder: Path, file: str) -> str:
    if (folder / file).resolve().parent != folder.resolve():
        raise TruthMalformed("a picture lies outside the folder")
    return file
