"""The page never sounds surer than what was checked."""

from __future__ import annotations

import pytest

from esign.errors import VerificationFailed, VerificationUnavailable
from esign.verification.answer_text import REFUSALS
from server.register.standing import TAMPERED, UNKNOWN, DocumentStanding
from server.web.verification_result import NOT_CHECKED, Mark, result_of_document
from server.web.verification_wording import LANGUAGES, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unfinished_check_is_neither_good_nor_bad(language: str) -> None:
    judged = DocumentStanding(
        standing=UNKNOWN, sha256="0" * 64, reason=VerificationUnavailable.__name__
    )
    result = result_of_document(judged, 1, words(language))
    assert result.state == NOT_CHECKED
    assert {check.mark for check in result.checks} == {Mark.SKIPPED}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("refusal", REFUSALS.values())
def test_every_refusal_has_its_reason_in_words(
    refusal: type[VerificationFailed], language: str
) -> None:
    judged = DocumentStanding(standing=TAMPERED, sha256="0" * 64, reason=refusal.__name__)
    result = result_of_document(judged, 1, words(language))
    assert Mark.PASSED not in {check.mark for check in result.checks}
    assert len({check.evidence for check in result.checks}) == 2
