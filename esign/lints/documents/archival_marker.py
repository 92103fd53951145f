"""ISO 19005-2 6.6.4: a certificate is kept for ever, so it is PDF/A and says so.

"The PDF/A version and conformance level of a file shall be specified using the
PDF/A Identification extension schema."
"""

from __future__ import annotations

from typing import Final

from esign.lints.documents.opening import opened

PARTS: Final = frozenset({"2", "3"})


def archival_marker(document: bytes) -> str | None:
    with opened(document) as pdf:
        if pdf is None:
            return None
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            part = metadata.get("pdfaid:part")
    return None if part in PARTS else "the document is not marked as PDF/A-2 or PDF/A-3"
