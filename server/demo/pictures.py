"""Pictures for the timeline: small, and inside the page, so that one file is enough."""

from __future__ import annotations

import base64
import io
from typing import Final

import pypdfium2 as pdfium
from PIL import Image

WIDTH: Final = 360
PAGE_WIDTH: Final = 460


def photograph(content: bytes) -> str:
    """Return a data URI of the picture, made small."""
    with Image.open(io.BytesIO(content)) as picture:
        return _data_uri(picture.convert("RGB"), WIDTH)


def first_page(pdf: bytes, *, page: int = 0) -> str:
    """Return a data URI of one page."""
    document = pdfium.PdfDocument(pdf)
    try:
        return _data_uri(document[page].render(scale=1.6).to_pil().convert("RGB"), PAGE_WIDTH)
    finally:
        document.close()


def pages(pdf: bytes) -> int:
    document = pdfium.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def _data_uri(picture: Image.Image, width: int) -> str:
    height = round(picture.height * width / picture.width)
    target = io.BytesIO()
    picture.resize((width, height), Image.Resampling.LANCZOS).save(target, "JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(target.getvalue()).decode()
