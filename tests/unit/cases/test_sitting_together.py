"""Two people before one camera: one line, and everything else of each alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest

from server.cases.compared import COMPARED, stands_compared
from server.cases.comparing import Seen as Compared
from server.cases.comparing import compare_identity
from server.cases.consents import ASKED_OF_EVERYBODY, Purpose
from server.cases.errors import ConditionsUnmet, NotYourAction, StepUpNotFound
from server.cases.guards import deed_signed
from server.cases.identifying_in_room import require_look, set_challenge
from server.cases.identity_comparisons import Likeness
from server.cases.ids import AccountId, PartyId
from server.cases.leading import HandOverReason, hand_over
from server.cases.meeting import (
    WillToSign,
    confirm_deed,
    join_ceremony,
    plan_ceremony,
    step_ceremony,
)
from server.cases.parties import IdDocument, IdType, Party, PartyRole
from server.cases.presence import confirm_presence, vouched_by
from server.cases.recognising import Lapse, Seen, recognition_of
from server.cases.roles import Role
from server.cases.sitting_together import (
    OFFER_LASTS,
    join_at_device,
    leave_device,
    offer_device,
)
from server.cases.step_up import KeyUse
from server.ceremony.ceremony import CeremonyId, Participant, Seat
from server.ceremony.course import Told, is_in, last_told
from server.ceremony.errors import (
    CeremonyRefused,
    NotTakingPart,
    ParticipantNotFound,
    PutOut,
)
from server.ceremony.lines import Line, Picture, unrecorded
from server.ceremony.rooms import LEASE, MediaRoom
from server.ceremony.sharing import JOINED, Lines
from server.ceremony.status import CeremonyStatus, Step
from server.demo.device import DeviceKey
from tests.unit.cases.a_case import APPLICANT, NOTARY, NOW, STRANGER, SYSTEM, actor, consent
from tests.unit.cases.a_case import WANG as P_WANG
from tests.unit.cases.agreeing import answered, asked
from tests.unit.cases.holding import (
    TO_IDENTIFIED,
    TO_RECORDING,
    TO_SIGNING,
    identify,
    show_pages,
    taken,
)
from tests.unit.cases.test_meeting import DEED, meeting_case
from tests.unit.cases.test_presence import NUMBER, check
from tests.unit.cases.test_who_it_is import by_face, looked, recorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony

SPOUSE: Final = actor("a-li", Role.APPLICANT)
WANG, LI = APPLICANT.account, SPOUSE.account
P_LI: Final = PartyId("p-li")
SESSIONS: Final = {each: f"on {each}" for each in (NOTARY.account, WANG, LI)}


def couple() -> Case:
    """Return a case of two who each sign."""
    case = meeting_case()
    case.parties.append(
        Party(
            id=P_LI,
            role=PartyRole.APPLICANT,
            name="李小红",
            account=AccountId(LI),
            identity_proven=True,
        )
    )
    case.consents.extend(
        consent(each, P_LI)
        for each in {*ASKED_OF_EVERYBODY, Purpose.RECORDING, Purpose.E_SIGNATURE}
    )
    return case


def seated(case: Case, second: Seat = Seat.PARTY) -> Ceremony:
    """Return a ceremony in which notary and one party are, and the other is seated."""
    seats = [(P_WANG, Seat.PARTY), (P_LI, second)]
    ceremony = plan_ceremony(case, seats, NOTARY, ceremony_id=CeremonyId("r-1"), at=NOW)
    for each in (NOTARY, APPLICANT):
        join_ceremony(case, ceremony, each, at=NOW, session=SESSIONS[each.account])
    return ceremony


def interprets(case: Case, ceremony: Ceremony) -> None:
    """Have the other be an interpreter, who may come later and whose deed it is not."""
    case.replace_party(replace(case.party(P_LI), role=PartyRole.INTERPRETER))
    ceremony.participants[-1] = replace(ceremony.participants[-1], seat=Seat.INTERPRETER)


def offer(
    case: Case,
    ceremony: Ceremony,
    *,
    by: Actor = APPLICANT,
    to: str = LI,
    session: str | None = None,
    at: datetime = NOW,
) -> None:
    offer_device(case, ceremony, to, by, session=session or SESSIONS[by.account], at=at)


def come(
    case: Case,
    ceremony: Ceremony,
    *,
    who: Actor = SPOUSE,
    device_of: str = WANG,
    room: MediaRoom | None = None,
    at: datetime = NOW,
) -> None:
    session = SESSIONS.get(who.account, "elsewhere")
    join_at_device(case, ceremony, who, device_of=device_of, session=session, room=room, at=at)


def sit_down(case: Case, ceremony: Ceremony) -> None:
    offer(case, ceremony)
    come(case, ceremony)


def beside(case: Case, *steps: Step) -> Ceremony:
    ceremony = seated(case)
    sit_down(case, ceremony)
    return taken(case, ceremony, *steps)


def refusal(attempt: Callable[[], object]) -> list[str]:
    with pytest.raises(ConditionsUnmet) as refused:
        attempt()
    return [each.code for each in refused.value.unmet]


def line(account: str, **told: object) -> Line:
    found = Line(
        participant=account,
        is_heard=True,
        is_recorded=True,
        picture=Picture.MOVING,
        bits_per_second=500_000,
        loss_up=0,
    )
    return replace(found, **told)  # type: ignore[arg-type]  # of a table


def room(*lines: Line) -> MediaRoom:
    return MediaRoom(
        ceremony="r-1",
        office="kunming-demo",
        case="c-1",
        worker="w-1",
        leased_until=NOW + LEASE,
        lines=lines,
        measured_at=NOW,
    )


def will_of(case: Case, ceremony: Ceremony, who: Actor, party: PartyId) -> WillToSign:
    confirm_presence(case, ceremony, party, NOTARY, deed_sha256=DEED, at=NOW)
    step_up = answered(asked(case, KeyUse.SIGN_DEED, DEED, account=who.account))
    return WillToSign(deed_sha256=DEED, step_up=step_up)


def test_the_chain_says_who_came_in_at_whose_device() -> None:
    ceremony = beside(couple())
    offered, came = ceremony.links[-2:]
    assert (offered.kind, offered.body["by"], offered.body["companion"]) == (
        "device_offered",
        WANG,
        LI,
    )
    assert came.kind == JOINED
    assert came.body == {"by": LI, "seat": "party", "session": SESSIONS[LI], "device_of": WANG}
    assert is_in(ceremony, LI)


def test_two_at_one_device_are_identified_asked_and_shown_each_and_sign_each() -> None:
    case = couple()
    ceremony = beside(case, *TO_SIGNING)
    show_pages(case, ceremony, DEED)
    for who, party in ((APPLICANT, P_WANG), (SPOUSE, P_LI)):
        will = will_of(case, ceremony, who, party)
        assert confirm_deed(case, ceremony, who, will, at=NOW) == party
    agreed = [each.body["by"] for each in ceremony.links if each.kind == "deed_confirmed"]
    assert agreed == [WANG, LI]


def test_what_one_has_done_is_not_done_by_the_other() -> None:
    case = couple()
    ceremony = beside(case, *TO_RECORDING)
    identify(case, ceremony, WANG)
    missing = refusal(
        lambda: step_ceremony(case, ceremony, Step.CONFIRM_IDENTITIES, NOTARY, at=NOW)
    )
    assert missing == ["participant_not_identified"]


def test_the_answer_of_one_never_counts_for_the_other() -> None:
    case = couple()
    ceremony = beside(case, *TO_SIGNING)
    show_pages(case, ceremony, DEED)
    ours = will_of(case, ceremony, APPLICANT, P_WANG)
    with pytest.raises(StepUpNotFound):
        confirm_deed(case, ceremony, SPOUSE, ours, at=NOW)
    # Vouched for is one person, not whoever has the same tablet in hand.
    own = answered(asked(case, KeyUse.SIGN_DEED, DEED, account=SPOUSE.account))
    will = WillToSign(deed_sha256=DEED, step_up=own)
    assert refusal(lambda: confirm_deed(case, ceremony, SPOUSE, will, at=NOW)) == [
        "presence_not_proven"
    ]


def test_one_telephone_may_hold_the_keys_of_both() -> None:
    case = couple()
    ceremony = beside(case, *TO_SIGNING)
    show_pages(case, ceremony, DEED)
    for who, party in ((APPLICANT, P_WANG), (SPOUSE, P_LI)):
        confirm_presence(case, ceremony, party, NOTARY, deed_sha256=DEED, at=NOW)
        step_up = asked(case, KeyUse.SIGN_DEED, DEED, account=who.account)
        key = DeviceKey(id=f"d-{who.account}")
        will = WillToSign(deed_sha256=DEED, step_up=answered(step_up, by=key))
        confirm_deed(case, ceremony, who, will, at=NOW)
    assert tuple(deed_signed(case, SYSTEM)) != ()  # agreed to; the keys are used by a job


@pytest.mark.parametrize("who", [STRANGER, actor("a-nobody", Role.APPLICANT)])
def test_whoever_has_no_seat_comes_in_at_nobody_s_device(who: Actor) -> None:
    case = couple()
    ceremony = seated(case)
    with pytest.raises(ParticipantNotFound):
        offer(case, ceremony, to=who.account)
    with pytest.raises(NotTakingPart):
        come(case, ceremony, who=who)
    with pytest.raises(NotTakingPart):
        offer_device(case, ceremony, LI, who, session="any", at=NOW)
    with pytest.raises(NotTakingPart):
        leave_device(case, ceremony, who, at=NOW)


def test_nobody_comes_in_at_a_device_that_was_not_offered() -> None:
    case = couple()
    ceremony = seated(case)
    assert refusal(lambda: come(case, ceremony)) == ["device_not_offered"]
    offer(case, ceremony)
    late = NOW + OFFER_LASTS
    assert refusal(lambda: come(case, ceremony, at=late)) == ["device_not_offered"]
    come(case, ceremony, at=late - timedelta(seconds=1))
    # One offer, once.
    assert refusal(lambda: come(case, ceremony)) == ["device_not_offered"]


def test_an_offer_ends_when_whose_device_it_is_comes_in_anew() -> None:
    case = couple()
    ceremony = seated(case)
    offer(case, ceremony)
    join_ceremony(case, ceremony, APPLICANT, at=NOW, session=SESSIONS[WANG])
    assert refusal(lambda: come(case, ceremony)) == ["device_not_offered"]


def test_a_device_is_offered_by_whoever_is_in_the_room_with_it() -> None:
    case = couple()
    ceremony = seated(case)
    # Another sign-in of the same person is another device.
    assert refusal(lambda: offer(case, ceremony, session="at home")) == ["device_is_another"]
    taken(case, ceremony, Step.ADMIT)
    # The other has not come in at all.
    assert refusal(lambda: offer(case, ceremony, by=SPOUSE, to=WANG)) == ["carrier_not_here"]


def test_nobody_sits_at_the_device_of_somebody_who_is_gone() -> None:
    case = couple()
    ceremony = seated(case)
    offer(case, ceremony)
    ceremony.note("line_left", NOW, by=WANG, facts={})
    assert refusal(lambda: come(case, ceremony)) == ["carrier_not_here"]


def test_nobody_sits_at_the_device_of_somebody_who_sits_at_another_s() -> None:
    case = couple()
    ceremony = beside(case)
    ceremony.participants.append(Participant(account="a-third", seat=Seat.WITNESS))
    assert refusal(lambda: offer(case, ceremony, by=SPOUSE, to="a-third")) == ["carrier_not_here"]


@pytest.mark.parametrize(
    ("seat", "to"),
    [
        # Whoever leads has a device alone (P-5).
        (Seat.PARTY, NOTARY.account),
        # Whoever only looks on is not before any camera.
        (Seat.OBSERVER, LI),
        # And nobody sits beside himself.
        (Seat.PARTY, WANG),
    ],
)
def test_not_everybody_sits_beside_everybody(seat: Seat, to: str) -> None:
    case = couple()
    ceremony = seated(case, seat)
    assert refusal(lambda: offer(case, ceremony, to=to)) == ["own_device_needed"]


@pytest.mark.parametrize(
    ("found", "status", "codes"),
    [
        (room(line(WANG)), CeremonyStatus.RECORDING, None),
        (room(line(WANG, is_recorded=False)), CeremonyStatus.RECORDING, ["line_not_recorded"]),
        (room(line(WANG, is_heard=False)), CeremonyStatus.RECORDING, ["line_not_recorded"]),
        (room(), CeremonyStatus.RECORDING, ["line_not_recorded"]),
        # Before recording a line has to be there, and is kept nowhere.
        (room(line(WANG, is_recorded=False)), CeremonyStatus.WAITING, None),
        (room(), CeremonyStatus.WAITING, ["line_not_recorded"]),
        # Nobody was ever live in it.
        (replace(room(), released=True, measured_at=None), CeremonyStatus.RECORDING, None),
    ],
)
def test_a_line_that_is_not_recorded_takes_nobody_along(
    found: MediaRoom, status: CeremonyStatus, codes: list[str] | None
) -> None:
    case = couple()
    ceremony = seated(case)
    ceremony.status = status
    offer(case, ceremony)
    if codes is None:
        come(case, ceremony, room=found)
    else:
        assert refusal(lambda: come(case, ceremony, room=found)) == codes


def test_nobody_sits_down_before_a_camera_that_records_without_having_agreed() -> None:
    case = couple()
    case.consents = [
        each
        for each in case.consents
        if not (each.party == P_LI and each.purpose is Purpose.RECORDING)
    ]
    ceremony = seated(case)
    sit_down(case, ceremony)
    ceremony.status = CeremonyStatus.RECORDING
    offer(case, ceremony)
    assert refusal(lambda: come(case, ceremony)) == ["consent_missing_recording"]


def test_the_second_handler_sits_beside_the_notary() -> None:
    case = couple()
    ceremony = seated(case)
    second = actor("s-second", Role.SECOND_HANDLER)
    ceremony.participants.append(Participant(account=second.account, seat=Seat.SECOND_HANDLER))
    ceremony.status = CeremonyStatus.RECORDING
    offer(case, ceremony, by=NOTARY, to=second.account)
    come(case, ceremony, who=second, device_of=NOTARY.account)
    assert is_in(ceremony, second.account)


def test_a_room_that_is_over_takes_nobody_in() -> None:
    case = couple()
    ceremony = beside(case, Step.ABORT)
    for attempt in (
        lambda: offer(case, ceremony),
        lambda: come(case, ceremony),
        lambda: leave_device(case, ceremony, SPOUSE, at=NOW),
    ):
        with pytest.raises(CeremonyRefused):
            attempt()


def test_nothing_is_signed_while_the_line_that_carries_two_is_not_recorded() -> None:
    case = couple()
    ceremony = beside(case, *TO_SIGNING)
    show_pages(case, ceremony, DEED)
    will = will_of(case, ceremony, SPOUSE, P_LI)
    silent = room(line(NOTARY.account), line(WANG, is_heard=False))
    assert [each.account for each in unrecorded(ceremony, silent, at=NOW)] == [WANG, LI]
    dead = replace(will, room=silent)
    assert refusal(lambda: confirm_deed(case, ceremony, SPOUSE, dead, at=NOW)) == [
        "line_not_recorded",
        "line_not_recorded",
    ]
    whole = replace(will, room=room(line(NOTARY.account), line(WANG)))
    assert confirm_deed(case, ceremony, SPOUSE, whole, at=NOW) == P_LI


def test_whoever_is_put_out_takes_along_whoever_sits_there() -> None:
    case = couple()
    ceremony = beside(case)
    offer(case, ceremony)
    ceremony.put_out(WANG, NOW, by=NOTARY.account, reason="disturbs")
    assert ceremony.put_out_now == {WANG, LI}
    with pytest.raises(PutOut):
        come(case, ceremony)
    ceremony.readmit(WANG, NOW, by=NOTARY.account)
    assert ceremony.put_out_now == frozenset()


def test_the_companion_alone_is_put_out_and_stays_out() -> None:
    case = couple()
    ceremony = beside(case)
    ceremony.put_out(LI, NOW, by=NOTARY.account, reason="disturbs")
    ceremony.put_out(WANG, NOW, by=NOTARY.account, reason="disturbs")
    ceremony.readmit(WANG, NOW, by=NOTARY.account)
    assert ceremony.put_out_now == {LI}
    ceremony.readmit(LI, NOW, by=NOTARY.account)
    ceremony.readmit(LI, NOW, by=NOTARY.account)
    assert [each.kind for each in ceremony.links].count("readmitted") == 2


def leaves(case: Case, ceremony: Ceremony) -> None:
    leave_device(case, ceremony, SPOUSE, at=NOW)


def carrier_goes_elsewhere(case: Case, ceremony: Ceremony) -> None:
    join_ceremony(case, ceremony, APPLICANT, at=NOW, session="on another telephone")


@pytest.mark.parametrize("goes", [leaves, carrier_goes_elsewhere])
def test_whoever_lost_the_place_signs_nothing_until_back(
    goes: Callable[[Case, Ceremony], None],
) -> None:
    case = couple()
    ceremony = beside(case, *TO_SIGNING)
    show_pages(case, ceremony, DEED)
    will = will_of(case, ceremony, SPOUSE, P_LI)
    goes(case, ceremony)
    assert not is_in(ceremony, LI)
    codes = refusal(lambda: confirm_deed(case, ceremony, SPOUSE, will, at=NOW))
    assert codes[0] == "participant_missing"
    with pytest.raises(NotTakingPart):
        confirm_presence(case, ceremony, P_LI, NOTARY, deed_sha256=DEED, at=NOW)
    there = room(line(NOTARY.account), line(WANG))
    assert [each.account for each in unrecorded(ceremony, there, at=NOW)] == [LI]
    step_ceremony(case, ceremony, Step.PAUSE, NOTARY, at=NOW)
    stopped = refusal(lambda: step_ceremony(case, ceremony, Step.RESUME, NOTARY, at=NOW))
    assert stopped == ["participant_missing"]
    # With a device alone everything goes on, after being identified anew.
    join_ceremony(case, ceremony, SPOUSE, at=NOW, session=SESSIONS[LI])
    step_ceremony(case, ceremony, Step.RESUME, NOTARY, at=NOW)
    assert recognition_of(ceremony, LI, case.rules.ceremony).lapse is Lapse.OTHER_DEVICE


def test_whoever_was_put_out_is_not_waited_for() -> None:
    case = couple()
    ceremony = beside(case, *TO_RECORDING)
    leave_device(case, ceremony, SPOUSE, at=NOW)
    step_ceremony(case, ceremony, Step.PAUSE, NOTARY, at=NOW)
    ceremony.put_out(LI, NOW, by=NOTARY.account, reason="party_asks")
    step_ceremony(case, ceremony, Step.RESUME, NOTARY, at=NOW)
    assert ceremony.status is CeremonyStatus.RECORDING


def test_who_was_identified_before_coming_in_is_identified_where_the_person_sits() -> None:
    case = couple()
    ceremony = seated(case)
    interprets(case, ceremony)
    taken(case, ceremony, *TO_RECORDING)
    identify(case, ceremony, LI)
    sit_down(case, ceremony)
    assert recognition_of(ceremony, LI, case.rules.ceremony).link is None


def test_nobody_leaves_a_device_that_is_the_own_one() -> None:
    case = couple()
    ceremony = beside(case)
    with pytest.raises(NotYourAction):
        leave_device(case, ceremony, APPLICANT, at=NOW)


def test_a_page_that_is_loaded_anew_loses_nobody() -> None:
    case = couple()
    ceremony = beside(case, *TO_IDENTIFIED)
    join_ceremony(case, ceremony, APPLICANT, at=NOW, session=SESSIONS[WANG])
    assert Lines(ceremony.links).of(LI) == WANG
    assert recognition_of(ceremony, LI, case.rules.ceremony).link is not None


def test_whoever_goes_to_somebody_else_s_device_leaves_the_own_companions_behind() -> None:
    case = couple()
    ceremony = beside(case)
    third = actor("a-third", Role.APPLICANT)
    ceremony.participants.append(Participant(account=third.account, seat=Seat.WITNESS))
    join_ceremony(case, ceremony, third, at=NOW, session="third")
    offer(case, ceremony, by=third, to=WANG, session="third")
    come(case, ceremony, who=APPLICANT, device_of=third.account)
    lines = Lines(ceremony.links)
    assert (lines.of(WANG), lines.of(LI)) == (third.account, None)


def test_a_hand_over_leaves_nobody_at_the_device_of_whoever_went() -> None:
    case = couple()
    ceremony = seated(case)
    offer(case, ceremony, by=NOTARY)
    come(case, ceremony, device_of=NOTARY.account)
    successor = actor("s-next", Role.NOTARY)
    reason = HandOverReason.ILLNESS
    hand_over(case, ceremony, successor, NOTARY, reason=reason, at=NOW)
    assert Lines(ceremony.links).of(LI) is None


@pytest.mark.parametrize(("away_s", "stands"), [(30, True), (31, False)])
def test_a_line_that_was_lost_was_lost_by_both(away_s: int, *, stands: bool) -> None:
    case = couple()
    ceremony = beside(case, *TO_IDENTIFIED)
    ceremony.add_event("line_left", NOW, by=WANG, facts={})
    assert not is_in(ceremony, LI)
    back = NOW + timedelta(seconds=away_s)
    ceremony.add_event("line_published", back, by=WANG, facts={})
    assert is_in(ceremony, LI)
    for each in (WANG, LI):
        known = recognition_of(ceremony, each, case.rules.ceremony)
        assert (known.link is not None) is stands


def test_whoever_left_and_comes_back_soon_to_the_same_device_is_identified_anew() -> None:
    case = couple()
    ceremony = beside(case, *TO_IDENTIFIED)
    leave_device(case, ceremony, SPOUSE, at=NOW)
    sit_down(case, ceremony)
    assert recognition_of(ceremony, LI, case.rules.ceremony).lapse is Lapse.OTHER_DEVICE
    identify(case, ceremony, LI)
    assert recognition_of(ceremony, LI, case.rules.ceremony).link is not None


def test_no_machine_looks_at_two_faces_before_one_camera() -> None:
    case = couple()
    case.consents.extend(consent(Purpose.FACE_ONLINE, each) for each in (P_WANG, P_LI))
    ceremony = beside(case, *TO_RECORDING)
    for account in (WANG, LI):
        for attempt in (
            lambda who=account: set_challenge(case, ceremony, who, NOTARY, nonce=b"n" * 32, at=NOW),
            lambda who=account: require_look(case, ceremony, who, NOTARY, challenge=None),
        ):
            assert refusal(attempt) == ["device_is_shared"]


def test_a_face_that_was_alone_says_nothing_once_another_sits_beside_it() -> None:
    case = couple()
    case.consents.append(consent(Purpose.FACE_ONLINE))
    ceremony = seated(case)
    # The other comes after the recording began.
    interprets(case, ceremony)
    taken(case, ceremony, *TO_RECORDING)
    by_face(case, ceremony)
    recorded(ceremony)
    party = case.party(P_WANG)
    assert vouched_by(case, ceremony, (), party, deed_sha256=DEED, at=NOW) is not None
    sit_down(case, ceremony)
    assert recognition_of(ceremony, WANG, case.rules.ceremony).lapse is Lapse.DEVICE_SHARED
    assert vouched_by(case, ceremony, (), party, deed_sha256=DEED, at=NOW) is None
    # The way on is the notary's eye; nobody is looked at by machine before signing.
    identify(case, ceremony, WANG)
    # Alone again: an older look still vouches for nobody.
    leave_device(case, ceremony, SPOUSE, at=NOW)
    assert vouched_by(case, ceremony, (), party, deed_sha256=DEED, at=NOW) is None
    looked(ceremony, Seen.SAME)
    assert vouched_by(case, ceremony, (), party, deed_sha256=DEED, at=NOW) is not None


@pytest.mark.parametrize("goes_again", [False, True])
def test_an_answer_before_a_camera_that_two_shared_meanwhile_identifies_nobody(
    *, goes_again: bool
) -> None:
    case = couple()
    case.consents.append(consent(Purpose.FACE_ONLINE))
    ceremony = seated(case)
    interprets(case, ceremony)
    taken(case, ceremony, *TO_RECORDING)
    link = set_challenge(case, ceremony, WANG, NOTARY, nonce=b"n" * 32, at=NOW)
    sit_down(case, ceremony)
    if goes_again:
        leave_device(case, ceremony, SPOUSE, at=NOW)
    looked(ceremony, Seen.SAME, challenge=link.hash)
    assert last_told(ceremony, Told.IDENTIFIED) is None


def test_an_answer_to_a_challenge_that_nobody_set_identifies_nobody() -> None:
    case = couple()
    ceremony = beside(case, *TO_RECORDING)
    looked(ceremony, Seen.SAME, challenge="0" * 64)
    assert last_told(ceremony, Told.IDENTIFIED) is None


def test_a_stranger_s_face_on_a_shared_line_stops_the_signing() -> None:
    case = couple()
    ceremony = beside(case, *TO_SIGNING)
    # Asked for before the other sat down, and found only now.
    looked(ceremony, Seen.OTHER)
    show_pages(case, ceremony, DEED)
    will = will_of(case, ceremony, APPLICANT, P_WANG)
    assert refusal(lambda: confirm_deed(case, ceremony, APPLICANT, will, at=NOW)) == [
        "face_of_somebody_else"
    ]


@pytest.mark.parametrize(
    ("goes", "stands"),
    [
        (lambda _, __: None, True),
        (leaves, False),
        (carrier_goes_elsewhere, False),
        # Out of sight for a moment: so was whoever sits there.
        (
            lambda case, ceremony: join_ceremony(
                case, ceremony, APPLICANT, at=NOW, session=SESSIONS[WANG]
            ),
            False,
        ),
    ],
)
def test_a_comparison_by_the_notary_holds_while_the_person_is_in_sight(
    goes: Callable[[Case, Ceremony], None], *, stands: bool
) -> None:
    case = couple()
    ceremony = beside(case, *TO_RECORDING)
    facts: dict[str, str | int | None] = {"party": P_LI, "result": "same"}
    ceremony.add_event(COMPARED, NOW, by=NOTARY.account, facts=facts)
    goes(case, ceremony)
    assert stands_compared(case, ceremony.links, case.party(P_LI)) is stands


def test_a_witness_beside_the_party_is_the_second_person() -> None:
    case = couple()
    case.rules = replace(case.rules, two_person=True)
    case.parties[-1] = replace(case.parties[-1], role=PartyRole.WITNESS)
    ceremony = seated(case, Seat.WITNESS)
    sit_down(case, ceremony)
    taken(case, ceremony, *TO_SIGNING)
    leave_device(case, ceremony, SPOUSE, at=NOW)
    step_ceremony(case, ceremony, Step.PAUSE, NOTARY, at=NOW)
    assert not is_in(ceremony, LI)


def test_no_picture_of_one_s_own_vouches_for_who_holds_a_shared_device() -> None:
    case = couple()
    document = IdDocument(type=IdType.RESIDENT_ID, number=NUMBER, valid_until=None)
    case.replace_party(replace(case.party(P_WANG), id_document=document))
    ceremony = beside(case, *TO_SIGNING)
    party = case.party(P_WANG)

    def vouching() -> str | None:
        return vouched_by(case, ceremony, [check()], party, deed_sha256=DEED, at=NOW)

    assert vouching() is None
    leave_device(case, ceremony, SPOUSE, at=NOW)
    assert vouching() == "k-1"


def test_whoever_lost_the_place_is_not_compared() -> None:
    case = couple()
    ceremony = beside(case, *TO_RECORDING)
    leave_device(case, ceremony, SPOUSE, at=NOW)
    sight = Compared(
        result=Likeness.UNSURE,
        document="resident_id",
        original_shown=False,
        questions=(),
        reason="看不到本人",
    )
    with pytest.raises(NotTakingPart):
        compare_identity(case, ceremony, check(party=P_LI), sight, actor=NOTARY, at=NOW)
