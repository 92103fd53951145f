"""Typst in the process: one compiler per template, kept warm, one page run at a time."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import typst

from server.typesetting.errors import FontMissing, GlyphMissing, LayoutBroken
from server.typesetting.printing_data import printable_text, printing_data

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from server.typesetting.printing_data import Paper

TEMPLATES: Final = Path(__file__).with_name("templates")
DEFAULT_FONTS: Final = Path("/usr/share/fonts/opentype/noto")
FAMILIES: Final = frozenset({"Noto Serif CJK SC", "Noto Sans CJK SC"})
"""Libertinus Serif, for letters that Noto CJK lacks, comes with the compiler."""

# Archive form: fonts inside, no outside references, no encryption (ISO 19005-2).
ARCHIVE_STANDARD: Final = "a-2b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """An empty box on a page, in PDF coordinates: points from the lower left corner."""

    page: int
    """From 1."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeset:
    pdf: bytes
    anchors: Mapping[str, Anchor]


class Typesetter:
    """Prints papers with the fonts of one folder; the system's fonts are never used."""

    def __init__(self, *, fonts: Path = DEFAULT_FONTS) -> None:
        self._fonts = _loaded(fonts)
        self._compilers: dict[str, typst.Compiler] = {}
        self._lock = threading.Lock()

    def typeset(self, paper: Paper, *, at: datetime) -> Typeset:
        """Return ``paper`` as PDF/A, dated ``at``, with its named places."""
        data = printing_data(paper)
        with self._lock:
            compiler = self._compiler(paper.template)
            pdf = _compiled(compiler, data, at=at, image="pdf")
            placed = json.loads(compiler.query("<anchor>", field="value"))
        return Typeset(pdf=pdf, anchors={place["name"]: _anchor(place) for place in placed})

    def seal_stamp(
        self, office_name: str, *, at: datetime, image: Literal["pdf", "svg"] = "pdf"
    ) -> bytes:
        """Return the round red stamp of an office, 42 mm wide on a clear ground."""
        return self._stamp("seal_stamp", office_name, at=at, image=image)

    def name_stamp(self, name: str, *, at: datetime, image: Literal["pdf", "svg"] = "pdf") -> bytes:
        """Return the red signature stamp 签名章 of a notary, 42 by 16 mm on a clear ground."""
        return self._stamp("name_stamp", name, at=at, image=image)

    def _stamp(
        self, template: str, name: str, *, at: datetime, image: Literal["pdf", "svg"]
    ) -> bytes:
        data = json.dumps({"name": printable_text(name)}, ensure_ascii=False)
        with self._lock:
            return _compiled(self._compiler(template), data, at=at, image=image)

    def _compiler(self, template: str) -> typst.Compiler:
        if template not in self._compilers:
            self._compilers[template] = typst.Compiler(
                input=TEMPLATES / f"{template}.typ",
                root=TEMPLATES,
                font_paths=self._fonts,
                ignore_system_fonts=True,
            )
        return self._compilers[template]


def _loaded(folder: Path) -> typst.Fonts:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder]
    )
    missing = FAMILIES - set(fonts.families())
    if missing:
        raise FontMissing(f"{folder} has no {', '.join(sorted(missing))}; set FEIGUI_FONTS")
    return fonts


def _compiled(
    compiler: typst.Compiler, data: str, *, at: datetime, image: Literal["pdf", "svg"]
) -> bytes:
    try:
        made = compiler.compile(
            format=image,
            sys_inputs={"data": data},
            pdf_standards=[ARCHIVE_STANDARD] if image == "pdf" else [],
            # PDF dates know whole seconds, and typst refuses anything finer.
            timestamp=at.replace(microsecond=0),
        )
    except typst.TypstError as error:
        # The diagnostics quote the text of people, so they stay behind.
        if "display" in error.message and "font" in error.message:
            raise GlyphMissing from None
        raise LayoutBroken from None
    if not isinstance(made, bytes):
        raise LayoutBroken
    return made


def _anchor(place: dict[str, float]) -> Anchor:
    return Anchor(
        page=int(place["page"]),
        x=place["x"],
        y=place["page_height"] - place["top"] - place["height"],
        width=place["width"],
        height=place["height"],
    )
