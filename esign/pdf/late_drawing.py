"""Handwriting that comes with the signature, drawn in the revision that is signed.

The field and its place exist since before the first signature; only what the
party wrote into it is new, and a certified document (DocMDP 2) allows that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from esign.errors import FormUnexpected
from esign.pdf.drawings import path_content
from esign.pdf.syntax import reference, write_entries

if TYPE_CHECKING:
    from esign.pdf.drawings import Handwriting
    from esign.pdf.growing_file import GrowingFile

_NUMBER: Final = rb"([+-]?\d+(?:\.\d+)?)"
_BOX: Final = re.compile(rb"\[\s*" + rb"\s+".join([_NUMBER] * 4) + rb"\s*\]")


def draw_on_field(file: GrowingFile, field: int, handwriting: Handwriting) -> None:
    """Give ``field`` the appearance ``handwriting``, in the revision being made."""
    box = _BOX.fullmatch(file.entries(field).get(b"/Rect", b""))
    if box is None:
        raise FormUnexpected("a field has no place on its page")
    left, bottom, right, top = map(float, box.groups())
    width, height = right - left, top - bottom
    seen = file.add_stream(
        path_content(handwriting, width=width, height=height),
        {
            b"/Type": b"/XObject",
            b"/Subtype": b"/Form",
            b"/BBox": b"[0 0 %.2f %.2f]" % (width, height),
            b"/Resources": b"<< >>",
        },
    )
    file.update(field, {b"/AP": write_entries({b"/N": reference(seen)})})
