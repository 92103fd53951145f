"""Error rates of both face engines on a folder of ``person/*.jpg``, at the deployed thresholds.

    python -m tests.benchmarks.identity_faces [FOLDER]

Writes build/bench/identity_faces.json and .png beside the printed table. Runs the engines
in this process, on trusted files; the product never does.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

from identity.faces.dlib_opinion import DlibOpinion
from identity.faces.finding import FaceFinder
from identity.faces.sface import SFace
from identity.images.decoding import decode_upright
from identity.policy import (
    DLIB_DISAGREES,
    SFACE_MATCH,
    SFACE_NO_MATCH,
    SFACE_NO_MATCH_PHOTOGRAPHED,
    TOO_ALIKE,
)
from identity.specimens.drawing import card_front
from identity.specimens.people import OU_YANGMING
from identity.specimens.photographing import Shot, phone_photo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from identity.faces.face import Face, FaceEngine
    from identity.pixels import Pixels, Vector

mpl.use("Agg")
ROOT: Final = Path(__file__).parents[2]
SHARED: Final = Path(os.environ.get("FEIGUI_SHARED", ROOT.parent / "shared"))
OUT: Final = ROOT / "build" / "bench"
CAVEAT: Final = (
    "What this does not show: these are 10 Western men, photographed by the press. Any engine "
    "looks good on them. Nothing here speaks of women, of East Asian faces, of age, of telephones' "
    "front cameras, or of masks and screens. With so few impostor pairs an error rate below "
    "1 in 1,000 cannot be told from none (rule of three)."
)


@dataclass(frozen=True, slots=True)
class Sample:
    person: str
    photograph: str
    """Two samples of one photograph (itself, and a card made from it) are no pair."""
    vectors: dict[str, Vector]


@dataclass(frozen=True, slots=True)
class Scores:
    genuine: list[float]
    impostor: list[float]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "data" / "faces"
    if not folder.is_dir():
        raise SystemExit(f"{folder} is absent: give a folder of person/*.jpg")
    engines: list[FaceEngine] = [SFace(), DlibOpinion()]
    finder = FaceFinder()
    photos, missed, timing = _samples(folder, finder, engines)
    cards = _cards(folder, finder, engines)
    report: dict[str, object] = {
        "folder": folder.name,
        "photographs": len(photos),
        "people": len({sample.person for sample in photos}),
        "faces_not_found": missed,
        "milliseconds": timing,
        "caveat": CAVEAT,
    }
    _say(f"{len(photos)} photographs of {report['people']} people, {missed} without a face")
    plots: list[tuple[str, Scores]] = []
    kinds = (("photo against photo", photos, photos), ("card against photo", cards, photos))
    for kind, one, other in kinds:
        for engine in engines:
            scores = _scores(engine, one, other)
            report[f"{engine.name}, {kind}"] = _rates(engine.name, kind, scores)
            plots.append((f"{engine.name}, {kind}", scores))
    _say(f"\nmilliseconds per picture: {timing}")
    _say(CAVEAT)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "identity_faces.json").write_text(json.dumps(report, indent=2, ensure_ascii=False))
    _plot(plots)


def _samples(
    folder: Path, finder: FaceFinder, engines: Sequence[FaceEngine]
) -> tuple[list[Sample], int, dict[str, float]]:
    samples, missed = [], 0
    spent = dict.fromkeys(["find", *(engine.name for engine in engines)], 0.0)
    for path in sorted(folder.glob("*/*.jpg")):
        picture = decode_upright(path.read_bytes(), orientation=1, longest=2000)
        started = time.perf_counter()
        faces = finder.faces(picture)
        spent["find"] += time.perf_counter() - started
        if not faces:
            missed += 1
            continue
        samples.append(
            Sample(path.parent.name, path.name, _vectors(picture, faces[0], engines, spent))
        )
    count = max(1, len(samples))
    return samples, missed, {name: round(1000 * s / count, 1) for name, s in spent.items()}


def _vectors(
    picture: Pixels, face: Face, engines: Sequence[FaceEngine], spent: dict[str, float]
) -> dict[str, Vector]:
    vectors = {}
    for engine in engines:
        started = time.perf_counter()
        vectors[engine.name] = engine.vector(picture, face)
        spent[engine.name] += time.perf_counter() - started
    return vectors


def _cards(folder: Path, finder: FaceFinder, engines: Sequence[FaceEngine]) -> list[Sample]:
    """The first photograph of each person, printed on a specimen and photographed again."""
    samples = []
    for person in sorted(path for path in folder.iterdir() if path.is_dir()):
        first = min(person.glob("*.jpg"))
        photo = phone_photo(card_front(OU_YANGMING, first.read_bytes()), Shot())
        picture = decode_upright(photo, orientation=1, longest=2000)
        faces = finder.faces(picture)
        if faces:
            nothing = dict.fromkeys((engine.name for engine in engines), 0.0)
            samples.append(
                Sample(person.name, first.name, _vectors(picture, faces[0], engines, nothing))
            )
    return samples


def _scores(engine: FaceEngine, one: list[Sample], other: list[Sample]) -> Scores:
    scores = Scores([], [])
    pairs = combinations(one, 2) if one is other else ((a, b) for a in one for b in other)
    for a, b in pairs:
        if a.photograph == b.photograph:
            continue
        score = engine.likeness(a.vectors[engine.name], b.vectors[engine.name])
        (scores.genuine if a.person == b.person else scores.impostor).append(score)
    return scores


def _rates(name: str, kind: str, scores: Scores) -> dict[str, object]:
    genuine, impostor = np.array(scores.genuine), np.array(scores.impostor)
    limits = (
        (SFACE_NO_MATCH_PHOTOGRAPHED, SFACE_NO_MATCH, 0.526, SFACE_MATCH, TOO_ALIKE)
        if name.startswith("sface")
        else (DLIB_DISAGREES, 0.5, 0.6)
    )
    rows = [
        {
            "threshold": limit,
            "accepted_impostors": int((impostor >= limit).sum()),
            "missed_genuine": int((genuine < limit).sum()),
        }
        for limit in limits
    ]
    _say(f"\n{name}, {kind}: {len(genuine)} genuine, {len(impostor)} impostor pairs")
    _say(f"{'threshold':>10} {'FMR %':>8} {'FNMR %':>8}")
    for row in rows:
        accepted, missed = float(row["accepted_impostors"]), float(row["missed_genuine"])
        _say(
            f"{row['threshold']:>10} {100 * accepted / len(impostor):>8.2f}"
            f" {100 * missed / len(genuine):>8.2f}"
        )
    extremes = {
        "genuine": [round(float(v), 3) for v in np.percentile(genuine, [0, 5, 50, 95, 100])],
        "impostor": [round(float(v), 3) for v in np.percentile(impostor, [0, 5, 50, 95, 100])],
    }
    _say(f"  least, 5 %, median, 95 %, most: {extremes}")
    return {"genuine_pairs": len(genuine), "impostor_pairs": len(impostor), "rates": rows,
            "percentiles": extremes}  # fmt: skip


def _plot(plots: list[tuple[str, Scores]]) -> None:
    figure, axes = plt.subplots(len(plots), 1, figsize=(8, 2.4 * len(plots)))
    for axis, (title, scores) in zip(axes, plots, strict=True):
        bins = [-0.3 + 0.02 * i for i in range(66)]
        axis.hist(scores.impostor, bins, density=True, alpha=0.6, label="impostor")
        axis.hist(scores.genuine, bins, density=True, alpha=0.6, label="genuine")
        limits = (SFACE_NO_MATCH, SFACE_MATCH) if title.startswith("sface") else (DLIB_DISAGREES,)
        for limit in limits:
            axis.axvline(limit, color="black", linewidth=0.8)
        axis.set_title(title, fontsize=9)
        axis.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(OUT / "identity_faces.png", dpi=110)


if __name__ == "__main__":
    main()
