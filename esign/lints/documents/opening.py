"""Open a document the same careful way for every rule.

Whatever cannot be opened breaks the rule `readable` and is passed over by the
others, so that one fault is told once.
"""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def opened(document: bytes) -> Iterator[pikepdf.Pdf | None]:
    try:
        pdf = pikepdf.open(BytesIO(document), suppress_warnings=True, attempt_recovery=False)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError):
        yield None
        return
    with pdf:
        yield pdf
