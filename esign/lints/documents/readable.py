"""ISO 32000-1 7.5: a file that needs repair, or a password, is not signed.

Repair is a viewer's guess, and two viewers may guess differently about what the
person signed.
"""

from __future__ import annotations

from typing import Final

from esign.lints.documents.opening import opened

LARGEST: Final = 64 * 1024 * 1024


def readable(document: bytes) -> str | None:
    if not len(document) <= LARGEST:
        return "the document is too large"
    if not document.startswith(b"%PDF-"):
        return "the document is not a PDF"
    with opened(document) as pdf:
        if pdf is None:
            return "the document cannot be read without repair or a password"
        return "the document is encrypted" if pdf.is_encrypted else None
