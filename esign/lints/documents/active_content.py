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

_TWICE: Final = "duplicated key"
"""In what qpdf warns of: a name twice in one dictionary (ISO 32000-1 7.3.7 forbids it)."""


def active_content(document: bytes) -> str | None:
    with opened(document) as pdf:
        if pdf is None:
            return None
        if "/JavaScript" in pdf.Root.get("/Names", {}):
            return "the document contains scripts"
        if any(_names_any(entry) and _is_active(entry) for entry in pdf.objects):
            return "the document contains scripts or actions"
        # Every object has been read by now; which of two values counts, readers disagree.
        if any(_TWICE in str(warning) for warning in pdf.get_warnings()):
            return "the document gives one entry two values"
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
    if any(trigger in entry for trigger in _TRIGGERS) or _is_forbidden(entry.get("/S")):
        return True
    return any(_is_active(item) for item in _direct(entry.values()))


def _is_forbidden(kind: object) -> bool:
    """Say whether an action may be of this kind; what is no name, some reader makes one of."""
    is_name = kind is None or isinstance(kind, pikepdf.Name)
    return not is_name or str(kind) in FORBIDDEN_ACTIONS


def _direct(items: object) -> list[object]:
    # Indirect objects are visited by themselves; following them could go in circles.
    return [i for i in list(items) if not getattr(i, "is_indirect", False)]  # type: ignore[call-overload]  # pikepdf's own iterables
