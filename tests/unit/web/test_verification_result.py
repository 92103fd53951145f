"""The page never sounds surer than what was checked."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from esign.errors import StamperStolen, StampLapsed, VerificationFailed, VerificationUnavailable
from esign.pdf.levels import PadesLevel
from esign.verification.answer_text import REFUSALS
from esign.verification.report import ArchiveStamp, Report, Role, SignatureFound
from esign.verification.steps import At, passed
from server.register.checked import OWN_STEPS
from server.register.document_standing import OnRecord, standing_of_document
from server.web.verification_result import NOT_CHECKED, Mark, result_of_document
from server.web.verification_wording import LANGUAGES, words
from tests.unit.register.test_standing import CATALOGUE, CONTENT, RENEWED, VALID

if TYPE_CHECKING:
    from server.web.verification_result import Result

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


def told(refusal: Exception, language: str, found: OnRecord | None = None) -> Result:
    def verify(_: bytes) -> Report:
        raise refusal

    judged = standing_of_document(
        CONTENT, catalogue=CATALOGUE, verify_document=verify, look_up=lambda _: found
    )
    return result_of_document(judged, len(CONTENT), words(language))


@EVERY_LANGUAGE
def test_an_unfinished_check_is_neither_good_nor_bad(language: str) -> None:
    result = told(VerificationUnavailable(), language)
    assert result.state == NOT_CHECKED
    assert {check.mark for check in result.checks} == {Mark.SKIPPED}


@EVERY_LANGUAGE
@pytest.mark.parametrize("refusal", REFUSALS.values())
def test_every_refusal_has_its_reason_in_words_at_the_step_that_failed(
    refusal: type[VerificationFailed], language: str
) -> None:
    raised = refusal()
    raised.step = At.CHANGES
    result = told(raised, language)
    marks = [check.mark for check in result.checks[: len(At)]]
    before, after = [Mark.PASSED] * (At.CHANGES - 1), [Mark.SKIPPED] * (len(At) - At.CHANGES)
    assert marks == [*before, Mark.FAILED, *after]
    reason = result.checks[At.CHANGES - 1].evidence
    assert reason == words(language)(f"reason.{refusal.__name__}")


@EVERY_LANGUAGE
def test_a_file_whose_time_stamper_was_stolen_is_told_of_the_way_on(language: str) -> None:
    for found in (None, OnRecord(certificate=RENEWED, generation=None)):
        result, texts = told(StamperStolen(), language, found), words(language)
        assert (result.state, result.says) == ("unproven", texts("says.unproven"))
        assert result.advice == texts("advice.unproven")


@EVERY_LANGUAGE
def test_a_file_that_something_else_proves_is_valid_and_the_theft_is_told(language: str) -> None:
    stolen_at = datetime(2026, 3, 2, tzinfo=UTC)
    stamps = [
        ArchiveStamp(
            field="archive-office-1",
            stamped_at=stolen_at - timedelta(days=1),
            unrevoked_since=stolen_at,
            carries_until=stolen_at + timedelta(days=1000),
            stolen_since=since,
        )
        for since in (stolen_at, None)
    ]
    person = SignatureFound(
        field="office-1",
        role=Role.OFFICE_SEAL,
        common_name="甲公证处",
        organization=None,
        serial=1,
        signed_at=stolen_at,
        level=PadesLevel.B_LTA,
        evidence=None,
        root="00",
        unrevoked_since=stolen_at,
    )
    report = Report(
        document=hashlib.sha256(CONTENT).hexdigest(),
        verified_for=stolen_at,
        signatures=(person,),
        archive_stamps=tuple(stamps),
        steps=tuple(passed(at, "seen") for at in At),
    )
    judged = standing_of_document(
        CONTENT,
        catalogue=CATALOGUE,
        verify_document=lambda _: report,
        look_up=lambda _: OnRecord(certificate=VALID, generation=None),
    )
    texts = words(language)
    shown = result_of_document(judged, len(CONTENT), texts)
    told = texts("evidence.stamped.stolen", since=texts.moment(stolen_at))
    assert shown.checks[At.ARCHIVE_STAMPS - 1].evidence.count(told) == 1


@EVERY_LANGUAGE
def test_every_step_has_its_number_and_its_words(language: str) -> None:
    claims = [check.claim for check in told(VerificationUnavailable(), language).checks]
    assert [claim.split(".")[0] for claim in claims] == [
        str(n) for n in range(1, len(At) + len(OWN_STEPS) + 1)
    ]
    assert len(set(claims)) == len(claims)


@EVERY_LANGUAGE
def test_an_earlier_copy_that_was_carried_on_is_told_of_the_renewed_one(language: str) -> None:
    found = OnRecord(certificate=RENEWED, generation=None)
    result = told(StampLapsed(), language, found)
    assert (result.state, result.says) == ("valid", words(language)("says.valid.renewed"))


@EVERY_LANGUAGE
def test_a_lapsed_copy_that_nobody_carried_on_is_not_called_valid(language: str) -> None:
    for found in (None, OnRecord(certificate=VALID, generation=None)):
        result = told(StampLapsed(), language, found)
        assert (result.state, result.says) == ("lapsed", words(language)("says.lapsed"))
