"""Child only: every object of a PDF, opened by qpdf, held against the forbidden names.

Streams are inflated by hand with a ceiling, since the library would do it without one
(measured: 1.0 MB become 1 GiB and 26 s).
"""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, Final

import pikepdf

from identity.images.pdf_gate import FORBIDDEN_NAMES, MOST_OBJECTS, MOST_PAGES
from identity.images.refusal import PdfRefused, RefusalCode

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_INFLATED: Final = 256 * 1024 * 1024
"""Of one stream: an uncompressed A4 page of colour at 600 dpi has 100 MB."""
MOST_DEPTH: Final = 60
_SLICE: Final = 1024 * 1024
_MEANT_AS_ACTION: Final = frozenset({"/S", "/Subtype", "/Type"})


def demand_harmless(content: bytes) -> int:
    """Return the number of pages, or raise `PdfRefused`."""
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            return _demand_harmless(pdf)
    except pikepdf.PasswordError as error:
        raise PdfRefused(RefusalCode.PDF_ENCRYPTED) from error
    except (pikepdf.PdfError, RecursionError, ValueError) as error:
        if isinstance(error, PdfRefused):
            raise
        raise PdfRefused(RefusalCode.FILE_MALFORMED) from error


def _demand_harmless(pdf: pikepdf.Pdf) -> int:
    if pdf.is_encrypted:
        raise PdfRefused(RefusalCode.PDF_ENCRYPTED)
    if not len(pdf.objects) <= MOST_OBJECTS:
        raise PdfRefused(RefusalCode.PDF_OBJECTS_TOO_MANY)
    for thing in pdf.objects:
        for name in _names(thing, 0):
            code = FORBIDDEN_NAMES.get(name)
            if code is not None:
                raise PdfRefused(code)
        if isinstance(thing, pikepdf.Stream):
            _demand_small(thing)
    pages = len(pdf.pages)
    if not 0 < pages <= MOST_PAGES:
        raise PdfRefused(RefusalCode.PDF_PAGES_TOO_MANY)
    return pages


def _names(thing: object, depth: int) -> Iterator[str]:
    """Yield keys, and values that name what a dictionary is; indirect objects come alone."""
    if depth > MOST_DEPTH:
        raise PdfRefused(RefusalCode.PDF_OBJECTS_TOO_MANY)
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for key, value in thing.items():
            yield str(key)
            if key in _MEANT_AS_ACTION and isinstance(value, pikepdf.Name):
                yield str(value)
            yield from _names_inside(value, depth)
    elif isinstance(thing, pikepdf.Array):
        for value in thing:
            yield from _names_inside(value, depth)


def _names_inside(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, pikepdf.Object) and not value.is_indirect:
        yield from _names(value, depth + 1)


def _demand_small(stream: pikepdf.Stream) -> None:
    filters = stream.get("/Filter")
    names = [filters] if isinstance(filters, pikepdf.Name) else list(filters or [])
    if [str(name) for name in names].count("/FlateDecode") > 1:
        # Deflate inside deflate serves nobody but a bomb.
        raise PdfRefused(RefusalCode.PDF_STREAM_TOO_LARGE)
    if names and str(names[0]) == "/FlateDecode":
        _demand_inflates_small(bytes(stream.read_raw_bytes()))


def _demand_inflates_small(raw: bytes) -> None:
    inflate, total, rest = zlib.decompressobj(), 0, raw
    while rest and not inflate.eof:
        try:
            total += len(inflate.decompress(rest, _SLICE))
        except zlib.error:
            # Broken data is a reader's problem; its size is ours.
            return
        if total > MOST_INFLATED:
            raise PdfRefused(RefusalCode.PDF_STREAM_TOO_LARGE)
        rest = inflate.unconsumed_tail
