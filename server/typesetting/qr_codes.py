"""The code on a certificate that leads to its verification page."""

from __future__ import annotations

import io

import segno

_QUIET_ZONE = 4  # ISO/IEC 18004 asks for four modules of white around the code.


def qr_svg(url: str) -> str:
    """Return the code for ``url`` as SVG; level M still reads under a crease."""
    drawn = io.BytesIO()
    segno.make_qr(url, error="m").save(drawn, kind="svg", border=_QUIET_ZONE, xmldecl=False)
    return drawn.getvalue().decode("utf-8")
