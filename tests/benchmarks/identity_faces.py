"""Error rates of both engines and their fusion on a folder of faces, and what a check costs.

    python -m tests.benchmarks.identity_faces [FOLDER]

The rates are those of ``identity.evaluation``; the cost is CPU time against stock
``face_recognition`` on the same two public photographs in the same run. Writes
build/bench/identity_faces.json, .png (DET curves) and identity_faces_cost.png.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt  # the backend is chosen first

from identity.evaluation.evaluating import evaluate
from identity.evaluation.reporting import as_table
from identity.policy import before_a_ceremony_2026
from tests.benchmarks.bars import draw_bars
from tests.benchmarks.identity_faces_cost import cost_of_a_check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.framing import Json

ROOT: Final = Path(__file__).parents[2]
SHARED: Final = Path(os.environ.get("FEIGUI_SHARED", ROOT.parent / "shared"))
OUT: Final = ROOT / "build" / "bench"
CAVEAT: Final = (
    "What this does not show: these are 10 Western men, photographed by the press. Any engine "
    "looks good on them. Nothing here speaks of women, of East Asian faces, of age, of telephones' "
    "front cameras, or of masks and screens."
)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "data" / "faces"
    OUT.mkdir(parents=True, exist_ok=True)
    cost = cost_of_a_check(ROOT / "build" / "specimens")
    _say(cost.as_table())
    draw_bars(
        cost.as_bars(),
        title="CPU time: five frames against a portrait, and two photographs compared",
        unit="ms of one core",
        into=OUT / "identity_faces_cost.png",
        scale="linear",
    )
    report: dict[str, Json] = {"cost": cost.as_record()}
    if folder.is_dir():
        rates = evaluate(folder, policy=before_a_ceremony_2026(), say=_say)
        _say(as_table(rates))
        _say(CAVEAT)
        _plot(rates)
        report |= {"rates": rates, "caveat": CAVEAT}
    else:
        _say(f"{folder} is absent: give a folder of person/*.jpg to measure error rates")
    (OUT / "identity_faces.json").write_text(json.dumps(report, indent=2, ensure_ascii=False))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _plot(rates: Mapping[str, Json]) -> None:
    figure, axes = plt.subplots(figsize=(6.5, 5), layout="constrained")
    splits = {"single": rates["single"], **_map(rates["templates"]), **_map(rates["references"])}
    for title, split in splits.items():
        for name, engine in _map(_map(split)["engines"]).items():
            curve = cast("list[list[float]]", _map(engine)["det"])
            fmr, fnmr = ([max(point[i], 1e-4) for point in curve] for i in (0, 1))
            axes.plot(fmr, fnmr, label=f"{name}, {title}", linewidth=1)
    axes.set(xscale="log", yscale="log", xlabel="strangers accepted", ylabel="right people missed")
    axes.legend(fontsize=6)
    figure.savefig(OUT / "identity_faces.png", dpi=110)
    plt.close(figure)


def _map(value: Json) -> dict[str, Json]:
    return cast("dict[str, Json]", value)


if __name__ == "__main__":
    main()
