"""ISO 19005-2 6.5.1: nothing in a signed document runs or fetches when it is opened.

"The Launch, Sound, Movie, ResetForm, ImportData, Hide, SetOCGState, Rendition,
Trans, GoTo3DView and JavaScript actions shall not be permitted."
"""

from __future__ import annotations

import re
from typing import Final

import pikepdf

from esign.lints.documents.opening import opened

FORBIDDEN_ACTIONS: Final = frozenset(
    {
        "/GoTo3DView",
        "/Hide",
        "/ImportData",
        "/JavaScript",
        "/Launch",
        "/Movie",
        "/Rendition",
        "/ResetForm",
        "/SetOCGState",
        "/Sound",
        "/SubmitForm",
        "/Trans",
    }
)
_TRIGGERS: Final = ("/JS", "/AA", "/OpenAction", "/XFA", "/RichMedia")
_ELSEWHERE: Final = rb"/S \d+ \d+ R"
"""The kind of an action may be an object of its own (ISO 32000-1 7.3.10)."""

_NAMES: Final = re.compile(
    b"|".join([*map(str.encode, sorted((*_TRIGGERS, *FORBIDDEN_ACTIONS))), _ELSEWHERE])
)


def active_content(document: bytes) -> str | None:
    with opened(document) as pdf:
        if pdf is None:
            return None
        if "/JavaScript" in pdf.Root.get("/Names", {}):
            return "the document contains scripts"
        if any(_names_any(entry) and _is_active(entry) for entry in pdf.objects):
            return "the document contains scripts or actions"
    return None


def _names_any(entry: object) -> bool:
    """Say whether a name of these is in the object, or may be; most have none, and are done.

    What qpdf writes has one form for each name, however the file escaped it.
    """
    if isinstance(entry, pikepdf.Stream):
        entry = entry.stream_dict
    if not isinstance(entry, pikepdf.Array | pikepdf.Dictionary):
        return False
    return _NAMES.search(entry.unparse(resolved=True)) is not None


def _is_active(entry: object) -> bool:
    if isinstance(entry, pikepdf.Array):
        return any(_is_active(item) for item in _direct(entry))
    if not isinstance(entry, pikepdf.Dictionary | pikepdf.Stream):
        return False
    if any(trigger in entry for trigger in _TRIGGERS) or str(entry.get("/S")) in FORBIDDEN_ACTIONS:
        return True
    return any(_is_active(item) for item in _direct(entry.values()))


def _direct(items: object) -> list[object]:
    # Indirect objects are visited by themselves; following them could go in circles.
    return [i for i in list(items) if not getattr(i, "is_indirect", False)]  # type: ignore[call-overload]  # pikepdf's own iterables
