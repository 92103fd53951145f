"""Pages of a paper as pictures, for screens that cannot show a PDF page by page.

Only of papers that were typeset here. What a person signs is the file, and the app hashes
the file itself; the picture is how it is looked at on a telephone.
"""

from __future__ import annotations

import io
import threading
from typing import Final

import pypdfium2 as pdfium

WIDTH: Final = 1000
"""Pixels; sharp on a telephone, readable on a laptop."""

# PDFium may be in one thread at a time.
_ONE_AT_A_TIME: Final = threading.Lock()


def draw_page(pdf: bytes, page: int) -> bytes | None:
    """Return page ``page`` (from 1) as a PNG; ``None`` where there is none to draw."""
    with _ONE_AT_A_TIME:
        try:
            document = pdfium.PdfDocument(pdf)
        except pdfium.PdfiumError:
            return None
        try:
            if not 1 <= page <= len(document):
                return None
            drawn = document[page - 1]
            picture = drawn.render(scale=WIDTH / drawn.get_width()).to_pil().convert("L")
        finally:
            document.close()
    target = io.BytesIO()
    picture.save(target, "PNG", optimize=False, compress_level=6)
    return target.getvalue()
