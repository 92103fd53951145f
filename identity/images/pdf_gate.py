"""The gate for PDFs given as materials: a cheap look at the bytes, then the structure in the child.

ISO 32000-2 lets a name be written with ``#xx`` escapes and hides objects in compressed
streams, so the scan of the bytes can only refuse early; `pdf_structure` decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.images.refusal import PdfRefused, RefusalCode

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES: Final = 50 * 1024 * 1024
MOST_PAGES: Final = 500
MOST_OBJECTS: Final = 200_000
_HEADER: Final = re.compile(rb"%PDF-[12]\.\d")
_TOO_MANY_PAGES: Final = re.compile(
    rb"/Count\s{1,9}0{0,9}(?:50[1-9]|5[1-9]\d|[6-9]\d\d|[1-9]\d{3})"
)
_TOO_MANY_OBJECTS: Final = re.compile(rb"/Size\s{1,9}0{0,9}(?:[2-9]\d{5}|[1-9]\d{6})")
_TOO_DEEP: Final = (b"[" * 64, b"[ " * 64)

FORBIDDEN_NAMES: Final = {
    "/Encrypt": RefusalCode.PDF_ENCRYPTED,
    "/JavaScript": RefusalCode.PDF_SCRIPT,
    "/JS": RefusalCode.PDF_SCRIPT,
    "/Launch": RefusalCode.PDF_LAUNCH,
    "/EmbeddedFile": RefusalCode.PDF_EMBEDDED_FILE,
    "/EmbeddedFiles": RefusalCode.PDF_EMBEDDED_FILE,
    "/RichMedia": RefusalCode.PDF_EMBEDDED_FILE,
    "/XFA": RefusalCode.PDF_FORM,
    "/AA": RefusalCode.PDF_ACTION,
    "/SubmitForm": RefusalCode.PDF_ACTION,
    "/ImportData": RefusalCode.PDF_ACTION,
    "/GoToR": RefusalCode.PDF_ACTION,
    "/GoToE": RefusalCode.PDF_ACTION,
    "/OpenAction": RefusalCode.PDF_ACTION,
}
"""In this order; /URI and /GoTo only lead the reader somewhere and stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedPdf:
    """A PDF that may be opened in the child; not yet one that may be kept."""

    content: bytes


def examine_pdf(content: bytes) -> ExaminedPdf:
    if not content:
        raise PdfRefused(RefusalCode.FILE_EMPTY)
    if not len(content) <= MOST_BYTES:
        raise PdfRefused(RefusalCode.FILE_TOO_LARGE)
    if not _HEADER.match(content):
        raise PdfRefused(RefusalCode.TYPE_MISMATCH)
    if b"startxref" not in content[-2048:]:
        raise PdfRefused(RefusalCode.FILE_TRUNCATED)
    end = content.rindex(b"startxref")
    if not re.fullmatch(rb"startxref\s+\d{1,12}\s+%%EOF\s*", content[end:]):
        raise PdfRefused(RefusalCode.DATA_AFTER_END)
    _refuse_names(content)
    _refuse_counts(content)
    return ExaminedPdf(content=content)


def _disguised(name: str) -> str:
    """Match ``name`` with any of its letters written as ``#xx``, the easiest disguise."""
    return "".join(f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in name[1:])


def _any_of(names: Iterable[str]) -> re.Pattern[bytes]:
    words = "|".join(_disguised(name) for name in names)
    return re.compile(f"/(?:{words})(?=[\\x00-\\x20()<>\\[\\]{{}}/%])".encode())


# The short names occur by chance in compressed data once in some megabytes: those are
# left to the structure check, which sees real objects.
_LONG_NAMES: Final = [name for name in FORBIDDEN_NAMES if len(name) > len("/XFA")]
_FORBIDDEN: Final = _any_of(_LONG_NAMES)


def _refuse_names(content: bytes) -> None:
    if not _FORBIDDEN.search(content):
        return
    first = next(name for name in _LONG_NAMES if _any_of([name]).search(content))
    raise PdfRefused(FORBIDDEN_NAMES[first])


def _refuse_counts(content: bytes) -> None:
    if _TOO_MANY_PAGES.search(content):
        raise PdfRefused(RefusalCode.PDF_PAGES_TOO_MANY)
    if _TOO_MANY_OBJECTS.search(content) or any(deep in content for deep in _TOO_DEEP):
        raise PdfRefused(RefusalCode.PDF_OBJECTS_TOO_MANY)
