"""The case in its ceremony: who sits in it, who leads, what may be signed in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.cases.case import Case, Deed
from server.cases.consents import Purpose
from server.cases.errors import ConditionsUnmet, NotEditable, NotYourAction
from server.cases.ids import PartyId
from server.cases.meeting import (
    WillToSign,
    confirm_deed,
    join_ceremony,
    plan_ceremony,
    step_ceremony,
)
from server.cases.parties import Party, PartyRole
from server.cases.presence import confirm_presence
from server.cases.status import CaseStatus
from server.cases.step_up import evidence_digest
from server.ceremony.ceremony import Ceremony, CeremonyId, Seat, Segment
from server.ceremony.chain import GENESIS
from server.ceremony.errors import CeremonyRefused, NotTakingPart, RecordingIncomplete
from server.ceremony.status import CeremonyStatus, Step
from tests.unit.cases.a_case import (
    APPLICANT,
    NOTARY,
    NOW,
    STRANGER,
    WANG,
    consent,
    ready_case,
)
from tests.unit.cases.agreeing import agreed_to_deed
from tests.unit.cases.holding import (
    TO_IDENTIFIED,
    TO_RECORDING,
    TO_SIGNING,
    ask,
    inform,
    opened,
    planned,
    settle_record,
    show_pages,
)

DEED = "2" * 64


def meeting_case() -> Case:
    case = ready_case(CaseStatus.INTERVIEW_SET)
    case.ceremony_completed_at = None
    assert case.interview is not None
    case.interview = replace(case.interview, confirmed_by=(), confirmed_at=None)
    case.deed = Deed(title="委托书", variables={}, object_sha256=DEED, pages=1)
    case.consents.append(consent(Purpose.E_SIGNATURE))
    return case


def will_to_sign(case: Case, ceremony: Ceremony, *, deed: str = DEED) -> WillToSign:
    """Show every page, let the notary vouch for the party, and the party's device agree."""
    show_pages(case, ceremony, deed)
    confirm_presence(case, ceremony, WANG, NOTARY, deed_sha256=deed, at=NOW)
    return WillToSign(deed_sha256=deed, step_up=agreed_to_deed(case, deed))


def test_staff_take_their_seats_from_the_case() -> None:
    seats = {p.account: p.seat for p in planned(meeting_case()).participants}
    assert seats == {NOTARY.account: Seat.NOTARY, APPLICANT.account: Seat.PARTY}


def test_a_party_without_a_login_cannot_be_seated() -> None:
    case = meeting_case()
    case.parties.append(Party(id=PartyId("p-2"), role=PartyRole.WITNESS, name="某某"))
    with pytest.raises(ConditionsUnmet, match="account_missing"):
        plan_ceremony(
            case,
            [(PartyId("p-2"), Seat.WITNESS)],
            NOTARY,
            ceremony_id=CeremonyId("r-1"),
            at=NOW,
        )


@pytest.mark.parametrize("seats", [(Seat.PARTY, Seat.AGENT), (Seat.PARTY, Seat.PARTY)])
def test_nobody_has_two_seats(seats: tuple[Seat, Seat]) -> None:
    twice = [(WANG, seat) for seat in seats]
    with pytest.raises(ConditionsUnmet, match="seated_already"):
        plan_ceremony(meeting_case(), twice, NOTARY, ceremony_id=CeremonyId("r"), at=NOW)


def test_a_party_is_nobody_s_witness() -> None:
    case = meeting_case()
    asked = [(WANG, Seat.WITNESS)]
    with pytest.raises(ConditionsUnmet, match="not_a_witness"):
        plan_ceremony(case, asked, NOTARY, ceremony_id=CeremonyId("r"), at=NOW)
    case.replace_party(replace(case.party(WANG), role=PartyRole.WITNESS))
    seated = plan_ceremony(case, asked, NOTARY, ceremony_id=CeremonyId("r"), at=NOW)
    assert Seat.WITNESS in {each.seat for each in seated.participants}


def test_no_party_sits_in_the_notary_s_chair() -> None:
    with pytest.raises(NotYourAction):
        plan_ceremony(
            meeting_case(), [(WANG, Seat.NOTARY)], NOTARY, ceremony_id=CeremonyId("r"), at=NOW
        )


def test_a_case_without_a_notary_or_in_another_status_does_not_meet() -> None:
    case = meeting_case()
    case.staffing = replace(case.staffing, handling_notary=None)
    with pytest.raises(ConditionsUnmet, match="handling_notary_missing"):
        planned(case)
    with pytest.raises(NotEditable):
        planned(ready_case(CaseStatus.REVIEW))
    with pytest.raises(NotYourAction):
        plan_ceremony(
            meeting_case(), [(WANG, Seat.PARTY)], APPLICANT, ceremony_id=CeremonyId("r"), at=NOW
        )


