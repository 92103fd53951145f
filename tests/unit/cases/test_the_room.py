"""What the room needs before it records, and what belongs to the notary in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.cases.consents import Purpose
from server.cases.errors import ConditionsUnmet, NotYourAction
from server.cases.meeting import WillToSign, confirm_deed, join_ceremony, step_ceremony
from server.ceremony.ceremony import Participant, Seat
from server.ceremony.errors import NotRecording, NotTakingPart
from server.ceremony.status import CeremonyStatus, Step
from tests.unit.cases.a_case import APPLICANT, NOTARY, NOW, STRANGER
from tests.unit.cases.agreeing import agreed_to_deed
from tests.unit.cases.holding import TO_SIGNING, opened, planned, taken, try_devices
from tests.unit.cases.test_meeting import DEED, meeting_case, will_to_sign

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony


def test_nobody_is_recorded_who_has_not_come_or_not_agreed() -> None:
    case = meeting_case()
    ceremony = planned(case)
    join_ceremony(case, ceremony, NOTARY, at=NOW)
    step_ceremony(case, ceremony, Step.ADMIT, NOTARY, at=NOW)
    try_devices(case, ceremony)
    case.consents = [c for c in case.consents if c.purpose is not Purpose.RECORDING]
    with pytest.raises(ConditionsUnmet) as refused:
        step_ceremony(case, ceremony, Step.START_RECORDING, NOTARY, at=NOW)
    assert [u.code for u in refused.value.unmet] == [
        "participant_missing",
        "consent_missing_recording",
    ]
    assert ceremony.status is CeremonyStatus.WAITING


def test_an_interpreter_may_come_later() -> None:
    case = meeting_case()
    ceremony = planned(case)
    ceremony.participants.append(Participant(account="a-interpreter", seat=Seat.INTERPRETER))
    for person in (NOTARY, APPLICANT):
        join_ceremony(case, ceremony, person, at=NOW)
    taken(case, ceremony, Step.ADMIT, Step.START_RECORDING)
    assert ceremony.status is CeremonyStatus.RECORDING


def test_a_party_may_report_a_lost_line_and_nothing_else() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING[:2])
    for step in set(Step) - {Step.INTERRUPT}:
        with pytest.raises(NotYourAction):
            step_ceremony(case, ceremony, step, APPLICANT, at=NOW)
    step_ceremony(case, ceremony, Step.INTERRUPT, APPLICANT, at=NOW, reason="lost line")
    assert ceremony.status is CeremonyStatus.INTERRUPTED


def test_whoever_has_no_seat_takes_no_step() -> None:
    case = meeting_case()
    with pytest.raises(NotTakingPart):
        step_ceremony(case, opened(case), Step.ADMIT, STRANGER, at=NOW)


def test_a_meeting_that_makes_a_deed_ends_with_the_deed_signed() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    with pytest.raises(ConditionsUnmet, match="deed_not_signed"):
        step_ceremony(case, ceremony, Step.COMPLETE, NOTARY, at=NOW)
    assert not case.ceremony_completed_at


def test_nobody_signs_another_text_than_the_one_on_file() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    with pytest.raises(ConditionsUnmet, match="deed_differs"):
        confirm_deed(case, ceremony, APPLICANT, agreeing_to(case, "f" * 64), at=NOW)


def agreeing_to(case: Case, deed: str) -> WillToSign:
    return WillToSign(deed_sha256=deed, step_up=agreed_to_deed(case, deed))


def untypeset(case: Case) -> None:
    if case.deed is not None:
        case.deed = replace(case.deed, object_sha256=None)


def test_a_deed_that_nobody_could_read_yet_is_not_signed() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    untypeset(case)
    with pytest.raises(ConditionsUnmet, match="deed_missing"):
        confirm_deed(case, ceremony, APPLICANT, agreeing_to(case, DEED), at=NOW)


def test_the_second_party_signs_on_top_of_the_first_one_s_signature() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    signed = "5" * 64
    assert case.deed is not None
    case.deed = replace(case.deed, signed_sha256=signed)
    will = will_to_sign(case, ceremony, deed=signed)
    confirm_deed(case, ceremony, APPLICANT, will, at=NOW)
    assert ceremony.links[-1].body["object"] == signed


@pytest.fixture
def waiting() -> Ceremony:
    return planned(meeting_case())


def test_an_empty_room_has_the_hash_of_nothing_and_keeps_no_events(waiting: Ceremony) -> None:
    assert set(waiting.head) == {"0"}
    with pytest.raises(NotRecording):
        waiting.add_event("page_shown", NOW, by=NOTARY.account, facts={"page": 1})
