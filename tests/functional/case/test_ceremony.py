"""The ceremony over HTTP: consent before recording, an unbroken chain, exactly this deed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from server.cases.roles import Role
from server.ceremony.chain import GENESIS
from tests.functional.case.staging import APPLICATION, Staging, good

if TYPE_CHECKING:
    from tests.functional.case.platform import Platform


def test_nobody_is_recorded_without_consent(case: Staging) -> None:
    case.review()
    case.act(case.notary, "schedule_interview")
    planned = good(
        case.notary.post(
            case.path("/ceremonies"), {"participants": [{"party": case.party, "seat": "party"}]}
        )
    )
    case.ceremony = planned["id"]
    (recording,) = [c for c in case.read()["consents"] if c["purpose"] == "recording"]
    case.change(case.applicant, case.applicant.post, f"/consents/{recording['id']}/withdrawal")
    for person in (case.notary, case.applicant):
        case.try_devices(person)
    case.step("admit")
    good(case.notary.post(case.room("/joins")))
    refused = case.notary.post(case.room("/steps"), {"step": "start_recording"})
    assert (refused.status, refused.codes) == (
        409,
        ["participant_missing", "consent_missing_recording"],
    )
    assert good(case.notary.get(case.room()))["status"] == "waiting"


def test_the_notary_leads_and_anybody_may_report_a_lost_line(case: Staging) -> None:
    case.start_ceremony()
    refused = case.applicant.post(case.room("/steps"), {"step": "pause"})
    assert (refused.status, refused["code"]) == (403, "not_your_action")
    lost = good(case.applicant.post(case.room("/steps"), {"step": "interrupt"}))
    assert lost["status"] == "interrupted"
    assert case.step("resume")["status"] == "recording"


def test_strangers_have_no_seat(case: Staging, platform: Platform) -> None:
    case.start_ceremony()
    other = platform.staff(Role.NOTARY)
    for answer in (
        other.post(case.room("/joins")),
        other.post(case.room("/steps"), {"step": "abort"}),
        other.post(case.room("/events"), {"kind": "question_asked"}),
    ):
        assert (answer.status, answer["code"]) == (403, "not_taking_part")


def test_a_segment_that_does_not_follow_is_told_where_to_go_on(case: Staging) -> None:
    case.start_ceremony()
    first = good(case.record(case.applicant, 0, b"one", None))
    skipped = case.record(case.applicant, 2, b"three", b"one")
    assert (skipped.status, skipped["code"]) == (409, "chain_broken")
    assert skipped["facts"] == {
        "expected_index": 1,
        "expected_prev_sha256": hashlib.sha256(b"one").hexdigest(),
    }
    # Sent again because the answer was lost: the same link, nothing twice.
    assert good(case.record(case.applicant, 0, b"one", None)).body == first.body
    seen = good(case.applicant.get(case.room()))
    assert [s["prev_sha256"] for s in seen["segments"]] == [GENESIS]


def test_each_side_has_a_chain_of_its_own(case: Staging) -> None:
    case.start_ceremony()
    good(case.record(case.applicant, 0, b"party", None))
    good(case.record(case.notary, 0, b"notary", None))
    link = good(case.tell(case.notary, "statement_made"))
    assert good(case.notary.get(case.room()))["head"] == link["hash"]


def test_a_ceremony_without_recording_cannot_be_completed(case: Staging) -> None:
    case.identified()
    refused = case.notary.post(case.room("/steps"), {"step": "complete"})
    assert refused.codes == [
        "notice_of_rights_not_confirmed",
        "questions_open",
        "interview_record_missing",
        "deed_not_signed",
    ]
    assert case.read()["ceremony_completed_at"] is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        # Not a byte of the deed may differ from what the party saw and agreed to.
        ({"deed_sha256": "0" * 64}, "step_up_of_another_document"),
        # The deed as it stands, signed after its consent was withdrawn.
        ({}, "consent_missing_e_signature"),
    ],
)
def test_a_party_signs_exactly_what_was_shown(
    case: Staging, change: dict[str, Any], code: str
) -> None:
    case.interview()
    case.confirm_presence()
    body = {
        "ceremony_id": case.ceremony,
        "deed_sha256": case.shown(case.applicant, "/deed"),
        "step_up": case.agreed(case.applicant, "sign_deed"),
    }
    if not change:
        (given,) = [c for c in case.read()["consents"] if c["purpose"] == "e_signature"]
        case.change(case.applicant, case.applicant.post, f"/consents/{given['id']}/withdrawal")
    refused = case.applicant.post(case.path("/deed/signatures"), {**body, **change})
    assert (refused.status, *(refused.codes or [refused["code"]])) == (409, code)
    assert case.worker.run() == []


def test_a_party_signs_once(case: Staging) -> None:
    case.sign()
    deed = case.read()["deed"]
    assert deed["signed_by"] == [case.party]
    agreed = case.agreed(case.applicant, "sign_deed")
    body = {
        "ceremony_id": case.ceremony,
        "deed_sha256": deed["signed_sha256"],
        "step_up": agreed,
    }
    again = case.applicant.post(case.path("/deed/signatures"), body)
    assert (again.status, again["code"]) == (409, "not_editable")


def test_invariant_06_two_persons_or_a_witness(platform: Platform, case: Staging) -> None:
    # HT01 is for two persons under this office's rules.
    application = {
        **APPLICATION,
        "matter": "HT01",
        "eligibility": {**APPLICATION["eligibility"], "route": "in_person"},
    }
    made = good(case.applicant.post("/cases", application))
    case.case, case.party = made["id"], made["parties"][0]["id"]
    assert made["rules"]["two_person"]
    case.consent().prove_identity().hand_in()
    case.act(case.applicant, "submit")
    case.act(case.notary, "accept")
    case.act(case.notary, "start_review")
    alone = case.notary.post(
        case.path("/actions"), {"action": "schedule_interview"}, etag=case.read().etag
    )
    assert (alone.status, alone.codes) == (409, ["second_person_missing"])
    good(case.notary.post(case.path("/witnesses"), {"name": "见证人"}))
    case.act(case.notary, "schedule_interview")
