"""What is seen where somebody signed: handwriting, an office's seal, or a given page.

All of it is vector PDF without fonts; text on a seal comes typeset, as a page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pikepdf

from esign.errors import LintFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]
Stroke = tuple[Point, ...]

MOST_POINTS: Final = 20_000
"""A signature has some hundreds; more is an attack on whoever draws it."""

_SEAL_RED: Final = "0.80 0.06 0.10"
_INK: Final = "0.05 0.08 0.30"
_CIRCLE: Final = 4 / 3 * (math.sqrt(2) - 1)
"""Length of a Bézier handle that makes a quarter of a circle."""


@dataclass(frozen=True, slots=True)
class Handwriting:
    """Strokes of a finger or pen; x and y from 0 to 1, the origin at the top left."""

    strokes: tuple[Stroke, ...]

    def __post_init__(self) -> None:
        points = [p for stroke in self.strokes for p in stroke]
        if not 0 < len(points) <= MOST_POINTS:
            raise LintFailed("a handwritten signature has between 1 and 20000 points")
        if not all(0 <= x <= 1 and 0 <= y <= 1 for x, y in points):
            raise LintFailed("the points of a handwritten signature lie between 0 and 1")


@dataclass(frozen=True, slots=True)
class RoundSeal:
    """A red ring with a star, for offices that give no picture of their seal."""


@dataclass(frozen=True, slots=True)
class TypesetPage:
    """The first page of a PDF, a seal made by the typesetter for example."""

    pdf: bytes


Drawing = Handwriting | RoundSeal | TypesetPage


def appearance(
    pdf: pikepdf.Pdf, drawing: Drawing, *, width: float, height: float
) -> pikepdf.Object:
    """Return ``drawing`` as a form object of ``pdf``, to fit a field of this size."""
    if isinstance(drawing, TypesetPage):
        return _page(pdf, drawing)
    content = path_content(drawing, width=width, height=height)
    form = pikepdf.Stream(pdf, content)
    form.update(_form_entries(width, height))
    return pdf.make_indirect(form)


def path_content(drawing: Handwriting | RoundSeal, *, width: float, height: float) -> bytes:
    """Return the drawing operators alone."""
    if isinstance(drawing, Handwriting):
        return _handwriting(drawing.strokes, width, height)
    return _round_seal(width, height)


def _form_entries(width: float, height: float) -> dict[str, pikepdf.Object]:
    return {
        "/Type": pikepdf.Name.XObject,
        "/Subtype": pikepdf.Name.Form,
        "/BBox": pikepdf.Array([0, 0, round(width, 2), round(height, 2)]),
        "/Resources": pikepdf.Dictionary(),
    }


def _page(pdf: pikepdf.Pdf, drawing: TypesetPage) -> pikepdf.Object:
    try:
        with pikepdf.open(BytesIO(drawing.pdf)) as given:
            return pdf.copy_foreign(given.pages[0].as_form_xobject())
    except (pikepdf.PdfError, pikepdf.PasswordError, IndexError) as error:
        raise LintFailed("the picture of the seal is not a PDF page") from error


def _handwriting(strokes: Sequence[Stroke], width: float, height: float) -> bytes:
    lines = [f"q {_INK} RG {max(height / 40, 0.8):.2f} w 1 J 1 j"]
    for stroke in strokes:
        placed = [(x * width, (1 - y) * height) for x, y in stroke]
        # A single touch is a dot: a line of no length with round ends.
        for index, (x, y) in enumerate(placed if placed[1:] else placed * 2):
            lines.append(f"{x:.2f} {y:.2f} {'l' if index else 'm'}")
        lines.append("S")
    return "\n".join([*lines, "Q"]).encode()


def _round_seal(width: float, height: float) -> bytes:
    x, y, radius = width / 2, height / 2, min(width, height) / 2 * 0.95
    ring = _circle(x, y, radius * 0.97)
    star = [_on_circle(x, y, radius * (0.36, 0.14)[n % 2], 90 + 36 * n) for n in range(10)]
    path = " ".join(f"{a:.2f} {b:.2f} {'l' if n else 'm'}" for n, (a, b) in enumerate(star))
    pen = f"q {_SEAL_RED} RG {_SEAL_RED} rg {radius * 0.06:.2f} w"
    return f"{pen}\n{ring} s\n{path} h f\nQ".encode()


def _on_circle(x: float, y: float, radius: float, degrees: float) -> Point:
    angle = math.radians(degrees)
    return x + radius * math.cos(angle), y + radius * math.sin(angle)


def _circle(x: float, y: float, r: float) -> str:
    k = r * _CIRCLE
    quarters = (
        (x + r, y + k, x + k, y + r, x, y + r),
        (x - k, y + r, x - r, y + k, x - r, y),
        (x - r, y - k, x - k, y - r, x, y - r),
        (x + k, y - r, x + r, y - k, x + r, y),
    )
    curves = (" ".join(f"{v:.2f}" for v in quarter) + " c" for quarter in quarters)
    return f"{x + r:.2f} {y:.2f} m " + " ".join(curves)
