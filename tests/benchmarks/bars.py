"""One picture for every benchmark that compares: grouped bars, on a scale that says ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt  # the backend is chosen first

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def draw_bars(
    groups: Mapping[str, Mapping[str, float]],
    *,
    title: str,
    unit: str,
    into: Path,
    scale: str = "log",
) -> None:
    """Draw group -> (name -> value) as a PNG at ``into``."""
    names = list(next(iter(groups.values())))
    figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
    width = 0.8 / len(names)
    for number, name in enumerate(names):
        places = [at + number * width for at in range(len(groups))]
        drawn = axes.bar(places, [group[name] for group in groups.values()], width, label=name)
        axes.bar_label(drawn, fmt="%.3g", fontsize=8)
    axes.set_xticks([at + 0.4 - width / 2 for at in range(len(groups))], list(groups))
    axes.set_ylabel(unit)
    axes.set_yscale(scale)
    axes.set_title(title)
    axes.legend()
    figure.savefig(into, dpi=110)
    plt.close(figure)
