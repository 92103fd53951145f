"""An evaluation as a table for people, and its DET curves as a picture (SVG, by hand). Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from identity.framing import Json

CAVEAT: Final = (
    "Intervals are 95 % after Wilson and take pairs for independent; pairs that share people",
    "are not, so the true ones are wider. (thin): fewer than 30 strangers are expected at that",
    "level. (none): fewer than one is, and the threshold is merely above all of them.",
)
MARKS: Final = {"well": "", "thinly": " (thin)", "not": " (none)"}
COLOURS: Final = {"sface": "#1f77b4", "dlib": "#ff7f0e", "fused": "#2ca02c"}
WIDTH, HEIGHT, MARGIN = 640, 480, 60
DECADES: Final = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)


def as_table(report: Mapping[str, Json]) -> str:
    """Everything that ``report`` (of `evaluate`) holds, in lines below 100 characters."""
    return "\n".join(_lines(report))


def as_svg(report: Mapping[str, Json]) -> str:
    """DET curves of the three engines on single photographs, both axes logarithmic."""
    engines = _at(report, "single", "engines")
    drawn = [*_axes()]
    for row, (name, engine) in enumerate(engines.items()):
        points = cast("list[list[float]]", _map(engine)["det"])
        path = " ".join(f"{_x(fmr):.1f},{_y(fnmr):.1f}" for fmr, fnmr in points)
        colour = COLOURS[name]
        drawn += [
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
            f'<text x="{WIDTH - 130}" y="{MARGIN + 18 * row}" fill="{colour}">{name}</text>',
        ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
    style = 'font-family="sans-serif" font-size="12"'
    return "\n".join([f"{head} {style}>", *drawn, "</svg>", ""])


def _lines(report: Mapping[str, Json]) -> Iterator[str]:
    photos = _at(report, "photographs")
    counts = f"{photos['compared']} of {photos['given']} photographs of {photos['people']} people"
    yield f"{report['folder']}: {counts}"
    yield f"  policy: {report['policy']}"
    for name in ("unreadable", "faceless"):
        files = cast("list[str]", photos[name])
        if files:
            yield f"  {name}: {len(files)}: {', '.join(files[:10])}{' ...' * (len(files) > 10)}"  # noqa: PLR2004 - enough to find them
    yield f"  showing several faces: {photos['several_faces']}; the largest was taken"
    sent_back = ", ".join(
        f"{code} {n}" for code, n in _at(photos, "would_be_sent_back_as_live").items()
    )
    yield f"  that the gates for live frames would send back: {sent_back or 'none'}"
    yield from _split("single photograph against photograph", _at(report, "single"))
    for size, split in _at(report, "templates").items():
        yield from _split(f"template of {size} photographs against one", _map(split))
        ratio = _map(split)["misses_of_single"]
        yield f"    misses, of those of single photographs: {_percent(ratio, 0)} %"
    for quality, split in _at(report, "references").items():
        if "left_out" in _map(split):
            yield f"\n{quality}: left out: {_map(split)['left_out']}"
        else:
            yield from _split(f"reference as {quality} against photograph", _map(split))
    for title in ("groups", "years_apart"):
        for name, rates in _at(report, title).items():
            yield f"\n{title.replace('_', ' ')}: {name}"
            yield from _deployed(_map(rates))
    yield ""
    yield from CAVEAT


def _split(title: str, split: Mapping[str, Json]) -> Iterator[str]:
    yield f"\n{title}: {split['genuine_pairs']} genuine, {split['impostor_pairs']} impostor pairs"
    yield f"  {'engine':8}{'EER %':>8}  " + "".join(
        f"{f'FNMR % at FMR {level:g}':>30}" for level in (1e-2, 1e-3, 1e-4)
    )
    for name, engine in _at(split, "engines").items():
        points = cast("list[dict[str, Json]]", _map(engine)["points"])
        cells = "".join(f"{_point(point):>30}" for point in points)
        yield f"  {name:8}{_percent(_map(engine)['eer']):>8}  {cells}"
    good = "yes" if split["fused_at_least_as_good"] else "NO"
    yield f"  fused at least as good as each alone at every point: {good}"
    yield from _deployed(_at(split, "deployed"))


def _deployed(rates: Mapping[str, Json]) -> Iterator[str]:
    limits = _at(rates, "thresholds")
    yield "  deployed: " + ", ".join(f"{name} {value:.3g}" for name, value in limits.items())
    for name, share in rates.items():
        if name != "thresholds":
            yield f"    {name.replace('_', ' '):28}{_share(_map(share))}"


def _point(point: Mapping[str, Json]) -> str:
    fnmr = _map(point["fnmr"])
    low, high = cast("list[float]", fnmr["interval_95"])
    mark = MARKS[str(point["supported"])]
    return f"{_percent(fnmr['rate'])} [{_percent(low)}, {_percent(high)}]{mark}"


def _share(share: Mapping[str, Json]) -> str:
    low, high = cast("list[float]", share["interval_95"])
    count = f"{share['count']} of {share['of']}"
    return f"{_percent(share['rate'], 3):>8} % [{_percent(low, 3)}, {_percent(high, 3)}], {count}"


def _percent(value: Json, digits: int = 2) -> str:
    return "-" if value is None else f"{100 * cast('float', value):.{digits}f}"


def _axes() -> Iterator[str]:
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    for rate in DECADES:
        x, y = _x(rate), _y(rate)
        yield f'<path d="M{x:.1f} {_y(1):.1f}V{_y(DECADES[0]):.1f}" stroke="#ddd"/>'
        yield f'<path d="M{_x(DECADES[0]):.1f} {y:.1f}H{_x(1):.1f}" stroke="#ddd"/>'
        yield f'<text x="{x:.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{rate:g}</text>'
        yield f'<text x="{MARGIN - 8}" y="{y + 4:.1f}" text-anchor="end">{rate:g}</text>'
    yield f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">strangers accepted</text>'
    yield '<text x="12" y="20">right people missed</text>'


def _x(rate: float) -> float:
    return MARGIN + (WIDTH - 2 * MARGIN) * _place(rate)


def _y(rate: float) -> float:
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * _place(rate)


def _place(rate: float) -> float:
    """0 at the least decade, where no error at all is drawn too, and 1 at 1."""
    least = math.log10(DECADES[0])
    return 1 - math.log10(max(rate, DECADES[0])) / least


def _at(report: Mapping[str, Json], *names: str) -> dict[str, Json]:
    for name in names:
        report = _map(report[name])
    return dict(report)


def _map(value: Json) -> dict[str, Json]:
    return cast("dict[str, Json]", value)
