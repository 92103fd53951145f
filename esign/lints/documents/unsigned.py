"""ISO 32000-1 12.8.2.2: a certification signature is the first one or none."""

from __future__ import annotations

import pikepdf

from esign.lints.documents.opening import opened


def unsigned(document: bytes) -> str | None:
    with opened(document) as pdf:
        if pdf is None:
            return None
        signed = "/AcroForm" in pdf.Root and any(
            "/V" in field
            for field in pdf.Root.AcroForm.get("/Fields", pikepdf.Array())
            if field.get("/FT") == "/Sig"
        )
    return "the document is already signed" if signed or b"/ByteRange" in document else None
