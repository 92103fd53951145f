"""What a signature names as the proof of who signed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from server.cases.errors import PartNotFound
from server.cases.identity_checks import (
    CheckId,
    CheckState,
    PicturesEnded,
    PicturesEndedFor,
    digest_of,
)
from server.cases.ids import PartyId
from server.cases.proof_of_identity import proof_of
from server.ceremony.course import Told, last_told
from tests.unit.cases.a_case import APPLICANT, NOW, WANG
from tests.unit.cases.holding import TO_IDENTIFIED, TO_RECORDING, opened
from tests.unit.cases.test_meeting import meeting_case
from tests.unit.cases.test_presence import check

ENDED = PicturesEnded(at=NOW, ground=PicturesEndedFor.WITHDRAWN)
FIRST = check(id=CheckId("k-1"), requested_at=NOW - timedelta(days=3))
LATER = check(id=CheckId("k-2"), requested_at=NOW - timedelta(days=1))


def test_the_newest_check_that_proved_the_party_is_named() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    party = case.party(WANG)
    assert proof_of(party, (LATER, FIRST), ceremony) == digest_of(LATER)
    for of_no_use in (
        replace(LATER, state=CheckState.REFUSED),
        replace(LATER, party=PartyId("p-2")),
        replace(LATER, pictures_ended=ENDED),
    ):
        assert proof_of(party, (of_no_use, FIRST), ceremony) == digest_of(FIRST)


def test_of_whom_no_machine_checked_the_word_in_the_room_is_the_proof() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    known = last_told(ceremony, Told.IDENTIFIED, participant=APPLICANT.account)
    assert known is not None
    assert proof_of(case.party(WANG), (), ceremony) == known.hash


def test_who_is_not_known_at_all_signs_nothing() -> None:
    case = meeting_case()
    with pytest.raises(PartNotFound):
        proof_of(case.party(WANG), (), opened(case, *TO_RECORDING))
