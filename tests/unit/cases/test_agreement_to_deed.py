"""Where the party's key is used, it is asked once more whether the party agreed to this deed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.cases.errors import StepUpNotFound, StepUpOfAnotherDocument, StepUpUnanswered
from server.cases.meeting import confirm_deed, require_agreement_to_deed
from tests.unit.cases.a_case import APPLICANT, NOW, WANG
from tests.unit.cases.agreeing import agreed_to_deed
from tests.unit.cases.holding import TO_SIGNING, opened
from tests.unit.cases.test_meeting import DEED, meeting_case, will_to_sign

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony


@pytest.fixture
def confirmed() -> tuple[Case, Ceremony]:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    confirm_deed(case, ceremony, APPLICANT, will_to_sign(case, ceremony), at=NOW)
    return case, ceremony


def test_an_answer_that_the_ceremony_was_not_told_of_is_none(
    confirmed: tuple[Case, Ceremony],
) -> None:
    case, ceremony = confirmed
    another = agreed_to_deed(case, DEED)
    assert ceremony.links[-1].body["step_up"] == another.id
    with pytest.raises(StepUpUnanswered):
        # The same challenge, and another signature than the one that was confirmed.
        require_agreement_to_deed(case, ceremony, WANG, another)


def test_nobody_agrees_for_a_party_without_a_login_or_to_a_deed_that_is_gone(
    confirmed: tuple[Case, Ceremony],
) -> None:
    case, ceremony = confirmed
    agreed, deed = agreed_to_deed(case, DEED), case.deed
    case.deed = None
    with pytest.raises(StepUpNotFound):
        require_agreement_to_deed(case, ceremony, WANG, agreed)
    case.deed = deed
    case.replace_party(replace(case.party(WANG), account=None))
    with pytest.raises(StepUpNotFound):
        require_agreement_to_deed(case, ceremony, WANG, agreed)


def test_the_file_that_was_read_may_bear_more_signatures_by_now() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    read, newer = "5" * 64, "6" * 64
    assert case.deed is not None
    case.deed = replace(case.deed, signed_sha256=read)
    will = will_to_sign(case, ceremony, deed=read)
    confirm_deed(case, ceremony, APPLICANT, will, at=NOW)
    require_agreement_to_deed(case, ceremony, WANG, will.step_up)
    case.deed = replace(case.deed, signed_sha256=newer)
    with pytest.raises(StepUpOfAnotherDocument):
        require_agreement_to_deed(case, ceremony, WANG, will.step_up)
    ceremony.add_event("deed_signed", NOW, by=APPLICANT.account, facts={"object": read})
    require_agreement_to_deed(case, ceremony, WANG, will.step_up)
