"""All pairs of references and probes at once, as matrices; and which pairs are whose. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from identity.evaluation.rates import Scores
from identity.faces.templates import template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from identity.evaluation.embedding import Embedded
    from identity.faces.fusion import Fusion
    from identity.pixels import Vector

DRAWS: Final = 10
"""Templates per person and size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One photograph, or several made into a template, of one person."""

    person: str
    group: str
    made_of: frozenset[str]
    """Names of its photographs: none of them is compared with it."""
    first: Vector
    second: Vector
    year: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """Scores of all pairs that are pairs, in one order throughout."""

    first: NDArray[np.float64]
    second: NDArray[np.float64]
    fused: NDArray[np.float64]
    genuine: NDArray[np.bool_]
    group: NDArray[np.str_]
    """Of a pair within one group its name, else empty."""
    years_apart: NDArray[np.float64]
    """NaN where a year is not known."""

    def scores(self) -> dict[str, Scores]:
        """By engine, ordered."""
        engines = {"sface": self.first, "dlib": self.second, "fused": self.fused}
        return {
            name: Scores(values[self.genuine], values[~self.genuine]).ordered()
            for name, values in engines.items()
        }

    def only(self, wanted: NDArray[np.bool_]) -> Comparisons:
        return Comparisons(
            first=self.first[wanted],
            second=self.second[wanted],
            fused=self.fused[wanted],
            genuine=self.genuine[wanted],
            group=self.group[wanted],
            years_apart=self.years_apart[wanted],
        )


def as_probe(face: Embedded) -> Probe:
    photograph = face.photograph
    return Probe(
        person=photograph.person,
        group=photograph.group,
        made_of=frozenset({photograph.name}),
        first=face.first,
        second=face.second,
        year=photograph.year,
    )


def templates_of(faces: Sequence[Embedded], size: int, *, seed: int) -> list[Probe]:
    """`DRAWS` templates of ``size`` photographs per person who has one more than that.

    As in a check, the second engine sees only the frame that looks straightest.
    """
    draw = np.random.default_rng(seed)
    by_person: dict[str, list[Embedded]] = {}
    for face in faces:
        by_person.setdefault(face.photograph.person, []).append(face)
    made = []
    for person, own in by_person.items():
        if len(own) <= size:
            continue
        for _ in range(DRAWS):
            frames = [own[i] for i in draw.choice(len(own), size, replace=False)]
            straightest = min(frames, key=lambda frame: frame.quality.turn)
            made.append(
                Probe(
                    person=person,
                    group=own[0].photograph.group,
                    made_of=frozenset(frame.photograph.name for frame in frames),
                    first=template([frame.first for frame in frames]),
                    second=straightest.second,
                    year=None,
                )
            )
    return made


def compare(references: Sequence[Probe], probes: Sequence[Probe], fusion: Fusion) -> Comparisons:
    """Every reference with every probe; where both are one list, each pair once."""
    first = _stack(references, "first") @ _stack(probes, "first").T
    second = 1 - _distances(_stack(references, "second"), _stack(probes, "second"))
    kept = _pairs(references, probes)
    people, others = _words(references, "person"), _words(probes, "person")
    groups, other_groups = _words(references, "group"), _words(probes, "group")
    within = np.where(groups[:, None] == other_groups[None], groups[:, None], "")
    years, other_years = _years(references), _years(probes)
    first_kept, second_kept = first[kept], second[kept]
    return Comparisons(
        first=first_kept,
        second=second_kept,
        fused=first_kept + fusion.worth * (second_kept - fusion.mean) / fusion.deviation,
        genuine=(people[:, None] == others[None])[kept],
        group=within[kept],
        years_apart=np.abs(years[:, None] - other_years[None])[kept],
    )


def _pairs(references: Sequence[Probe], probes: Sequence[Probe]) -> NDArray[np.bool_]:
    if references is probes:
        return np.triu(np.ones((len(references), len(references)), bool), 1)
    kept = np.ones((len(references), len(probes)), bool)
    by_name: dict[str, list[int]] = {}
    for column, probe in enumerate(probes):
        for name in probe.made_of:
            by_name.setdefault(name, []).append(column)
    for row, reference in enumerate(references):
        for name in reference.made_of:
            kept[row, by_name.get(name, [])] = False
    return kept


def _stack(probes: Sequence[Probe], engine: str) -> NDArray[np.float64]:
    return np.stack([getattr(probe, engine) for probe in probes]).astype(np.float64)


def _distances(rows: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[np.float64]:
    squared = (rows**2).sum(axis=1)[:, None] + (columns**2).sum(axis=1)[None] - 2 * rows @ columns.T
    return np.asarray(np.sqrt(np.maximum(squared, 0)), np.float64)


def _words(probes: Sequence[Probe], name: str) -> NDArray[np.str_]:
    return np.array([getattr(probe, name) for probe in probes], np.str_)


def _years(probes: Sequence[Probe]) -> NDArray[np.float64]:
    return np.array([np.nan if probe.year is None else probe.year for probe in probes], np.float64)
