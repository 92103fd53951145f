"""After a hand-over: what the one before sent still counts, and the successor has to be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.cases.errors import ConditionsUnmet
from server.cases.identifying_in_room import Ground, identify_as_notary
from server.cases.leading import HandOverReason, hand_over
from server.cases.meeting import join_ceremony, step_ceremony
from server.cases.presence import confirm_presence
from server.ceremony.ceremony import Seat, Segment
from server.ceremony.chain import GENESIS
from server.ceremony.composite import plan_composite
from server.ceremony.errors import NotTakingPart
from server.ceremony.status import Step
from server.ceremony.verifying import verify_recording
from tests.unit.cases.a_case import APPLICANT, NOTARY, NOW, STRANGER, WANG
from tests.unit.cases.holding import TO_IDENTIFIED, TO_RECORDING, TO_SIGNING, opened
from tests.unit.cases.test_conduct import SUCCESSOR
from tests.unit.cases.test_meeting import DEED, meeting_case
from tests.unit.cases.test_who_it_is import known

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony


def handed_over(*steps: Step) -> tuple[Case, Ceremony]:
    case = meeting_case()
    ceremony = opened(case, *steps)
    hand_over(case, ceremony, SUCCESSOR, NOTARY, reason=HandOverReason.ILLNESS, at=NOW)
    return case, ceremony


def piece(account: str, index: int = 0) -> Segment:
    return Segment(
        participant=account,
        index=index,
        starts_ms=index * 1000,
        ends_ms=index * 1000 + 1000,
        sha256=f"{index}" * 64,
        size=1,
        media_type="video/webm",
        prev_sha256=GENESIS if index == 0 else f"{index - 1}" * 64,
    )


def test_what_the_notary_before_sent_is_kept_and_shown() -> None:
    _, ceremony = handed_over(*TO_RECORDING)
    ceremony.add_segment(piece(NOTARY.account), NOW)
    ceremony.add_late_segment(piece(NOTARY.account, 1), NOW)
    for account in (STRANGER.account, "nobody"):
        with pytest.raises(NotTakingPart):
            ceremony.add_segment(piece(account), NOW)
        with pytest.raises(NotTakingPart):
            ceremony.add_late_segment(piece(account), NOW)
    verify_recording(ceremony)
    ceremony.add_segment(piece(SUCCESSOR.account), NOW)
    plan = plan_composite(ceremony)
    assert [track.label for track in plan.tracks] == ["公证员 1 Notary 1", "公证员 2 Notary 2"]
    assert plan.captions[0].text.endswith("公证员 1 Notary 1")


def test_whoever_led_before_and_came_back_has_one_seat() -> None:
    case, ceremony = handed_over(*TO_RECORDING)
    assert ceremony.unseated == {NOTARY.account: Seat.NOTARY}
    join_ceremony(case, ceremony, SUCCESSOR, at=NOW)
    hand_over(case, ceremony, NOTARY, SUCCESSOR, reason=HandOverReason.OTHER, at=NOW)
    assert ceremony.unseated == {SUCCESSOR.account: Seat.NOTARY}


def test_whoever_led_and_never_came_in_has_lost_the_seat_all_the_same() -> None:
    case = meeting_case()
    ceremony = opened(case)
    hand_over(case, ceremony, SUCCESSOR, NOTARY, reason=HandOverReason.ILLNESS, at=NOW)
    hand_over(case, ceremony, NOTARY, SUCCESSOR, reason=HandOverReason.ILLNESS, at=NOW)
    assert ceremony.unseated == {SUCCESSOR.account: Seat.NOTARY}


def test_the_successor_leads_nothing_on_before_coming_in() -> None:
    case, ceremony = handed_over(*TO_IDENTIFIED)
    for step in (Step.OPEN_SIGNING, Step.COMPLETE):
        with pytest.raises(ConditionsUnmet, match="participant_missing"):
            step_ceremony(case, ceremony, step, SUCCESSOR, at=NOW)
    case, ceremony = handed_over(*TO_RECORDING)
    with pytest.raises(ConditionsUnmet, match="participant_missing"):
        step_ceremony(case, ceremony, Step.CONFIRM_IDENTITIES, SUCCESSOR, at=NOW)


def test_the_successor_vouches_for_nobody_before_coming_in() -> None:
    case, ceremony = handed_over(*TO_SIGNING)
    with pytest.raises(ConditionsUnmet, match="participant_missing"):
        confirm_presence(case, ceremony, WANG, SUCCESSOR, deed_sha256=DEED, at=NOW)
    with pytest.raises(ConditionsUnmet, match="participant_missing"):
        identify_by_successor(case, ceremony)
    join_ceremony(case, ceremony, SUCCESSOR, at=NOW)
    identify_by_successor(case, ceremony)
    assert known(case, ceremony).link is ceremony.links[-1]
    vouched = confirm_presence(case, ceremony, WANG, SUCCESSOR, deed_sha256=DEED, at=NOW)
    assert vouched.body["by"] == SUCCESSOR.account


def identify_by_successor(case: Case, ceremony: Ceremony) -> None:
    identify_as_notary(
        case,
        ceremony,
        APPLICANT.account,
        SUCCESSOR,
        ground=Ground.DOCUMENT_COMPARED,
        reason="证件与本人一致",
        at=NOW,
    )
