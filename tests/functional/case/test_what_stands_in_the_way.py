"""Every refusal names all that is missing, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.cases.drafting import Tick
from server.cases.roles import Role
from tests.functional.case.staging import (
    APPLICATION,
    ELIGIBILITY,
    Staging,
    consent_to,
    good,
)
from tests.simulated.device import nobodys_answer

if TYPE_CHECKING:
    from tests.functional.case.platform import Person, Platform, Reply


def test_submitting_an_empty_draft_names_everything(case: Staging) -> None:
    case.open()
    before = case.read()
    refused = case.applicant.post(case.path("/actions"), {"action": "submit"}, etag=before.etag)
    assert (refused.status, refused["code"]) == (409, "conditions_unmet")
    materials = sum(m["required"] for m in before["materials"])
    assert sorted(refused.codes) == sorted(
        [
            "identity_not_proven",
            "consent_missing_personal_data",
            "consent_missing_recording",
            "consent_missing_terms",
            *["material_missing"] * materials,
        ]
    )
    assert all(each["detail"] != each["code"] for each in refused["errors"])
    (offered,) = [a for a in before["available_actions"] if a["action"] == "submit"]
    assert [u["code"] for u in offered["unmet"]] == refused.codes
    assert case.read().etag == before.etag


def test_an_application_out_of_place_is_not_begun(platform: Platform) -> None:
    person = platform.applicant()
    elsewhere: dict[str, Any] = {
        **ELIGIBILITY,
        "places": [{"connection": "domicile", "place": "110101"}],
        "citizenship": "FR",
    }
    refused = person.post("/cases", {**APPLICATION, "eligibility": elsewhere})
    assert (refused.status, refused["code"]) == (409, "not_eligible")
    assert "eligibility.outside_jurisdiction" in refused.codes
    assert len(refused.codes) > 1
    assert all(each["detail"] != each["code"] for each in refused["errors"])
    assert person.get("/cases")["items"] == []


def test_staff_begin_cases_in_their_own_office_only(platform: Platform) -> None:
    assistant = platform.staff(Role.ASSISTANT)
    good(assistant.post("/cases", APPLICATION))
    refused = assistant.post("/cases", {**APPLICATION, "office": "hekou-demo"})
    assert (refused.status, refused["code"]) == (403, "not_permitted")


def test_nobody_consents_to_a_text_that_is_not_in_force(case: Staging, platform: Platform) -> None:
    case.open()
    face = consent_to("face_online", platform.clock.at.date())
    for wrong in (
        {"notice_version": "1999.1"},
        {"text_sha256": "0" * 64},
        # Consent to face data is never bundled with another text.
        {"purpose": "terms"},
    ):
        refused = case.applicant.post(case.path("/consents"), {**face, **wrong})
        assert (refused.status, refused["code"]) == (409, "text_differs")
    assert case.read()["consents"] == []


def test_nobody_consents_for_another(case: Staging, platform: Platform) -> None:
    case.open()
    other = platform.applicant()
    party = {"role": "applicant", "name": "欧阳静", "phone": other.phone}
    good(case.applicant.post(case.path("/parties"), party))
    body = {**consent_to("terms", platform.clock.at.date()), "party": case.party}
    refused = other.post(case.path("/consents"), body)
    assert (refused.status, refused["code"]) == (403, "not_your_action")


def test_invariant_11_without_consent_no_face_is_looked_at(case: Staging) -> None:
    case.open().consent()
    (face,) = [c for c in case.read()["consents"] if c["purpose"] == "face_online"]
    case.change(case.applicant, case.applicant.post, f"/consents/{face['id']}/withdrawal")
    me = case.applicant
    body = {
        "document": "resident_id",
        "front": me.upload(case.case, b"front", purpose="document"),
        "live": me.upload(case.case, b"live", purpose="live_photo"),
    }
    refused = me.post(case.path(f"/parties/{case.party}/identity-checks"), body)
    assert (refused.status, refused.codes) == (409, ["consent_missing_face_online"])
    # What was consented to, and until when, stays on file.
    (kept,) = [c for c in case.read()["consents"] if c["purpose"] == "face_online"]
    assert kept["withdrawn_at"] > kept["given_at"]


def test_invariant_07_a_matter_for_the_person_takes_no_agent(case: Staging) -> None:
    case.open()
    refused = case.applicant.post(case.path("/parties"), {"role": "agent", "name": "某某"})
    assert (refused.status, refused["code"]) == (409, "not_editable")
    assert len(case.read()["parties"]) == 1


@pytest.mark.parametrize(
    ("purpose", "state"),
    [
        # A live photograph was not inspected as a material.
        ("live_photo", "stored"),
        # The file is still on its way to the store.
        ("material", "completing"),
        # The file was looked at and not let in.
        ("material", "refused"),
    ],
)
def test_only_a_stored_file_for_this_use_is_attached(
    case: Staging, purpose: str, state: str
) -> None:
    case.open()
    item = case.read()["materials"][0]["id"]
    file = case.applicant.upload(case.case, b"x", purpose=purpose, state=state)
    refused = case.applicant.put(
        case.path(f"/materials/{item}"), {"upload_id": file}, etag=case.read().etag
    )
    assert (refused.status, refused["code"]) == (409, "upload_not_usable")


def test_somebody_elses_upload_is_not_found(case: Staging) -> None:
    case.open()
    item = case.read()["materials"][0]["id"]
    file = case.notary.upload(case.case, b"x", purpose="material")
    refused = case.applicant.put(
        case.path(f"/materials/{item}"), {"upload_id": file}, etag=case.read().etag
    )
    assert (refused.status, refused["code"]) == (404, "upload_not_found")


def test_a_supplement_opens_the_listed_items_only(case: Staging) -> None:
    case.submit()
    listed, other, *_ = case.read()["materials"]
    asked = [{"material": listed["id"], "reason": "照片反光"}]
    case.act(case.assistant, "request_supplement", supplement=asked)
    assert case.read()["stage"] == "needs_you"

    file = case.applicant.upload(case.case, b"better", purpose="material")
    untouchable = case.applicant.put(
        case.path(f"/materials/{other['id']}"), {"upload_id": file}, etag=case.read().etag
    )
    assert (untouchable.status, untouchable["code"]) == (409, "not_editable")
    path = f"/materials/{listed['id']}"
    case.change(case.applicant, case.applicant.put, path, {"upload_id": file})
    case.act(case.applicant, "resubmit")
    assert case.read()["status"] == "submitted"


def test_a_rejection_needs_its_reason(case: Staging) -> None:
    case.submit()
    item = case.read()["materials"][0]["id"]
    refused = case.assistant.post(
        case.path(f"/materials/{item}/decision"), {"state": "rejected"}, etag=case.read().etag
    )
    assert (refused.status, refused["code"]) == (422, "form_incomplete")


def _taken_by(case: Staging, person: Person, action: str, **particulars: object) -> Reply:
    return person.post(
        case.path("/actions"), {"action": action, **particulars}, etag=case.read(person).etag
    )


def test_an_action_of_another_role_is_refused(case: Staging) -> None:
    case.submit()
    for person in (case.applicant, case.assistant, case.cashier):
        refused = _taken_by(case, person, "accept")
        assert (refused.status, refused["code"]) == (403, "not_your_action")
    out_of_turn = _taken_by(case, case.notary, "start_draft")
    assert (out_of_turn.status, out_of_turn["code"]) == (409, "transition_refused")
    assert out_of_turn["facts"] == {"status": "submitted", "action": "start_draft"}


def test_invariant_04_nobody_types_the_date_of_issue(case: Staging) -> None:
    case.open()
    typed = {"action": "submit", "issue_date": "2020-01-01"}
    refused = case.applicant.post(case.path("/actions"), typed, etag=case.read().etag)
    assert (refused.status, refused.codes) == (422, ["unknown_field"])


def test_the_system_steps_are_nobodys_to_ask_for(case: Staging) -> None:
    case.approve()
    refused = _taken_by(case, case.clerk, "issue")
    assert (refused.status, refused["code"]) == (403, "not_your_action")


def test_invariant_01_no_handler_approves(case: Staging, platform: Platform) -> None:
    both = platform.staff(Role.NOTARY, Role.APPROVER)
    case.notary = both
    case.sign()
    case.act(both, "start_draft")
    case.change(both, both.put, "/draft", {"variables": {"paragraphs": ["兹证明。"]}})
    case.worker.run()
    case.act(both, "submit_check")
    ticks = {"ticks": list(Tick), "opinion": "同意"}
    case.change(case.checker, case.checker.put, "/check", ticks)
    case.act(case.checker, "pass_check")
    refused = both.put(case.path("/approval"), ticks, etag=case.read(both).etag)
    assert (refused.status, refused.codes) == (409, ["approver_handled_the_case"])


def test_invariant_02_no_number_before_approval(case: Staging) -> None:
    case.accept()
    refused = case.notary.post(case.path("/issuance"), {"step_up": nobodys_answer()})
    assert (refused.status, refused["code"]) == (409, "transition_refused")
    assert case.worker.run() == []


def test_a_seat_asks_for_its_role(case: Staging, platform: Platform) -> None:
    case.accept()
    etag = case.read(case.notary).etag
    refused = case.notary.put(
        case.path("/staffing"),
        {"checker": case.assistant.account, "approver": platform.applicant().account},
        etag=etag,
    )
    assert (refused.status, refused.codes) == (409, ["staff_lacks_role"] * 2)
    assert {e["subject"] for e in refused["errors"]} == {"checker", "approver"}
    seats = {"checker": case.checker.account}
    assert good(case.notary.put(case.path("/staffing"), seats, etag=etag))["staffing"][
        "checker"
    ] == (case.checker.account)


def test_a_withdrawal_has_one_ground_and_the_director_decides(
    case: Staging, platform: Platform
) -> None:
    case.accept()
    withdrawn = case.act(case.applicant, "withdraw", report="不再需要")
    assert withdrawn["closing"]["ground"] == "50(2)"
    assert "report" not in withdrawn["closing"]
    director = platform.staff(Role.DIRECTOR)
    case.act(director, "confirm_termination")
    assert case.read()["stage"] == "withdrawn"
