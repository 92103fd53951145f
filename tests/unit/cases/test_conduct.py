"""What has to happen in the room, by whom, before it is signed in or over."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from server.cases.asking import Answered, put_answers
from server.cases.conduct import pages_unseen
from server.cases.errors import ConditionsUnmet, FormIncomplete, NotYourAction, PartNotFound
from server.cases.ids import AccountId, PartyId
from server.cases.interview import FIRST, Exchange
from server.cases.leading import HandOverReason, hand_over
from server.cases.meeting import confirm_deed, join_ceremony, step_ceremony
from server.cases.parties import Party, PartyRole
from server.cases.record_keeping import (
    confirm_record,
    correct_record,
    countersign,
    write_record,
)
from server.cases.roles import Role
from server.cases.telling import TELLABLE, Claim, tell
from server.cases.trying_devices import Gear, report_tech_check
from server.ceremony.ceremony import Participant, Seat
from server.ceremony.course import is_in
from server.ceremony.errors import CeremonyRefused, NotRecording, NotTakingPart
from server.ceremony.seats import RIGHTS, Right
from server.ceremony.status import CeremonyStatus, Step
from tests.unit.cases.a_case import APPLICANT, DIRECTOR, NOTARY, NOW, STRANGER, WANG, actor
from tests.unit.cases.holding import (
    NOTICE,
    TO_IDENTIFIED,
    TO_RECORDING,
    TO_SIGNING,
    WORKING,
    ask,
    identify,
    inform,
    opened,
    planned,
    read_back,
    settle_record,
    show_pages,
    taken,
    try_devices,
)
from tests.unit.cases.test_meeting import DEED, meeting_case, will_to_sign
from tests.unit.cases.test_who_it_is import recorded

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.cases.interview import InterviewRecord
    from server.ceremony.ceremony import Ceremony

MORE = Exchange(question="还有吗？", answer="没有。")
SUCCESSOR = actor("s-successor", Role.NOTARY)
SECOND = actor("s-second", Role.SECOND_HANDLER)


def record_of(case: Case) -> InterviewRecord:
    assert case.interview is not None
    return case.interview


def refused(case: Case, ceremony: Ceremony, step: Step) -> list[str]:
    with pytest.raises(ConditionsUnmet) as refusal:
        step_ceremony(case, ceremony, step, NOTARY, at=NOW)
    return [each.code for each in refusal.value.unmet]


# Devices


def test_a_tried_device_begins_the_ceremony_and_is_on_record() -> None:
    case = meeting_case()
    ceremony = planned(case)
    weak = replace(WORKING, uplink_kbps=case.rules.ceremony.least_uplink_kbps - 1)
    link = report_tech_check(case, ceremony, weak, APPLICANT, at=NOW)
    assert ceremony.status is CeremonyStatus.TECH_CHECK
    assert (link.body["works"], link.body["line"]) == (1, "weak")
    assert report_tech_check(case, ceremony, WORKING, APPLICANT, at=NOW).body["line"] == "good"
    unmeasured = replace(WORKING, uplink_kbps=None, round_trip_ms=None)
    link = report_tech_check(case, ceremony, unmeasured, APPLICANT, at=NOW)
    assert (link.body["line"], link.body["uplink_kbps"]) == ("weak", None)


def test_recording_waits_for_a_camera_and_a_microphone() -> None:
    case = meeting_case()
    ceremony = opened(case, Step.ADMIT)
    assert refused(case, ceremony, Step.START_RECORDING) == ["device_not_tried"] * 2
    try_devices(case, ceremony)
    silent = replace(WORKING, microphone=Gear.REFUSED)
    report_tech_check(case, ceremony, silent, APPLICANT, at=NOW)
    assert refused(case, ceremony, Step.START_RECORDING) == ["device_does_not_work"]
    case.rules = replace(case.rules, ceremony=replace(case.rules.ceremony, tech_check=False))
    step_ceremony(case, ceremony, Step.START_RECORDING, NOTARY, at=NOW)


def test_whoever_only_watches_has_nothing_to_try() -> None:
    case = meeting_case()
    ceremony = opened(case)
    ceremony.participants.append(Participant(account=STRANGER.account, seat=Seat.OBSERVER))
    with pytest.raises(NotYourAction):
        report_tech_check(case, ceremony, WORKING, STRANGER, at=NOW)


# Notice and questions


def test_the_deed_is_not_opened_before_everybody_was_informed_asked_and_heard() -> None:
    case = meeting_case()
    case.interview = None
    ceremony = opened(case, *TO_IDENTIFIED)
    assert refused(case, ceremony, Step.OPEN_SIGNING) == [
        "notice_of_rights_not_confirmed",
        "questions_open",
        "interview_record_missing",
    ]


def test_an_answer_that_does_not_satisfy_stands_until_it_is_asked_again() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    inform(case, ceremony)
    ask(case, ceremony, unsatisfying={"own_will"})
    settle_record(case, ceremony)
    assert refused(case, ceremony, Step.OPEN_SIGNING) == ["questions_open"]
    ask(case, ceremony)
    step_ceremony(case, ceremony, Step.OPEN_SIGNING, NOTARY, at=NOW)


def test_only_the_questions_of_the_form_are_asked_of_whoever_signs_and_is_known() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_RECORDING)
    with pytest.raises(CeremonyRefused):
        ask(case, ceremony)
    taken(case, ceremony, Step.CONFIRM_IDENTITIES)
    strange = [Answered(question="weather", satisfies=True, text_sha256="f" * 64)]
    with pytest.raises(FormIncomplete):
        put_answers(case, ceremony, APPLICANT.account, NOTARY, answers=strange, at=NOW)
    with pytest.raises(NotYourAction):
        put_answers(case, ceremony, NOTARY.account, NOTARY, answers=[], at=NOW)


# The record


def test_each_version_of_the_record_names_the_one_before() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    first = record_of(case)
    assert (first.version, first.prev_sha256) == (1, FIRST)
    more = replace(first, exchanges=(*first.exchanges, MORE))
    second = write_record(case, ceremony, more, NOTARY, at=NOW)
    assert (second.version, second.prev_sha256) == (2, first.sha256)
    # What the chain named before can still be shown.
    assert hashlib.sha256(second.earlier[0].encode()).hexdigest() == first.sha256
    assert ceremony.links[-1].body["sha256"] == second.sha256


def test_a_record_is_begun_before_anything_is_recorded() -> None:
    case = meeting_case()
    begun, case.interview = record_of(case), None
    assert write_record(case, None, begun, NOTARY, at=NOW).version == 1
    waiting = opened(case, Step.ADMIT)
    write_record(case, waiting, begun, NOTARY, at=NOW)
    assert waiting.links[-1].kind == Step.ADMIT
    assert write_record(case, None, begun, NOTARY, at=NOW).version == 3


def test_a_record_that_was_not_read_back_is_not_confirmed() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    digest = record_of(case).sha256
    with pytest.raises(ConditionsUnmet, match="record_not_read_back"):
        confirm_record(case, ceremony, APPLICANT, sha256=digest, at=NOW)
    read_back(case, ceremony)
    with pytest.raises(ConditionsUnmet, match="record_differs"):
        confirm_record(case, ceremony, APPLICANT, sha256="0" * 64, at=NOW)
    with pytest.raises(NotYourAction):
        confirm_record(case, ceremony, NOTARY, sha256=digest, at=NOW)


def test_what_was_read_back_is_only_added_to_or_corrected() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    before = record_of(case)
    read_back(case, ceremony)
    changed = replace(before, exchanges=(Exchange(question="是否自愿？", answer="不是。"),))
    with pytest.raises(ConditionsUnmet, match="record_only_corrected"):
        write_record(case, ceremony, changed, NOTARY, at=NOW)
    more = replace(before, exchanges=(*before.exchanges, MORE))
    assert write_record(case, ceremony, more, NOTARY, at=NOW).version == 2


def test_what_was_read_back_stands_however_much_was_written_since() -> None:
    """Before, one more question was enough to write the answers that were read back anew."""
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    before = record_of(case)
    read_back(case, ceremony)
    more = replace(before, exchanges=(*before.exchanges, MORE))
    write_record(case, ceremony, more, NOTARY, at=NOW)
    changed = replace(more, exchanges=(Exchange(question="是否自愿？", answer="不是。"), MORE))
    with pytest.raises(ConditionsUnmet, match="record_only_corrected"):
        write_record(case, ceremony, changed, NOTARY, at=NOW)
    with pytest.raises(ConditionsUnmet, match="record_only_corrected"):
        write_record(case, ceremony, replace(more, place="别处"), NOTARY, at=NOW)
    # What came after the reading is typed on until it is read back, too.
    typed = replace(MORE, answer=MORE.answer + "补充。")
    after = replace(more, exchanges=(*before.exchanges, typed))
    assert write_record(case, ceremony, after, NOTARY, at=NOW).exchanges[-1] == typed


def test_a_record_that_was_confirmed_in_a_broken_off_ceremony_is_confirmed_in_the_next() -> None:
    case = meeting_case()
    broken_off = opened(case, *TO_IDENTIFIED)
    settle_record(case, broken_off)
    step_ceremony(case, broken_off, Step.ABORT, NOTARY, at=NOW)
    confirmed = record_of(case)
    assert confirmed.is_confirmed
    assert opened(case, *TO_SIGNING).status is CeremonyStatus.SIGNING
    # It is the record that everybody signed then, untouched.
    assert record_of(case) == confirmed


def corrected(case: Case, ceremony: Ceremony, **told: Any) -> InterviewRecord:  # noqa: ANN401  # of a table
    values: dict[str, Any] = {"position": 0, "answer": "是，完全自愿。", "party": WANG}
    return correct_record(case, ceremony, NOTARY, at=NOW, **(values | told))


def test_a_correction_is_countersigned_before_the_record_is_confirmed() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    read_back(case, ceremony)
    record = corrected(case, ceremony)
    assert record.exchanges[0].corrected_from == "是。"
    read_back(case, ceremony)
    with pytest.raises(ConditionsUnmet, match="correction_not_countersigned"):
        confirm_record(case, ceremony, APPLICANT, sha256=record.sha256, at=NOW)
    countersign(case, ceremony, APPLICANT, position=0, sha256=record.sha256, at=NOW)
    assert record_of(case).sha256 == record.sha256
    confirm_record(case, ceremony, APPLICANT, sha256=record.sha256, at=NOW)
    assert record_of(case).is_confirmed


def test_what_was_corrected_stays_so_when_more_is_written() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    read_back(case, ceremony)
    record = corrected(case, ceremony)
    countersign(case, ceremony, APPLICANT, position=0, sha256=record.sha256, at=NOW)
    typed = (
        Exchange(question="是否自愿？", answer="是，完全自愿。"),
        Exchange(question="?", answer="!"),
    )
    written = write_record(case, ceremony, replace(record, exchanges=typed), NOTARY, at=NOW)
    assert written.exchanges[0].countersigned_by == WANG


def test_a_correction_is_of_an_answer_and_for_somebody_in_the_talk() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    case.parties.append(Party(id=PartyId("p-2"), role=PartyRole.TRUSTEE, name="某某"))
    with pytest.raises(PartNotFound):
        corrected(case, ceremony, position=1)
    with pytest.raises(PartNotFound):
        corrected(case, ceremony, party=PartyId("p-2"))
    case.interview = None
    with pytest.raises(PartNotFound):
        corrected(case, ceremony)


def test_nobody_countersigns_what_is_not_theirs_or_not_corrected() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    digest = record_of(case).sha256
    with pytest.raises(PartNotFound):
        countersign(case, ceremony, APPLICANT, position=0, sha256=digest, at=NOW)
    with pytest.raises(PartNotFound):
        countersign(case, ceremony, APPLICANT, position=7, sha256=digest, at=NOW)
    other = seat_another(case, ceremony)
    record = corrected(case, ceremony)
    with pytest.raises(NotYourAction):
        countersign(case, ceremony, other, position=0, sha256=record.sha256, at=NOW)


def seat_another(case: Case, ceremony: Ceremony, seat: Seat = Seat.PARTY) -> Any:  # noqa: ANN401  # an actor
    """Let a second person in, with a party of the case."""
    other = actor("a-li", Role.APPLICANT)
    party = Party(
        id=PartyId("p-li"),
        role=PartyRole.APPLICANT if seat is Seat.PARTY else PartyRole.INTERPRETER,
        name="李",
        account=AccountId("a-li"),
        identity_proven=True,
    )
    case.parties.append(party)
    ceremony.participants.append(Participant(account=other.account, seat=seat, party=party.id))
    ceremony.join(other.account, NOW)
    return other


def test_nothing_counts_before_recording_or_in_a_pause() -> None:
    case = meeting_case()
    with pytest.raises(NotRecording):
        confirm_record(case, opened(case), APPLICANT, sha256="0" * 64, at=NOW)
    ceremony = opened(case, *TO_IDENTIFIED, Step.PAUSE)
    with pytest.raises(CeremonyRefused):
        confirm_record(case, ceremony, APPLICANT, sha256="0" * 64, at=NOW)
    with pytest.raises(CeremonyRefused):
        corrected(case, ceremony)


# What people put on record


def claim(kind: str, **told: Any) -> Claim:  # noqa: ANN401  # of a table
    return Claim(kind, **told)


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("kind", TELLABLE)
def test_who_may_say_what_is_the_table_s(seat: Seat, kind: str) -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    ceremony.participants.append(Participant(account=STRANGER.account, seat=seat))
    case.staffing = replace(case.staffing, handling_notary=STRANGER.account)
    right = TELLABLE[kind].right
    if right is None or right in RIGHTS[seat]:
        try:
            tell(case, ceremony, claim(kind), STRANGER, at=NOW)
        except ConditionsUnmet:
            return  # Theirs to say, but not true.
        assert ceremony.links[-1].kind == kind
    else:
        with pytest.raises(NotYourAction):
            tell(case, ceremony, claim(kind), STRANGER, at=NOW)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (claim("notice_confirmed", sha256="0" * 64, notices=frozenset({NOTICE})), "notice_differs"),
        (claim("notice_confirmed", notices=frozenset({NOTICE})), "notice_differs"),
        (claim("page_shown", subject="1", sha256="0" * 64), "deed_differs"),
        (claim("page_shown", subject="1"), "deed_differs"),
        (claim("page_shown", subject="0", sha256=DEED), "no_such_page"),
        (claim("page_shown", subject="2", sha256=DEED), "no_such_page"),
        (claim("page_shown", sha256=DEED), "no_such_page"),
    ],
)
def test_what_is_not_so_is_not_taken_in(told: Claim, code: str) -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    with pytest.raises(ConditionsUnmet, match=code):
        tell(case, ceremony, told, APPLICANT, at=NOW)


def test_a_page_of_no_deed_is_none() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    case.deed = None
    with pytest.raises(ConditionsUnmet, match="deed_differs"):
        tell(case, ceremony, claim("page_shown", subject="1", sha256=DEED), APPLICANT, at=NOW)


def test_only_the_record_as_it_stands_is_read_back() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    with pytest.raises(ConditionsUnmet, match="record_differs"):
        tell(case, ceremony, claim("record_read_back", sha256="0" * 64), NOTARY, at=NOW)
    case.interview = None
    with pytest.raises(ConditionsUnmet, match="interview_record_missing"):
        tell(case, ceremony, claim("record_read_back", sha256="0" * 64), NOTARY, at=NOW)


def test_a_lost_line_is_told_in_a_pause_and_nothing_else() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_RECORDING, Step.PAUSE)
    tell(case, ceremony, claim("connection_lost", offset_ms=1200), APPLICANT, at=NOW)
    assert ceremony.links[-1].body["offset_ms"] == 1200
    with pytest.raises(CeremonyRefused):
        tell(case, ceremony, claim("statement_made"), APPLICANT, at=NOW)
    with pytest.raises(NotRecording):
        tell(case, opened(case), claim("connection_lost"), APPLICANT, at=NOW)
    with pytest.raises(NotTakingPart):
        tell(case, ceremony, claim("connection_lost"), STRANGER, at=NOW)


# The deed


def test_whoever_signs_has_seen_every_page_of_exactly_this_file() -> None:
    case = meeting_case()
    assert case.deed is not None
    case.deed = replace(case.deed, pages=3)
    ceremony = opened(case, *TO_SIGNING)
    will = will_to_sign(case, ceremony)
    newer = "7" * 64
    case.deed = replace(case.deed, signed_sha256=newer)
    assert pages_unseen(ceremony, APPLICANT.account, case.deed, DEED) == ()
    assert pages_unseen(ceremony, APPLICANT.account, case.deed, newer) == (1, 2, 3)
    assert pages_unseen(ceremony, NOTARY.account, case.deed, DEED) == (1, 2, 3)
    assert confirm_deed(case, ceremony, APPLICANT, will, at=NOW) == WANG


def test_a_page_that_was_left_out_is_named() -> None:
    case = meeting_case()
    assert case.deed is not None
    ceremony = opened(case, *TO_SIGNING)
    will = will_to_sign(case, ceremony)
    case.deed = replace(case.deed, pages=2)
    with pytest.raises(ConditionsUnmet) as refusal:
        confirm_deed(case, ceremony, APPLICANT, will, at=NOW)
    assert [(u.code, u.subject) for u in refusal.value.unmet] == [("page_not_seen", "2")]


def test_who_sits_as_a_witness_does_not_sign_the_deed() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    will = will_to_sign(case, ceremony)
    ceremony.participants = [
        replace(p, seat=Seat.WITNESS) if p.party == WANG else p for p in ceremony.participants
    ]
    with pytest.raises(ConditionsUnmet, match="seat_does_not_sign"):
        confirm_deed(case, ceremony, APPLICANT, will, at=NOW)


# Interruption


def signed(ceremony: Ceremony) -> None:
    facts = {"object": "5" * 64, "party": WANG}
    ceremony.add_event("deed_signed", NOW, by=APPLICANT.account, facts=dict(facts))


def over(case: Case) -> None:
    assert case.deed is not None
    case.deed = replace(case.deed, signed_sha256="5" * 64, signed_by=(WANG,))


def test_what_was_signed_before_an_interruption_is_confirmed_aloud_after_it() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    signed(ceremony)
    over(case)
    taken(case, ceremony, Step.INTERRUPT, Step.RESUME, Step.CONFIRM_IDENTITIES)
    assert refused(case, ceremony, Step.COMPLETE) == ["not_confirmed_after_interruption"]
    again = claim("confirmed_after_interruption", subject=str(WANG), sha256="5" * 64)
    tell(case, ceremony, again, NOTARY, at=NOW)
    # And again after the next one.
    taken(case, ceremony, Step.INTERRUPT, Step.RESUME, Step.CONFIRM_IDENTITIES)
    assert refused(case, ceremony, Step.COMPLETE) == ["not_confirmed_after_interruption"]


def test_what_is_signed_after_an_interruption_needs_no_more() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED, Step.PAUSE, Step.RESUME, Step.CONFIRM_IDENTITIES)
    with pytest.raises(ConditionsUnmet, match="deed_not_signed"):
        tell(case, ceremony, claim("confirmed_after_interruption"), NOTARY, at=NOW)
    signed(ceremony)
    over(case)
    for done in (inform, ask, settle_record):
        done(case, ceremony)
    recorded(ceremony)
    step_ceremony(case, ceremony, Step.COMPLETE, NOTARY, at=NOW)


# Two persons


def test_a_matter_for_two_is_neither_signed_in_nor_over_while_one_is_away() -> None:
    case = meeting_case()
    case.rules = replace(case.rules, two_person=True)
    case.staffing = replace(case.staffing, second_handler=SECOND.account)
    ceremony = planned(case)
    for person in (NOTARY, APPLICANT, SECOND):
        join_ceremony(case, ceremony, person, at=NOW)
    ceremony.participants = [p for p in ceremony.participants if p.seat is not Seat.SECOND_HANDLER]
    ceremony.participants.append(Participant(account=SECOND.account, seat=Seat.SECOND_HANDLER))
    ceremony.join(SECOND.account, NOW)
    taken(case, ceremony, *TO_SIGNING)
    ceremony.add_event("line_left", NOW, by=SECOND.account, facts={})
    assert not is_in(ceremony, SECOND.account)
    will = will_to_sign(case, ceremony)
    with pytest.raises(ConditionsUnmet, match="second_person_not_here"):
        confirm_deed(case, ceremony, APPLICANT, will, at=NOW)
    assert "second_person_not_here" in refused(case, ceremony, Step.COMPLETE)
    ceremony.add_event("line_published", NOW, by=SECOND.account, facts={})
    assert confirm_deed(case, ceremony, APPLICANT, will, at=NOW) == WANG


def test_whoever_was_put_out_is_nobody_s_second_person_until_let_in_again() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_RECORDING)
    ceremony.put_out(APPLICANT.account, NOW, by=NOTARY.account, reason="disturbs")
    assert not is_in(ceremony, APPLICANT.account)
    ceremony.readmit(APPLICANT.account, NOW, by=NOTARY.account)
    assert is_in(ceremony, APPLICANT.account)


# Hand-over


def test_another_notary_leads_after_a_hand_over_and_everybody_is_identified_before_him() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    reason = HandOverReason.ILLNESS
    hand_over(case, ceremony, SUCCESSOR, NOTARY, reason=reason, at=NOW)
    assert case.staffing.handling_notary == SUCCESSOR.account
    with pytest.raises(NotTakingPart):
        step_ceremony(case, ceremony, Step.PAUSE, NOTARY, at=NOW)
    join_ceremony(case, ceremony, SUCCESSOR, at=NOW)
    with pytest.raises(ConditionsUnmet, match="participant_to_identify_again"):
        step_ceremony(case, ceremony, Step.OPEN_SIGNING, SUCCESSOR, at=NOW)


@pytest.mark.parametrize(
    ("successor", "code"),
    [
        (actor("s-clerk-2", Role.ISSUING_CLERK), "staff_lacks_role"),
        (NOTARY, "seated_already"),
        (actor("a-wang", Role.NOTARY), "conflict_of_interest"),
    ],
)
def test_nobody_else_than_a_notary_without_a_part_in_it_takes_over(
    successor: Any,  # noqa: ANN401  # an actor
    code: str,
) -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_RECORDING)
    with pytest.raises(ConditionsUnmet, match=code):
        hand_over(case, ceremony, successor, NOTARY, reason=HandOverReason.OTHER, at=NOW)
    assert case.staffing.handling_notary == NOTARY.account


def test_the_director_hands_over_where_the_notary_cannot() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_RECORDING, Step.PAUSE)
    reason = HandOverReason.ABSENCE
    with pytest.raises(NotTakingPart):
        hand_over(case, ceremony, SUCCESSOR, STRANGER, reason=reason, at=NOW)
    hand_over(case, ceremony, SUCCESSOR, DIRECTOR, reason=reason, at=NOW)
    ended = opened(meeting_case(), Step.ABORT)
    with pytest.raises(CeremonyRefused):
        hand_over(meeting_case(), ended, SUCCESSOR, DIRECTOR, reason=reason, at=NOW)


def test_an_interpreter_who_came_is_known_before_anything_is_signed() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_IDENTIFIED)
    seat_another(case, ceremony, Seat.INTERPRETER)
    for done in (inform, ask):
        done(case, ceremony)
    read_back(case, ceremony)
    assert refused(case, ceremony, Step.OPEN_SIGNING) == [
        "participant_not_identified",
        "interview_record_not_confirmed",
        "interview_record_not_confirmed",
    ]
    identify(case, ceremony, "a-li")
    settle_record(case, ceremony)
    step_ceremony(case, ceremony, Step.OPEN_SIGNING, NOTARY, at=NOW)


def test_the_rights_of_each_seat() -> None:
    leads = {seat for seat in Seat if Right.LEAD in RIGHTS[seat]}
    signs = {seat for seat in Seat if Right.SIGN in RIGHTS[seat]}
    assert (leads, signs) == ({Seat.NOTARY}, {Seat.PARTY, Seat.AGENT})
    assert RIGHTS[Seat.OBSERVER] == {Right.SEE}
    assert RIGHTS.keys() == set(Seat)


def test_pages_are_shown_to_each_who_signs() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    show_pages(case, ceremony, DEED)
    assert case.deed is not None
    assert pages_unseen(ceremony, APPLICANT.account, case.deed, DEED) == ()
