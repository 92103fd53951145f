"""The gate for PDFs given as materials: a cheap look at the bytes, then the structure in the child.

ISO 32000-2 lets a name be written with ``#xx`` escapes and hides objects in compressed
streams, so the scan of the bytes can only refuse early; `pdf_structure` decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from identity.images.refusal import PdfRefused, RefusalCode

MOST_BYTES: Final = 50 * 1024 * 1024
MOST_PAGES: Final = 500
MOST_OBJECTS: Final = 200_000
_HEADER: Final = re.compile(rb"%PDF-[12]\.\d")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME: Final = re.compile(rb"/[^\x00-\x20()<>\[\]{}/%]+")
_PAGE_COUNT: Final = re.compile(rb"/Count\s+(\d{1,12})")
_SIZE: Final = re.compile(rb"/Size\s+(\d{1,12})")

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


def plain_name(name: bytes) -> str:
    """Undo the ``#xx`` of names, by which a forbidden word is most easily disguised."""
    return _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), name).decode("latin-1")


def _refuse_names(content: bytes) -> None:
    # The two-letter names occur by chance in compressed data once in a few megabytes:
    # those are left to the structure check, which sees real objects.
    written = {plain_name(name) for name in set(_NAME.findall(content))}
    for name, code in FORBIDDEN_NAMES.items():
        if len(name) > len("/XFA") and name in written:
            raise PdfRefused(code)


def _refuse_counts(content: bytes) -> None:
    if any(int(n) > MOST_PAGES for n in _PAGE_COUNT.findall(content)):
        raise PdfRefused(RefusalCode.PDF_PAGES_TOO_MANY)
    if any(int(n) > MOST_OBJECTS for n in _SIZE.findall(content)):
        raise PdfRefused(RefusalCode.PDF_OBJECTS_TOO_MANY)