def test_a_matter_for_two_needs_two_in_the_room() -> None:
    case = meeting_case()
    case.rules = replace(case.rules, two_person=True)
    with pytest.raises(ConditionsUnmet, match="second_person_missing"):
        planned(case)
    case.staffing = replace(case.staffing, second_handler=STRANGER.account)
    assert Seat.SECOND_HANDLER in {p.seat for p in planned(case).participants}


def test_a_closed_room_stays_closed() -> None:
    case = meeting_case()
    ceremony = opened(case, Step.ABORT)
    with pytest.raises(CeremonyRefused):
        join_ceremony(case, ceremony, APPLICANT, at=NOW)


def test_a_recording_with_nothing_in_it_is_not_completed() -> None:
    case = meeting_case()
    case.rules = replace(case.rules, makes_deed=False)
    ceremony = opened(case, *TO_IDENTIFIED)
    for done in (inform, ask, settle_record):
        done(case, ceremony)
    with pytest.raises(RecordingIncomplete):
        step_ceremony(case, ceremony, Step.COMPLETE, NOTARY, at=NOW)
    ceremony.add_segment(
        Segment(
            participant=APPLICANT.account,
            index=0,
            starts_ms=0,
            ends_ms=1000,
            sha256="a" * 64,
            size=1,
            media_type="video/webm",
            prev_sha256=GENESIS,
        ),
        NOW,
    )
    step_ceremony(case, ceremony, Step.COMPLETE, NOTARY, at=NOW)
    assert (ceremony.status, case.ceremony_completed_at) == (CeremonyStatus.COMPLETED, NOW)


def test_whoever_signs_has_confirmed_the_very_deed_in_the_chain() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    will = will_to_sign(case, ceremony)
    assert confirm_deed(case, ceremony, APPLICANT, will, at=NOW) == WANG
    assert ceremony.links[-1].body == {
        "by": APPLICANT.account,
        "object": DEED,
        "step_up": will.step_up.id,
        "agreed": evidence_digest(will.step_up),
        "vouched_by": ceremony.links[-2].hash,
    }


def signed_already(case: Case) -> None:
    case.deed = Deed(title="委托书", variables={}, object_sha256=DEED, pages=1, signed_by=(WANG,))


def signed_in_ink(case: Case) -> None:
    case.rules = replace(case.rules, deed_signed_electronically=False)


def no_deed(case: Case) -> None:
    case.deed = None


def no_consent(case: Case) -> None:
    case.consents = [c for c in case.consents if c.purpose is not Purpose.E_SIGNATURE]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        # A second signature of the same person would sign over the first.
        (signed_already, "deed_already_signed"),
        # 电子签名法 Art. 3 keeps this paper in ink.
        (signed_in_ink, "deed_is_signed_in_ink"),
        # There is nothing to sign yet.
        (no_deed, "deed_missing"),
        # Signing electronically is agreed to apart.
        (no_consent, "consent_missing_e_signature"),
    ],
)
def test_what_keeps_a_party_from_signing(spoil: object, code: str) -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    will = will_to_sign(case, ceremony)
    assert callable(spoil)
    spoil(case)
    with pytest.raises(ConditionsUnmet, match=code):
        confirm_deed(case, ceremony, APPLICANT, will, at=NOW)


@pytest.mark.parametrize(
    ("steps", "room", "error"),
    [
        # The deed lies open only while it is being signed.
        (TO_RECORDING, "c-1", CeremonyRefused),
        # The room of another case is not this party's room.
        (TO_SIGNING, "c-other", NotTakingPart),
    ],
)
def test_signing_belongs_to_its_own_live_room(
    steps: tuple[Step, ...], room: str, error: type[Exception]
) -> None:
    case = meeting_case()
    ceremony = opened(case, *steps)
    will = WillToSign(deed_sha256=DEED, step_up=agreed_to_deed(case, DEED))
    ceremony.case = room
    with pytest.raises(error):
        confirm_deed(case, ceremony, APPLICANT, will, at=NOW)


def test_what_a_party_wrote_by_hand_is_kept_with_the_deed() -> None:
    case = meeting_case()
    ceremony = opened(case, *TO_SIGNING)
    strokes = (((0, 0), (5000, 2500)), ((10_000, 10_000),))
    will = replace(will_to_sign(case, ceremony), strokes=strokes)
    confirm_deed(case, ceremony, APPLICANT, will, at=NOW)
    assert case.deed is not None
    assert case.deed.handwriting == {WANG: strokes}
