"""A device proves the telephone; a face or the notary proves whose hand held it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from server.cases.consents import Purpose
from server.cases.errors import ConditionsUnmet, NotEditable, NotYourAction
from server.cases.identifying import record_outcome, request_check
from server.cases.identity_challenges import (
    AnsweredBy,
    ChallengeId,
    issue_identity_challenge,
)
from server.cases.identity_checks import (
    CheckId,
    CheckInputs,
    CheckOutcome,
    CheckState,
    IdentityCheck,
)
from server.cases.ids import PartyId
from server.cases.meeting import WillToSign, confirm_deed, join_ceremony, step_ceremony
from server.cases.parties import IdDocument, IdType, PartyRole
from server.cases.presence import FRESH_FOR, confirm_presence, vouched_by
from server.cases.status import CaseStatus
from server.ceremony.errors import CeremonyRefused, NotTakingPart
from server.ceremony.status import Step
from tests.unit.cases.a_case import (
    APPLICANT,
    ASSISTANT,
    NOTARY,
    NOW,
    STRANGER,
    SYSTEM,
    WANG,
    actor,
    consent,
    ready_case,
)
from tests.unit.cases.agreeing import agreed_to_deed
from tests.unit.cases.holding import TO_SIGNING, opened, show_pages
from tests.unit.cases.test_meeting import DEED, meeting_case

if TYPE_CHECKING:
    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony

NUMBER = "53010219710321001X"
PHOTOGRAPHS = CheckInputs(document="resident_id", front="a" * 64, back=None, live="b" * 64)
OUTCOME = CheckOutcome(
    doubts=(),
    face_score=0.97,
    policy_citation="test",
    name="王小明",
    id_number=NUMBER,
    valid_until=None,
    finished_at=NOW,
)


def known_case() -> Case:
    """Return a case in its ceremony whose party has shown a document before."""
    case = meeting_case()
    document = IdDocument(type=IdType.RESIDENT_ID, number=NUMBER, valid_until=None)
    case.replace_party(replace(case.party(WANG), id_document=document))
    return case


def check(**changes: Any) -> IdentityCheck:  # noqa: ANN401  # of a table
    made = IdentityCheck(
        id=CheckId("k-1"),
        office=known_case().office,
        case=known_case().id,
        party=WANG,
        inputs=PHOTOGRAPHS,
        state=CheckState.PROVEN,
        requested_at=NOW,
        outcome=OUTCOME,
    )
    return replace(made, **changes)


def test_a_face_that_was_seen_in_the_ceremony_vouches() -> None:
    case = known_case()
    ceremony = opened(case, *TO_SIGNING)
    show_pages(case, ceremony, DEED)
    will = WillToSign(
        deed_sha256=DEED, step_up=agreed_to_deed(case, DEED), checks=(check(id=CheckId("k-7")),)
    )
    assert confirm_deed(case, ceremony, APPLICANT, will, at=NOW) == WANG
    assert ceremony.links[-1].body["vouched_by"] == "k-7"


def test_a_device_alone_signs_nothing() -> None:
    case = known_case()
    ceremony = opened(case, *TO_SIGNING)
    show_pages(case, ceremony, DEED)
    will = WillToSign(deed_sha256=DEED, step_up=agreed_to_deed(case, DEED))
    with pytest.raises(ConditionsUnmet, match="presence_not_proven"):
        confirm_deed(case, ceremony, APPLICANT, will, at=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        # Somebody else's face.
        {"party": PartyId("p-2")},
        # The machine, or the notary, did not find it proven.
        {"state": CheckState.PERSON_DECIDES},
        {"state": CheckState.REFUSED},
        {"outcome": None, "state": CheckState.QUEUED},
        # A document, and no face.
        {"inputs": replace(PHOTOGRAPHS, live=None)},
        # From before the recording began, or long ago.
        {"requested_at": NOW - timedelta(seconds=1)},
        # With another document than the one on file, or with none that could be read.
        {"outcome": replace(OUTCOME, id_number="530102199001011234")},
        {"outcome": replace(OUTCOME, id_number=None)},
    ],
)
def test_a_check_that_does_not_vouch(changes: dict[str, Any]) -> None:
    case = known_case()
    ceremony = opened(case, *TO_SIGNING)

    def vouching(seen: IdentityCheck) -> str | None:
        return vouched_by(case, ceremony, [seen], case.party(WANG), deed_sha256=DEED, at=NOW)

    assert vouching(check()) == "k-1"
    assert vouching(check(**changes)) is None


def test_what_vouches_wears_off() -> None:
    case = known_case()
    ceremony = opened(case, *TO_SIGNING)
    link = confirm_presence(case, ceremony, WANG, NOTARY, deed_sha256=DEED, at=NOW)
    party, last = case.party(WANG), NOW + FRESH_FOR - timedelta(microseconds=1)

    def vouching(*seen: IdentityCheck, at: Any = last, deed: str = DEED) -> str | None:  # noqa: ANN401  # a moment
        return vouched_by(case, ceremony, seen, party, deed_sha256=deed, at=at)

    assert vouching(check()) == "k-1"
    assert vouching() == link.hash
    assert vouching(check(), at=NOW + FRESH_FOR) is None
    # The word was given for one deed.
    assert vouching(deed="f" * 64) is None


def test_where_nothing_was_recorded_no_face_vouches() -> None:
    case = known_case()
    waiting = opened(case, Step.ADMIT)
    assert vouched_by(case, waiting, [check()], case.party(WANG), deed_sha256=DEED, at=NOW) is None


@pytest.mark.parametrize(
    ("who", "party", "deed", "error"),
    [
        # Only the notary who leads gives his word.
        (APPLICANT, WANG, DEED, NotYourAction),
        (STRANGER, WANG, DEED, NotTakingPart),
        # For a party who is in the room.
        (NOTARY, "p-2", DEED, NotTakingPart),
        # And for the deed that lies open.
        (NOTARY, WANG, "f" * 64, ConditionsUnmet),
    ],
)
def test_whose_word_counts_and_for_what(
    who: Actor, party: str, deed: str, error: type[Exception]
) -> None:
    case = known_case()
    beside = replace(case.parties[0], id=PartyId("p-2"), account=None, role=PartyRole.TRUSTEE)
    case.parties.append(beside)
    ceremony = opened(case, *TO_SIGNING)
    with pytest.raises(error):
        confirm_presence(case, ceremony, PartyId(party), who, deed_sha256=deed, at=NOW)


def test_the_seat_in_the_room_is_not_enough_without_the_case() -> None:
    case = known_case()
    ceremony = opened(case, *TO_SIGNING)
    another = actor("s-another", *NOTARY.roles)
    case.staffing = replace(case.staffing, handling_notary=another.account)
    with pytest.raises(NotYourAction):
        confirm_presence(case, ceremony, WANG, NOTARY, deed_sha256=DEED, at=NOW)


def test_a_word_is_given_while_the_deed_lies_open() -> None:
    case = known_case()
    ceremony = opened(case, *TO_SIGNING[:2])
    with pytest.raises(CeremonyRefused):
        confirm_presence(case, ceremony, WANG, NOTARY, deed_sha256=DEED, at=NOW)
    case.status = CaseStatus.INTERVIEWED
    with pytest.raises(NotEditable):
        confirm_presence(case, ceremony, WANG, NOTARY, deed_sha256=DEED, at=NOW)


def test_in_the_ceremony_a_person_shows_only_the_own_face() -> None:
    case = known_case()
    case.consents.append(consent(Purpose.FACE_ONLINE))
    with pytest.raises(NotYourAction):
        request_check(case, WANG, PHOTOGRAPHS, ASSISTANT, check_id=CheckId("k"), at=NOW)
    requested = request_check(case, WANG, PHOTOGRAPHS, APPLICANT, check_id=CheckId("k"), at=NOW)
    assert requested.state is CheckState.QUEUED
    challenge = issue_identity_challenge(
        case,
        WANG,
        APPLICANT,
        challenge_id=ChallengeId("q"),
        nonce=b"n" * 32,
        answered_by=AnsweredBy.CAMERA,
        at=NOW,
    )
    assert challenge.party == WANG


def test_a_face_in_the_ceremony_leaves_the_document_on_file() -> None:
    case = known_case()
    read = replace(OUTCOME, id_number="530102199001011234")
    queued = check(state=CheckState.QUEUED, outcome=None)
    record_outcome(case, queued, state=CheckState.PROVEN, outcome=read, actor=SYSTEM, at=NOW)
    document = case.party(WANG).id_document
    assert document is not None
    assert document.number == NUMBER


def test_nobody_is_identified_between_review_and_ceremony() -> None:
    with pytest.raises(NotEditable):
        request_check(
            ready_case(CaseStatus.REVIEW),
            WANG,
            PHOTOGRAPHS,
            APPLICANT,
            check_id=CheckId("k"),
            at=NOW,
        )


def rejoined(case: Case, ceremony: Ceremony) -> Ceremony:
    for step in (Step.INTERRUPT, Step.RESUME):
        join_ceremony(case, ceremony, APPLICANT, at=NOW)
        step_ceremony(case, ceremony, step, NOTARY, at=NOW)
    for step in (Step.CONFIRM_IDENTITIES, Step.OPEN_SIGNING):
        # What was said before still stands: nobody is asked twice.
        step_ceremony(case, ceremony, step, NOTARY, at=NOW)
    return ceremony


def test_a_lost_line_does_not_undo_a_face_that_was_seen() -> None:
    case = known_case()
    ceremony = rejoined(case, opened(case, *TO_SIGNING))
    found = vouched_by(case, ceremony, [check()], case.party(WANG), deed_sha256=DEED, at=NOW)
    assert found == "k-1"
