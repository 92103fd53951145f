"""Handwriting that comes with the signature, drawn in the revision that is signed.

The field and its place exist since before the first signature; only what the
party wrote into it is new, and a certified document (DocMDP 2) allows that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from esign.pdf.drawings import path_content

if TYPE_CHECKING:
    from esign.asn1 import Asn1
    from esign.pdf.drawings import Handwriting


class _KeepsWhatIsDrawn:
    """In place of a stamp style: pyHanko would otherwise write its own text."""

    def create_stamp(self, *_: object) -> None:
        return None


KEEPS_WHAT_IS_DRAWN: Final[Asn1] = _KeepsWhatIsDrawn()


def draw_on_field(writer: Asn1, field: Asn1, handwriting: Handwriting) -> None:
    left, bottom, right, top = (float(v) for v in field["/Rect"])
    width, height = right - left, top - bottom
    form = generic.StreamObject(
        dict_data={
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(
                [generic.FloatObject(v) for v in (0, 0, width, height)]
            ),
            pdf_name("/Resources"): generic.DictionaryObject(),
        },
        stream_data=path_content(handwriting, width=width, height=height),
    )
    seen = generic.DictionaryObject({pdf_name("/N"): writer.add_object(form)})
    field[pdf_name("/AP")] = seen
    writer.update_container(field)
