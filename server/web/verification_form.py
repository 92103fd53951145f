"""What was entered or uploaded on the verification page; it never touches the disk.

A certificate holds people's names: the file is read in memory and forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.wsgi import get_input_stream

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MEBIBYTE: Final = 1024 * 1024
LARGEST_FILE: Final = 20 * MEBIBYTE
"""As the API says of verify_document."""

MOST_PARTS: Final = 8
LONGEST_NUMBER: Final = 100
LONGEST_CODE: Final = 40
_AROUND_THE_FILE: Final = 64 * 1024
_MOST_DRAINED: Final = 200 * MEBIBYTE


class FileTooLarge(ValueError):
    """Nothing that was ever issued here is so large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    number: str
    check_code: str
    document: bytes | None
    """``None``: the other form was sent."""


def read_form(environ: WSGIEnvironment) -> Entered:
    """Return what was entered, or raise `FileTooLarge` once all of it has been sent."""
    parser = FormDataParser(
        stream_factory=_in_memory,
        max_content_length=LARGEST_FILE + _AROUND_THE_FILE,
        max_form_parts=MOST_PARTS,
    )
    try:
        _, fields, files = parser.parse_from_environ(environ)
    except RequestEntityTooLarge as error:
        _let_finish(environ)
        raise FileTooLarge from error
    file = files.get("document")
    content = None if file is None else file.read(LARGEST_FILE + 1)
    if content is not None and not len(content) <= LARGEST_FILE:
        raise FileTooLarge
    return Entered(
        number=fields.get("number", "").strip()[:LONGEST_NUMBER],
        check_code=fields.get("check_code", "").strip()[:LONGEST_CODE],
        document=content,
    )


def _in_memory(*_: object, **__: object) -> BytesIO:
    return BytesIO()


def _let_finish(environ: WSGIEnvironment) -> None:
    """Read on and forget: a browser that is still sending would show a broken
    connection instead of the reason.
    """
    stream = get_input_stream(environ)
    left = _MOST_DRAINED
    while left > 0 and (part := stream.read(min(MEBIBYTE, left))):
        left -= len(part)
