"""Feigui document policy: a deed or certificate has pages, and not thousands."""

from __future__ import annotations

from typing import Final

from esign.lints.documents.opening import opened

MOST_PAGES: Final = 500


def page_count(document: bytes) -> str | None:
    with opened(document) as pdf:
        if pdf is None or 0 < len(pdf.pages) <= MOST_PAGES:
            return None
    return "the document has no pages, or too many"
