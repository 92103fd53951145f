"""How often each quality gate speaks: on good photographs, and on the same ones spoilt.

    python -m tests.benchmarks.identity_face_gates [FOLDER]

Prints the extremes of every figure on the untouched photographs, and for each way of spoiling
them how many are caught. Writes build/bench/identity_face_gates.json and .png.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import ImageEnhance, ImageFilter

from identity.faces.comparing import Comparison
from identity.faces.quality import FaceQuality, Shortcoming
from identity.images.decoding import decode_upright
from identity.policy import LIVE_GATES
from tests.benchmarks.bars import draw_bars
from tests.unit.identity.portraits import (
    altered,
    in_sunglasses,
    masked,
    with_a_hand,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PIL import Image

    Change = Callable[[Image.Image], Image.Image]

ROOT: Final = Path(__file__).parents[2]
SHARED: Final = Path(os.environ.get("FEIGUI_SHARED", ROOT.parent / "shared"))
OUT: Final = ROOT / "build" / "bench"
GATES: Final = replace(LIVE_GATES, least_side_px=60)
"""The collection's faces are 80 to 110 px high; that gate is not what is measured here."""
PERCENTILES: Final = (0, 1, 5, 50, 95, 99, 100)
SPOILT: Final[Mapping[str, tuple[Change, Shortcoming]]] = {
    "upside down": (lambda image: image.rotate(180), Shortcoming.UPSIDE_DOWN),
    "tilted by 30 degrees": (lambda image: image.rotate(30), Shortcoming.TILTED),
    "tilted by 45 degrees": (lambda image: image.rotate(45), Shortcoming.TILTED),
    "blurred": (lambda image: image.filter(ImageFilter.GaussianBlur(4)), Shortcoming.BLURRED),
    "dark": (lambda image: ImageEnhance.Brightness(image).enhance(0.2), Shortcoming.TOO_DARK),
    "bright": (lambda image: ImageEnhance.Brightness(image).enhance(3.5), Shortcoming.TOO_BRIGHT),
    "blue mask": (masked, Shortcoming.COVERED),
    "white mask": (lambda image: masked(image, (235, 235, 235)), Shortcoming.COVERED),
    "black mask": (lambda image: masked(image, (30, 30, 30)), Shortcoming.COVERED),
    "sunglasses": (in_sunglasses, Shortcoming.COVERED),
    "hand over the mouth": (with_a_hand, Shortcoming.COVERED),
}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "data" / "faces"
    if not folder.is_dir():
        raise SystemExit(f"{folder} is absent: give a folder of person/*.jpg")
    photographs = [path.read_bytes() for path in sorted(folder.glob("*/*.jpg"))]
    engine = Comparison()
    good = [quality for quality in (_quality(engine, one) for one in photographs) if quality]
    _say(f"{len(photographs)} photographs, {len(photographs) - len(good)} without a face")
    percentiles = _percentiles(good)
    flagged = Counter(code.value for one in good for code in GATES.shortcomings(one))
    _say(f"flagged untouched: {dict(sorted(flagged.items()))}")
    caught = {name: _caught(engine, photographs, name) for name in SPOILT}
    OUT.mkdir(parents=True, exist_ok=True)
    report = {"percentiles": percentiles, "flagged_untouched": flagged, "caught": caught}
    (OUT / "identity_face_gates.json").write_text(json.dumps(report, indent=2))
    draw_bars(
        {name: {"caught": share} for name, share in caught.items()},
        title="Spoilt photographs of faces that the gates notice",
        unit="share",
        into=OUT / "identity_face_gates.png",
        scale="linear",
    )


def _percentiles(good: list[FaceQuality]) -> dict[str, list[float]]:
    _say(f"{'':16}" + "".join(f"{f'{p} %':>9}" for p in PERCENTILES))
    found = {}
    for field in fields(FaceQuality):
        values = np.percentile([getattr(one, field.name) for one in good], PERCENTILES)
        found[field.name] = [round(float(value), 3) for value in values]
        _say(f"{field.name:16}" + "".join(f"{value:9.3f}" for value in values))
    return found


def _caught(engine: Comparison, photographs: list[bytes], name: str) -> float:
    """Of those in which a face is found at all; the others are refused for that."""
    change, expected = SPOILT[name]
    found = [_quality(engine, altered(one, change)) for one in photographs]
    seen = [one for one in found if one]
    caught = [expected in GATES.shortcomings(one) for one in seen]
    any_gate = sum(bool(GATES.shortcomings(one)) for one in seen)
    faceless = len(found) - len(seen)
    _say(
        f"{name:22} caught as {expected.value:18}{sum(caught):4} of {len(seen)}; "
        f"by any gate {any_gate}; no face found in {faceless}"
    )
    return sum(caught) / max(1, len(seen))


def _quality(engine: Comparison, content: bytes) -> FaceQuality | None:
    found = engine.find(decode_upright(content, orientation=1, longest=2000))
    return found.quality if found else None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
