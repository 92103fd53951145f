"""Make every signature field, with what is seen in it, before the first signature.

What is drawn later is a change to a signed document, and viewers rightly
distrust it (the shadow attacks of Mainka et al., NDSS 2021).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from esign.errors import FieldMissing, LintFailed
from esign.lints.documents import UNSIGNED_LINTS, broken
from esign.pdf.drawings import appearance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esign.algorithms import SigningAlgorithm
    from esign.pdf.drawings import Drawing

NOTARY_FIELD: Final = "notary-1"
OFFICE_FIELD: Final = "office-1"

_FIELD_NAME: Final = re.compile(r"((p256|sm2)-)?(party-\d\d|notary-\d|office-\d)")
_PRINTED_LOCKED: Final = 0b1000_0100
_SIGNATURES_EXIST_APPEND_ONLY: Final = 3
_PADES: Final = Dictionary(
    Type=Name.DeveloperExtensions, BaseVersion=Name("/1.7"), ExtensionLevel=1
)
"""ISO 32000-1 7.12; ESIC is the prefix of ETSI, and 1 its first level of PAdES."""


def party_field(number: int) -> str:
    """Name the field of the ``number``-th party, counted from 1.

    All names have eight letters, or begin with an algorithm, so that no name is the
    beginning of another.
    """
    if not 1 <= number <= 99:  # noqa: PLR2004 - two digits
        raise FieldMissing("a document has between 1 and 99 parties")
    return f"party-{number:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePlace:
    """Where on the page somebody will sign."""

    field: str
    page: int
    """Counted from 0; -1 is the last page."""

    box: tuple[float, float, float, float]
    """Left, bottom, right, top in points, from the page's bottom left."""

    label: str
    """What a screen reader says: the role, never a name."""

    drawing: Drawing | None = None


def places_for(
    places: Sequence[SignaturePlace], algorithms: Sequence[SigningAlgorithm]
) -> list[SignaturePlace]:
    """Return ``places`` with one more, where nothing is seen, for each further algorithm."""
    return [
        place
        if algorithm is algorithms[0]
        else replace(place, field=algorithm.field_beside(place.field, algorithms), drawing=None)
        for place in places
        for algorithm in algorithms
    ]


def prepare_fields(document: bytes, places: Sequence[SignaturePlace]) -> bytes:
    """Return ``document`` with an empty, drawn field at each place."""
    if faults := broken(document, UNSIGNED_LINTS):
        raise LintFailed("; ".join(faults))
    names = [place.field for place in places]
    if len(set(names)) != len(names) or not all(map(_FIELD_NAME.fullmatch, names)):
        raise LintFailed("field names are unique and of the form party-01, notary-1, office-1")
    with pikepdf.open(BytesIO(document)) as pdf:
        fields = Array([_field(pdf, place) for place in places])
        pdf.Root.AcroForm = pdf.make_indirect(
            Dictionary(Fields=fields, SigFlags=_SIGNATURES_EXIST_APPEND_ONLY)
        )
        # What a security store and its time-stamps are an extension of.
        known = pdf.Root.get("/Extensions", Dictionary())
        pdf.Root.Extensions = Dictionary({**dict(known.items()), "/ESIC": _PADES})
        prepared = BytesIO()
        pdf.save(
            prepared,
            deterministic_id=True,
            fix_metadata_version=False,
            # One table, every object in the open: what `esign.pdf.own_file` reads.
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return prepared.getvalue()


def _field(pdf: pikepdf.Pdf, place: SignaturePlace) -> pikepdf.Object:
    left, bottom, right, top = place.box
    try:
        page = pdf.pages[place.page]
    except IndexError:
        raise FieldMissing("the document has no such page") from None
    if not (left < right and bottom < top):
        raise LintFailed("a signature's box has a width and a height")
    widget = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Sig,
        T=String(place.field),
        TU=String(place.label),
        F=_PRINTED_LOCKED,
        Rect=Array([round(v, 2) for v in place.box]),
        P=page.obj,
        AP=Dictionary(N=_seen(pdf, place.drawing, width=right - left, height=top - bottom)),
    )
    field = pdf.make_indirect(widget)
    page.obj.Annots = Array([*page.obj.get("/Annots", Array()), field])
    return field


def _seen(
    pdf: pikepdf.Pdf, drawing: Drawing | None, *, width: float, height: float
) -> pikepdf.Object:
    if drawing is not None:
        return appearance(pdf, drawing, width=width, height=height)
    # ISO 19005-2 6.3.3 wants an appearance even where nothing is seen yet.
    empty = pikepdf.Stream(pdf, b"")
    empty.update(
        {
            "/Type": Name.XObject,
            "/Subtype": Name.Form,
            "/BBox": Array([0, 0, round(width, 2), round(height, 2)]),
            "/Resources": Dictionary(),
        }
    )
    return pdf.make_indirect(empty)
