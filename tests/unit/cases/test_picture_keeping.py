"""Pictures of a face stay with a completed act, and go where nobody needs them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.cases.case import Case, Milestones
from server.cases.consents import Purpose
from server.cases.errors import ConditionsUnmet
from server.cases.identifying import decide_check
from server.cases.identity_checks import (
    CheckId,
    CheckInputs,
    CheckOutcome,
    CheckState,
    ChipData,
    IdentityCheck,
    LiveClip,
    PersonDecision,
    PicturesEnded,
    PicturesEndedFor,
)
from server.cases.ids import AccountId, MatterCode, OfficeId
from server.cases.picture_keeping import Ending, Filed, InUse, end_pictures, keeping_of, kept_until
from server.cases.status import CaseStatus
from server.catalogue.loading import load_catalogue
from server.catalogue.rule_packs import FaceTerms
from tests.unit.cases.a_case import NOTARY, NOW, WANG, consent, ready_case

KUNMING = OfficeId("kunming-demo")
TERMS = load_catalogue().rule_packs.at(KUNMING, NOW.date()).faces
LATER = NOW + timedelta(days=1)
INPUTS = CheckInputs(document="resident_id", front="f", back="b", live="l")
OUTCOME = CheckOutcome(
    doubts=(),
    face_score=0.7,
    policy_citation="p",
    name=None,
    id_number=None,
    valid_until=None,
    finished_at=NOW,
    stills=("s1", "s2"),
)


def a_check(state: CheckState = CheckState.PROVEN, **changes: object) -> IdentityCheck:
    check = IdentityCheck(
        id=CheckId("k-1"),
        office=KUNMING,
        case=ready_case().id,
        party=WANG,
        inputs=INPUTS,
        state=state,
        requested_at=NOW,
        outcome=OUTCOME,
    )
    return replace(check, **changes)  # type: ignore[arg-type]  # a test names what it changes


def a_case(status: CaseStatus = CaseStatus.SUBMITTED, **stamps: datetime) -> Case:
    case = ready_case(status)
    case.milestones = Milestones(created_at=NOW, **stamps)
    case.consents = [consent(Purpose.FACE_ONLINE)]
    return case


def withdrawn(case: Case) -> Case:
    case.consents = [replace(each, withdrawn_at=LATER) for each in case.consents]
    return case


REFUSED, PERSON = CheckState.REFUSED, CheckState.PERSON_DECIDES
BY_NOTARY = PersonDecision(decided_by=AccountId("s-notary"), proven=False, reason="r", at=LATER)
E = PicturesEndedFor


@pytest.mark.parametrize(
    ("case", "check", "keeping"),
    [
        # Still to be judged, decided, accepted, issued, filed.
        (a_case(), a_check(CheckState.QUEUED, outcome=None), InUse()),
        (a_case(), a_check(PERSON), InUse()),
        (a_case(accepted_at=NOW), a_check(), InUse()),
        (a_case(accepted_at=NOW, issued_at=NOW), a_check(), InUse()),
        # Evidence of a completed act; a withdrawal does not reach it.
        (a_case(issued_at=NOW, archived_at=LATER), a_check(), Filed(LATER)),
        (withdrawn(a_case(accepted_at=NOW, archived_at=LATER)), a_check(), Filed(LATER)),
        # It proved nobody: by the machine, by a notary.
        (a_case(accepted_at=NOW), a_check(REFUSED), Ending(E.REFUSED, NOW)),
        (a_case(), a_check(REFUSED, decision=BY_NOTARY), Ending(E.REFUSED, LATER)),
        # The certificate rests on another check.
        (a_case(issued_at=LATER), a_check(PERSON), Ending(E.NOT_DECIDED, LATER)),
        # No certificate: whatever became of the file.
        (a_case(CaseStatus.LAPSED, closed_at=LATER), a_check(), Ending(E.CLOSED, LATER)),
        (
            a_case(CaseStatus.ARCHIVED, closed_at=LATER, archived_at=LATER),
            a_check(),
            Ending(E.CLOSED, LATER),
        ),
        # Void by mistake: it may be restored.
        (a_case(CaseStatus.VOID, accepted_at=NOW, closed_at=NOW), a_check(), InUse()),
        # Before acceptance the pictures rest on the consent alone.
        (withdrawn(a_case()), a_check(), Ending(E.WITHDRAWN, LATER)),
        (withdrawn(a_case(accepted_at=NOW)), a_check(), InUse()),
        (withdrawn(a_case()), a_check(inputs=replace(INPUTS, live=None)), InUse()),
        # Begun and never submitted.
        (a_case(CaseStatus.DRAFT), a_check(), Ending(E.ABANDONED, NOW)),
    ],
)
def test_what_becomes_of_the_pictures_follows_from_the_case(
    case: Case, check: IdentityCheck, keeping: object
) -> None:
    assert keeping_of(case, check) == keeping


def test_a_picture_that_no_consent_ever_covered_ends_from_the_request_on() -> None:
    case = a_case()
    case.consents = []
    assert keeping_of(case, a_check()) == Ending(E.WITHDRAWN, NOW)


@pytest.mark.parametrize(("ground", "days"), [(E.REFUSED, 7), (E.WITHDRAWN, 7), (E.ABANDONED, 30)])
def test_each_ground_has_the_days_of_the_rule_pack(ground: PicturesEndedFor, days: int) -> None:
    ending = Ending(ground, NOW)
    assert isinstance(TERMS, FaceTerms)
    assert not ending.is_due(TERMS, at=NOW + timedelta(days=days, seconds=-1))
    assert ending.is_due(TERMS, at=NOW + timedelta(days=days))
    # Whoever comes back to a draft in time still needs them.
    assert ending.may_be_needed is (ground is E.ABANDONED)


@pytest.mark.parametrize(
    ("matter", "year"),
    [
        # Short, 20 years; long, 60; permanent.
        ("ZZ01", 2047),
        ("WT01", 2087),
        ("YZ01", 2127),
    ],
)
def test_what_is_filed_stays_as_long_as_the_file_from_the_next_new_year_on(
    matter: str, year: int
) -> None:
    office = load_catalogue().rule_packs.office(KUNMING)
    case = a_case()
    case.matter = MatterCode(matter)
    case.rules = replace(case.rules, pack_version=office.packs[0].version)
    # In Shanghai it is 2026 already, and New Year there is the day before in UTC.
    archived = Filed(datetime(2025, 12, 31, 17, tzinfo=UTC))
    assert kept_until(case, archived, office) == datetime(year - 1, 12, 31, 16, tzinfo=UTC)


def test_whoever_was_proven_by_what_ended_has_to_be_proven_anew() -> None:
    case, check = a_case(CaseStatus.DRAFT), a_check()
    case.replace_party(replace(case.party(WANG), identity_proven=True))
    ended = end_pictures(case, check, Ending(E.ABANDONED, NOW), others=[check], at=LATER)
    assert ended.pictures_ended == PicturesEnded(at=LATER, ground=E.ABANDONED)
    assert not case.party(WANG).identity_proven
    (event,) = case.pending
    assert (event.kind, event.facts["ground"], event.facts["objects"]) == (
        "identity_pictures_ended",
        "abandoned",
        "3",
    )


@pytest.mark.parametrize(
    ("other", "stamps"),
    [
        # Another check proves the same person.
        (a_check(id=CheckId("k-2")), {}),
        # What was proven is past: the case is over.
        (None, {"closed_at": NOW}),
        (None, {"issued_at": NOW}),
    ],
)
def test_a_person_stays_proven_by_another_check_and_in_what_is_over(
    other: IdentityCheck | None, stamps: dict[str, datetime]
) -> None:
    case = a_case(CaseStatus.SUBMITTED, **stamps)
    case.replace_party(replace(case.party(WANG), identity_proven=True))
    others = [a_check(), *([other] if other else [])]
    end_pictures(case, a_check(), Ending(E.CLOSED, NOW), others=others, at=LATER)
    assert case.party(WANG).identity_proven


def test_the_sides_of_the_document_are_no_pictures_of_a_face() -> None:
    clip = LiveClip(object="c", times_ms=(0,), nonce="00", asked_at=NOW, answered_at=NOW)
    check = a_check(inputs=replace(INPUTS, clip=clip, chip=ChipData(object="h")))
    assert check.face_objects == {"l", "c", "h", "s1", "s2"}
    assert set(check.objects_at_hand) == {"f", "b", *check.face_objects}
    ended = replace(check, pictures_ended=PicturesEnded(at=NOW, ground=E.CLOSED))
    assert ended.objects_at_hand == ("f", "b")
    # The record of what was sent stays whole.
    assert ended.objects == check.objects
    assert a_check(outcome=None).face_objects == {"l"}


def test_nobody_is_proven_by_pictures_that_are_gone() -> None:
    gone = PicturesEnded(at=NOW, ground=E.WITHDRAWN)
    check = a_check(PERSON, pictures_ended=gone)
    with pytest.raises(ConditionsUnmet) as refused:
        decide_check(a_case(), check, proven=True, reason="r", actor=NOTARY, at=LATER)
    (unmet,) = refused.value.unmet
    assert unmet.code == "identity_pictures_ended"
    # To refuse needs no picture.
    decided = decide_check(a_case(), check, proven=False, reason="r", actor=NOTARY, at=LATER)
    assert decided.state is REFUSED
