"""What a person is told about an identity check: one sentence a code, in their language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity import advice as of_doubts
from identity.documents.hints import WORDS as OF_HINTS
from identity.faces import quality as of_faces
from identity.images import advice as of_files
from server.http.languages import CHINESE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.cases.identity_checks import CheckOutcome

TEXTS: Final[dict[str, tuple[str, str]]] = {
    **{f"image_{code.value}": texts for code, texts in of_files.ADVICE.items()},
    **{code.value: texts for code, texts in of_doubts.ADVICE.items()},
    **{code.value: texts for code, texts in of_faces.ADVICE.items()},
}
HINTS: Final[dict[str, tuple[str, str]]] = {hint.value: texts for hint, texts in OF_HINTS.items()}


def advice_of(outcome: CheckOutcome, language: str) -> list[str]:
    """Return what to do or to expect, for every doubt and every shortcoming of the picture."""
    return _said((*outcome.doubts, *outcome.shortcomings), TEXTS, language)


def hints_of(outcome: CheckOutcome, language: str) -> list[str]:
    """Return what to look at, for whoever decides."""
    return _said(outcome.hints, HINTS, language)


def _said(codes: Iterable[str], texts: dict[str, tuple[str, str]], language: str) -> list[str]:
    position = 0 if language == CHINESE else 1
    return [texts[code][position] for code in codes if code in texts]
