"""The typefaces of specimens: those of fonts-noto-cjk, and others where Debian has them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

_DEBIAN: Final = Path("/usr/share/fonts")


class FontMissing(RuntimeError):
    """Specimens need the Debian package fonts-noto-cjk."""


@dataclass(frozen=True, slots=True)
class Face:
    """One typeface with the signs of mainland China."""

    file: str
    index: int = 0
    """Inside a collection; in Noto's, 2 is Simplified Chinese and 7 its monospaced sister."""

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """Return it at ``size`` pixels; raises `FontMissing`."""
        return _loaded(self.file, self.index, size)


SANS: Final = Face("opentype/noto/NotoSansCJK-Regular.ttc", 2)
SANS_BOLD: Final = Face("opentype/noto/NotoSansCJK-Bold.ttc", 2)
SERIF: Final = Face("opentype/noto/NotoSerifCJK-Regular.ttc", 2)
SERIF_BOLD: Final = Face("opentype/noto/NotoSerifCJK-Bold.ttc", 2)
MONO: Final = Face("opentype/noto/NotoSansCJK-Regular.ttc", 7)
OCR_B: Final = Face("opentype/ocr-b/OCRB.otf")
"""What 9303 prescribes for a zone; fonts-ocr-b is not installed by the set-up."""
_OTHERS: Final = (
    Face("truetype/wqy/wqy-microhei.ttc"),
    Face("truetype/wqy/wqy-zenhei.ttc"),
    Face("truetype/arphic/ukai.ttc"),
    Face("truetype/arphic/uming.ttc"),
    Face("truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf"),
)


@cache
def available() -> tuple[Face, ...]:
    """Noto's four, then whatever else is installed."""
    others = tuple(face for face in _OTHERS if (_DEBIAN / face.file).is_file())
    return (SANS, SANS_BOLD, SERIF, SERIF_BOLD, *others)


def zone_face() -> Face:
    return OCR_B if (_DEBIAN / OCR_B.file).is_file() else MONO


@cache
def _loaded(file: str, index: int, size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(_DEBIAN / file, size, index=index)
    except OSError as error:
        raise FontMissing("install fonts-noto-cjk") from error
