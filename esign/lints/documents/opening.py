"""Open a document the same careful way for every rule.

Whatever cannot be opened breaks the rule `readable` and is passed over by the
others, so that one fault is told once.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Iterator


_Shared = tuple[bytes, pikepdf.Pdf | None]
_OPEN: Final[ContextVar[_Shared | None]] = ContextVar("_OPEN", default=None)


@contextmanager
def opened_once(document: bytes) -> Iterator[None]:
    """Let every rule inside the block read ``document`` from one opening."""
    with opened(document) as pdf:
        before = _OPEN.set((document, pdf))
        try:
            yield
        finally:
            _OPEN.reset(before)


@contextmanager
def opened(document: bytes) -> Iterator[pikepdf.Pdf | None]:
    shared = _OPEN.get()
    if shared is not None and shared[0] is document:
        yield shared[1]
        return
    try:
        pdf = pikepdf.open(BytesIO(document), suppress_warnings=True, attempt_recovery=False)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError):
        yield None
        return
    with pdf:
        yield pdf
