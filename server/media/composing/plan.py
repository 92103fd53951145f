"""The plan as it lies beside the files: what the process is told, and all that it is told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from server.ceremony.composite import CompositePlan

PLAN: Final = "plan.json"
MADE: Final = "composite.webm"


@dataclass(frozen=True, slots=True)
class Clip:
    file: str
    """Name in the folder: the digest of what it holds."""

    starts_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class Seen:
    label: str
    clips: tuple[Clip, ...]
    """In order; what is between them are gaps."""


@dataclass(frozen=True, slots=True)
class Told:
    at_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Order:
    began_at: datetime
    length_ms: int
    seen: tuple[Seen, ...]
    told: tuple[Told, ...]
    fonts: str


def write_order(folder: Path, plan: CompositePlan, *, fonts: Path) -> None:
    order = {
        "began_at": plan.began_at.isoformat(),
        "length_ms": plan.length_ms,
        "seen": [
            {
                "label": track.label,
                "pieces": [(each.sha256, each.starts_ms, each.ends_ms) for each in track.pieces],
            }
            for track in plan.tracks
        ],
        "told": [(each.at_ms, each.text) for each in plan.captions],
        "fonts": str(fonts),
    }
    (folder / PLAN).write_text(json.dumps(order, ensure_ascii=False), encoding="utf-8")


def read_order(folder: Path) -> Order:
    found = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    return Order(
        began_at=datetime.fromisoformat(found["began_at"]),
        length_ms=found["length_ms"],
        seen=tuple(
            Seen(
                label=each["label"],
                clips=tuple(Clip(*piece) for piece in each["pieces"]),
            )
            for each in found["seen"]
        ),
        told=tuple(Told(at_ms, text) for at_ms, text in found["told"]),
        fonts=found["fonts"],
    )
