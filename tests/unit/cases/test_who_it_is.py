"""How long somebody in the room counts as identified, what ends it, and the way on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from server.cases.consents import Purpose
from server.cases.errors import ConditionsUnmet, NotYourAction
from server.cases.identifying_in_room import (
    Sight,
    require_look,
    set_challenge,
    take_sight,
)
from server.cases.leading import HandOverReason, hand_over
from server.cases.meeting import WillToSign, confirm_deed, join_ceremony, step_ceremony
from server.cases.recognising import How, Lapse, Seen, fresh_look, recognition_of
from server.cases.roles import Role
from server.ceremony.ceremony import Participant, Seat, Segment
from server.ceremony.chain import GENESIS
from server.ceremony.course import Told, last_told, recording_since
from server.ceremony.errors import CeremonyRefused
from server.ceremony.status import CeremonyStatus, Step
from tests.unit.cases.a_case import APPLICANT, NOTARY, NOW, STRANGER, actor, consent
from tests.unit.cases.agreeing import agreed_to_deed
from tests.unit.cases.holding import (
    TO_IDENTIFIED,
    TO_RECORDING,
    TO_SIGNING,
    ask,
    identify,
    inform,
    opened,
    settle_record,
    show_pages,
    taken,
)
from tests.unit.cases.test_meeting import DEED, meeting_case, will_to_sign

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from server.cases.case import Case
    from server.cases.recognising import Recognition
    from server.ceremony.ceremony import Ceremony

WANG = APPLICANT.account
SHORT, LONG = timedelta(seconds=30), timedelta(seconds=31)


def known(case: Case, ceremony: Ceremony) -> Recognition:
    return recognition_of(ceremony, WANG, case.rules.ceremony)


def facing_case() -> Case:
    """Return a case whose party agreed to a face being looked at."""
    case = meeting_case()
    case.consents.append(consent(Purpose.FACE_ONLINE))
    return case


def sight(seen: Seen, **told: Any) -> Sight:  # noqa: ANN401  # of a table
    values: dict[str, Any] = {
        "participant": WANG,
        "seen": seen,
        "first_segment": 0,
        "last_segment": 0,
        "until_ms": 9000,
        "policy": "test",
    }
    return Sight(**(values | told))


def looked(ceremony: Ceremony, seen: Seen, *, at: datetime = NOW, **told: Any) -> None:  # noqa: ANN401  # of a table
    take_sight(ceremony, sight(seen, **told), at=at)


def by_face(case: Case, ceremony: Ceremony, *, at: datetime = NOW) -> None:
    """Identify the party by a live face that answered its challenge."""
    link = set_challenge(case, ceremony, WANG, NOTARY, nonce=b"n" * 32, at=at)
    require_look(case, ceremony, WANG, NOTARY, challenge=link.hash)
    looked(ceremony, Seen.SAME, at=at, challenge=link.hash)


def recorded(ceremony: Ceremony, ends_ms: int = 10_000) -> None:
    ceremony.add_segment(
        Segment(
            participant=WANG,
            index=0,
            starts_ms=0,
            ends_ms=ends_ms,
            sha256="a" * 64,
            size=1,
            media_type="video/webm",
            prev_sha256=GENESIS,
        ),
        NOW,
    )


def test_nobody_is_known_before_it_was_looked_at() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_RECORDING)
    assert known(case, ceremony).lapse is Lapse.NEVER
    with pytest.raises(ConditionsUnmet, match="participant_not_identified"):
        step_ceremony(case, ceremony, Step.CONFIRM_IDENTITIES, NOTARY, at=NOW)


def test_nobody_is_identified_before_it_is_recorded() -> None:
    case = facing_case()
    ceremony = opened(case, Step.ADMIT)
    for attempt in (
        lambda: identify(case, ceremony, WANG),
        lambda: set_challenge(case, ceremony, WANG, NOTARY, nonce=b"n" * 32, at=NOW),
    ):
        with pytest.raises(CeremonyRefused):
            attempt()


def test_a_live_face_that_answers_its_challenge_identifies() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING)
    by_face(case, ceremony)
    assert known(case, ceremony).how is How.FACE


def test_a_face_without_a_challenge_identifies_nobody() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING)
    require_look(case, ceremony, WANG, NOTARY, challenge=None)
    looked(ceremony, Seen.SAME)
    assert known(case, ceremony).lapse is Lapse.NEVER


def test_a_challenge_is_answered_once_and_only_the_newest() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING)
    first = set_challenge(case, ceremony, WANG, NOTARY, nonce=b"1" * 32, at=NOW)
    second = set_challenge(case, ceremony, WANG, NOTARY, nonce=b"2" * 32, at=NOW)
    with pytest.raises(ConditionsUnmet, match="challenge_is_another"):
        require_look(case, ceremony, WANG, NOTARY, challenge=first.hash)
    looked(ceremony, Seen.UNSURE, challenge=second.hash)
    with pytest.raises(ConditionsUnmet, match="challenge_answered"):
        require_look(case, ceremony, WANG, NOTARY, challenge=second.hash)
    # A job that ran twice adds nothing.
    looked(ceremony, Seen.SAME, challenge=second.hash)
    assert known(case, ceremony).link is None


def rejoin(case: Case, ceremony: Ceremony) -> None:
    join_ceremony(case, ceremony, APPLICANT, at=NOW, session="on another telephone")


def lose_the_line(_: Case, ceremony: Ceremony) -> None:
    ceremony.add_event("line_left", NOW, by=WANG, facts={})


def interrupt(case: Case, ceremony: Ceremony) -> None:
    step_ceremony(case, ceremony, Step.INTERRUPT, APPLICANT, at=NOW, reason="technical")


def pause(case: Case, ceremony: Ceremony) -> None:
    step_ceremony(case, ceremony, Step.PAUSE, NOTARY, at=NOW)


def give_away(case: Case, ceremony: Ceremony) -> None:
    reason = HandOverReason.ILLNESS
    hand_over(case, ceremony, actor("s-next", Role.NOTARY), NOTARY, reason=reason, at=NOW)


@pytest.mark.parametrize("meanwhile", [rejoin, lose_the_line, interrupt, pause, give_away])
def test_a_face_identifies_nobody_who_could_have_come_after_it(
    meanwhile: Callable[[Case, Ceremony], None],
) -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING)
    link = set_challenge(case, ceremony, WANG, NOTARY, nonce=b"n" * 32, at=NOW)
    meanwhile(case, ceremony)
    looked(ceremony, Seen.SAME, challenge=link.hash)
    assert last_told(ceremony, Told.IDENTIFIED) is None
    # What was seen stays on record.
    assert ceremony.links[-1].kind == Told.FACE_LOOKED


def test_an_answer_to_an_older_challenge_or_to_another_s_identifies_nobody() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING)
    first = set_challenge(case, ceremony, WANG, NOTARY, nonce=b"1" * 32, at=NOW)
    looked(ceremony, Seen.SAME, challenge=first.hash, participant="a-stranger")
    assert last_told(ceremony, Told.IDENTIFIED) is None
    first = set_challenge(case, ceremony, WANG, NOTARY, nonce=b"2" * 32, at=NOW)
    set_challenge(case, ceremony, WANG, NOTARY, nonce=b"3" * 32, at=NOW)
    looked(ceremony, Seen.SAME, challenge=first.hash)
    assert last_told(ceremony, Told.IDENTIFIED) is None


def test_what_happens_to_others_takes_nothing_from_a_face() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING)
    link = set_challenge(case, ceremony, WANG, NOTARY, nonce=b"n" * 32, at=NOW)
    ceremony.add_event("line_left", NOW, by=NOTARY.account, facts={})
    looked(ceremony, Seen.SAME, challenge=link.hash)
    assert known(case, ceremony).how is How.FACE


def test_without_consent_no_machine_looks() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_RECORDING)
    with pytest.raises(ConditionsUnmet, match="consent_missing_face_online"):
        require_look(case, ceremony, WANG, NOTARY, challenge=None)
    identify(case, ceremony, WANG)
    assert known(case, ceremony).how is How.NOTARY


def test_whoever_has_no_part_in_the_talk_is_not_identified() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_RECORDING)
    ceremony.participants.append(Participant(account="a-trainee", seat=Seat.OBSERVER))
    with pytest.raises(NotYourAction):
        identify(case, ceremony, "a-trainee")


@pytest.mark.parametrize(
    ("stop", "away", "lapse"),
    [
        (Step.INTERRUPT, SHORT, None),
        (Step.INTERRUPT, LONG, Lapse.AWAY_TOO_LONG),
        (Step.PAUSE, SHORT, None),
        (Step.PAUSE, LONG, Lapse.AWAY_TOO_LONG),
    ],
)
def test_a_long_gap_ends_it(stop: Step, away: timedelta, lapse: Lapse | None) -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    step_ceremony(case, ceremony, stop, NOTARY, at=NOW)
    step_ceremony(case, ceremony, Step.RESUME, NOTARY, at=NOW + away)
    assert known(case, ceremony).lapse is lapse


def test_a_pause_that_becomes_an_interruption_counts_from_its_beginning() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    step_ceremony(case, ceremony, Step.PAUSE, NOTARY, at=NOW)
    step_ceremony(case, ceremony, Step.INTERRUPT, NOTARY, at=NOW + SHORT)
    step_ceremony(case, ceremony, Step.RESUME, NOTARY, at=NOW + SHORT + SHORT)
    assert known(case, ceremony).lapse is Lapse.AWAY_TOO_LONG


@pytest.mark.parametrize(("away", "lapse"), [(SHORT, None), (LONG, Lapse.AWAY_TOO_LONG)])
@pytest.mark.parametrize(
    ("lost", "back"), [("line_left", "line_published"), ("line_silent", "line_heard")]
)
def test_a_lost_line_ends_it_when_it_was_lost_for_long(
    lost: str, back: str, away: timedelta, lapse: Lapse | None
) -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    ceremony.add_event(lost, NOW, by=WANG, facts={})
    ceremony.add_event(back, NOW + away, by=WANG, facts={})
    assert known(case, ceremony).lapse is lapse


def test_another_device_is_another_look() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    join_ceremony(case, ceremony, APPLICANT, at=NOW, session=f"on {WANG}")
    assert known(case, ceremony).how is How.NOTARY
    join_ceremony(case, ceremony, APPLICANT, at=NOW, session="on another telephone")
    assert known(case, ceremony).lapse is Lapse.OTHER_DEVICE
    with pytest.raises(ConditionsUnmet, match="participant_to_identify_again"):
        taken(case, ceremony, Step.OPEN_SIGNING)
    identify(case, ceremony, WANG)
    step_ceremony(case, ceremony, Step.OPEN_SIGNING, NOTARY, at=NOW)


def test_whoever_was_identified_again_after_a_gap_goes_on() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    step_ceremony(case, ceremony, Step.INTERRUPT, APPLICANT, at=NOW, reason="technical")
    step_ceremony(case, ceremony, Step.RESUME, NOTARY, at=NOW + LONG)
    with pytest.raises(ConditionsUnmet, match="participant_to_identify_again"):
        step_ceremony(case, ceremony, Step.CONFIRM_IDENTITIES, NOTARY, at=NOW + LONG)
    taken(case, ceremony, Step.CONFIRM_IDENTITIES, Step.OPEN_SIGNING, at=NOW + LONG)
    assert ceremony.status is CeremonyStatus.SIGNING


def test_a_swapped_face_stops_the_signing() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING)
    by_face(case, ceremony)
    step_ceremony(case, ceremony, Step.CONFIRM_IDENTITIES, NOTARY, at=NOW)
    taken(case, ceremony, Step.OPEN_SIGNING)
    show_pages(case, ceremony, DEED)
    looked(ceremony, Seen.OTHER)
    will = WillToSign(deed_sha256=DEED, step_up=agreed_to_deed(case, DEED))
    with pytest.raises(ConditionsUnmet, match="face_of_somebody_else"):
        confirm_deed(case, ceremony, APPLICANT, will, at=NOW)
    # Not even the notary's word goes over it before it was looked at again.
    with pytest.raises(ConditionsUnmet, match="face_of_somebody_else"):
        identify(case, ceremony, WANG)
    with pytest.raises(ConditionsUnmet, match="face_of_somebody_else"):
        step_ceremony(case, ceremony, Step.COMPLETE, NOTARY, at=NOW)


def test_the_person_who_comes_back_is_identified_again_and_signs() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_SIGNING)
    looked(ceremony, Seen.OTHER)
    assert known(case, ceremony).lapse is Lapse.OTHER_FACE
    by_face(case, ceremony)
    assert confirm_deed(case, ceremony, APPLICANT, will_to_sign(case, ceremony), at=NOW)


def test_after_three_looks_at_somebody_else_the_notary_decides() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    for _ in range(3):
        looked(ceremony, Seen.OTHER)
    identify(case, ceremony, WANG)
    link = last_told(ceremony, Told.IDENTIFIED, how=How.NOTARY)
    assert link is not None
    assert link.body["against"] == ceremony.links[-2].hash


def test_an_unsure_look_is_for_the_notary() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING)
    looked(ceremony, Seen.UNSURE)
    identify(case, ceremony, WANG)
    assert known(case, ceremony).how is How.NOTARY


def test_another_s_face_seen_before_anybody_was_identified_is_looked_at_again() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING)
    looked(ceremony, Seen.OTHER)
    with pytest.raises(ConditionsUnmet, match="face_of_somebody_else"):
        identify(case, ceremony, WANG)
    looked(ceremony, Seen.SAME)
    identify(case, ceremony, WANG)


def fresh(case: Case, ceremony: Ceremony, *, at: datetime = NOW) -> bool:
    return fresh_look(ceremony, WANG, case.rules.ceremony, at=at) is not None


def test_whoever_is_known_by_the_face_was_seen_a_moment_ago_when_signing() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING)
    by_face(case, ceremony)
    step_ceremony(case, ceremony, Step.CONFIRM_IDENTITIES, NOTARY, at=NOW)
    for done in (inform, ask, settle_record):
        done(case, ceremony)
    step_ceremony(case, ceremony, Step.OPEN_SIGNING, NOTARY, at=NOW)
    show_pages(case, ceremony, DEED)
    later = NOW + timedelta(seconds=case.rules.ceremony.look_fresh_s)
    assert fresh(case, ceremony)
    assert not fresh(case, ceremony, at=later)
    will = WillToSign(deed_sha256=DEED, step_up=agreed_to_deed(case, DEED))
    with pytest.raises(ConditionsUnmet, match="face_not_seen_lately"):
        confirm_deed(case, ceremony, APPLICANT, will, at=later)
    looked(ceremony, Seen.UNSURE)
    assert not fresh(case, ceremony)
    looked(ceremony, Seen.SAME)
    # What the platform saw a moment ago vouches for the person, too.
    confirm_deed(case, ceremony, APPLICANT, will, at=NOW)
    assert ceremony.links[-1].body["vouched_by"] == ceremony.links[-2].hash


def test_a_look_that_saw_little_of_what_was_recorded_is_not_fresh() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING)
    looked(ceremony, Seen.SAME, until_ms=9000)
    recorded(ceremony, ends_ms=9000 + 120_000)
    assert fresh(case, ceremony)
    looked(ceremony, Seen.SAME, until_ms=8999)
    assert not fresh(case, ceremony)


def test_the_clock_of_a_ceremony_begins_with_its_recording() -> None:
    case = meeting_case()
    assert recording_since(opened(case, Step.ADMIT).links) is None
    assert recording_since(opened(case, *TO_RECORDING).links) == NOW


def test_what_was_seen_in_a_room_that_is_over_is_dropped() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING, Step.ABORT)
    looked(ceremony, Seen.SAME)
    assert ceremony.links[-1].kind == Step.ABORT


def test_only_the_notary_who_leads_identifies() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_RECORDING)
    with pytest.raises(NotYourAction):
        set_challenge(case, ceremony, WANG, APPLICANT, nonce=b"n" * 32, at=NOW)
    ceremony.participants.append(Participant(account=STRANGER.account, seat=Seat.NOTARY))
    with pytest.raises(NotYourAction):
        require_look(case, ceremony, WANG, STRANGER, challenge=None)
