"""ISO 19005-2 6.8: no files inside, so that nothing is signed that nobody saw."""

from __future__ import annotations

import pikepdf

from esign.lints.documents.opening import opened


def embedded_files(document: bytes) -> str | None:
    with opened(document) as pdf:
        if pdf is None:
            return None
        named = "/EmbeddedFiles" in pdf.Root.get("/Names", {}) or "/AF" in pdf.Root
        attached = any(
            isinstance(entry, pikepdf.Dictionary) and "/EF" in entry for entry in pdf.objects
        )
    return "the document contains other files" if named or attached else None
