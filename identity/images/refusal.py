"""Why a file was refused: a stable code, and nothing of the file itself.

So no byte of a hostile file reaches a log line; `images.advice` has the words for people.
"""

from __future__ import annotations

from enum import StrEnum


class RefusalCode(StrEnum):
    FILE_EMPTY = "file_empty"
    FILE_TOO_LARGE = "file_too_large"
    FILE_TRUNCATED = "file_truncated"
    FILE_MALFORMED = "file_malformed"
    TYPE_UNSUPPORTED = "type_unsupported"
    TYPE_MISMATCH = "type_mismatch"
    TYPE_HEIC = "type_heic"
    TYPE_SVG = "type_svg"
    TYPE_ANIMATED = "type_animated"
    SECOND_FILE_INSIDE = "second_file_inside"
    DATA_AFTER_END = "data_after_end"
    PIXELS_TOO_MANY = "pixels_too_many"
    PIXELS_TOO_FEW = "pixels_too_few"
    COLOUR_TOO_DEEP = "colour_too_deep"
    COLOUR_CMYK = "colour_cmyk"
    CODING_UNUSUAL = "coding_unusual"
    METADATA_TOO_LARGE = "metadata_too_large"
    METADATA_MALFORMED = "metadata_malformed"
    DECODING_FAILED = "decoding_failed"
    DECODING_TOO_COSTLY = "decoding_too_costly"
    PDF_SCRIPT = "pdf_script"
    PDF_ACTION = "pdf_action"
    PDF_LAUNCH = "pdf_launch"
    PDF_EMBEDDED_FILE = "pdf_embedded_file"
    PDF_FORM = "pdf_form"
    PDF_ENCRYPTED = "pdf_encrypted"
    PDF_PAGES_TOO_MANY = "pdf_pages_too_many"
    PDF_OBJECTS_TOO_MANY = "pdf_objects_too_many"
    PDF_STREAM_TOO_LARGE = "pdf_stream_too_large"


class FileRefused(ValueError):
    """A file that is not let in. ``str()`` is the code."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code.value)
        self.code = code


class ImageRefused(FileRefused):
    """An image that is not let in, before or while it was decoded."""


class PdfRefused(FileRefused):
    """A PDF that is not let in."""
