"""What a person is told about an identity check: one sentence a code, in their language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity import advice as of_doubts
from identity.documents.hints import WORDS as OF_HINTS
from identity.faces import quality as of_faces
from identity.images import advice as of_files
from server.cases.identity_checks import CheckState
from server.cases.identity_comparisons import Likeness
from server.cases.visiting import NOT_VOUCHED_FOR
from server.http.languages import CHINESE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.cases.identity_checks import CheckOutcome, IdentityCheck

TEXTS: Final[dict[str, tuple[str, str]]] = {
    **{f"image_{code.value}": texts for code, texts in of_files.ADVICE.items()},
    **{code.value: texts for code, texts in of_doubts.ADVICE.items()},
    **{code.value: texts for code, texts in of_faces.ADVICE.items()},
    NOT_VOUCHED_FOR: (
        "到场核验时未能确认是本人，或者没有出示证件原件。",
        "Where you went, nobody could confirm that it was you, or the original was not shown.",
    ),
}
WAYS_ON: Final[dict[str, tuple[str, str]]] = {
    "bring_original": (
        "请在面签时准备好证件原件，由公证员当面核对。",
        "Have the original document with you in the video meeting: the notary compares there.",
    ),
    "second_looks": (
        "公证员已核对一致，另一位办理人员还要核对。",
        "The notary has found the same person; the second handler still looks.",
    ),
    "compare_again": (
        "公证员尚不能确认。可以出示原件、换一处光线或者补充回答后再次核对。",
        "The notary is not sure yet. Show the original, find better light, and be compared again.",
    ),
    "other_route": (
        "您可以改用其他核验方式（到场、公证员决定、芯片加验证码、人脸），或者撤回申请。",
        "You may use another way (in person, a notary, chip and code, your face), or withdraw.",
    ),
    "go_there": (
        "请在期限内携带证件原件和核验编号到场；也可以随时改用其他方式。",
        "Go there in time with the original document and the reference; or use another way.",
    ),
}
HINTS: Final[dict[str, tuple[str, str]]] = {hint.value: texts for hint, texts in OF_HINTS.items()}


def advice_of(outcome: CheckOutcome, language: str) -> list[str]:
    """Return what to do or to expect, for every doubt and every shortcoming of the picture."""
    return _said((*outcome.doubts, *outcome.shortcomings), TEXTS, language)


def way_on_of(check: IdentityCheck, language: str) -> list[str]:
    """Return what comes next on a route without a machine: from no refusal there is no way on."""
    return _said(_next(check), WAYS_ON, language)


def _next(check: IdentityCheck) -> tuple[str, ...]:
    compared = check.comparisons[-1] if check.comparisons else None
    if check.state is CheckState.REFUSED:
        return ("other_route",)
    if check.state is CheckState.AWAITS_VISIT:
        return ("go_there",)
    if check.state is not CheckState.TO_BE_COMPARED:
        return ()
    if compared is None:
        return ("bring_original",)
    if compared.result is Likeness.SAME and compared.second is None:
        return ("second_looks",)
    return ("compare_again", "other_route")


def hints_of(outcome: CheckOutcome, language: str) -> list[str]:
    """Return what to look at, for whoever decides."""
    return _said(outcome.hints, HINTS, language)


def _said(codes: Iterable[str], texts: dict[str, tuple[str, str]], language: str) -> list[str]:
    position = 0 if language == CHINESE else 1
    return [texts[code][position] for code in codes if code in texts]
