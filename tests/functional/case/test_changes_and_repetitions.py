"""Nobody overwrites what he has not seen, and repeating a request does no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.functional.case.platform import new_id
from tests.functional.case.staging import APPLICATION, Staging, consent_to, good

if TYPE_CHECKING:
    from tests.functional.case.platform import Platform
    from tests.functional.case.worker import Worker


def test_a_change_needs_the_state_it_is_based_on(case: Staging) -> None:
    case.open()
    begun = case.read()
    change = {"copies": 3}
    changed = good(case.applicant.patch(case.path("/intake"), change, etag=begun.etag))
    assert changed["intake"]["copies"] == 3
    assert changed.etag != begun.etag

    stale = case.applicant.patch(case.path("/intake"), {"copies": 4}, etag=begun.etag)
    assert (stale.status, stale["code"]) == (412, "entity_changed")
    absent = case.applicant.patch(case.path("/intake"), {"copies": 4})
    assert (absent.status, absent["code"]) == (428, "precondition_missing")
    assert case.read()["intake"]["copies"] == 3


def test_the_same_state_has_the_same_tag(case: Staging) -> None:
    case.open()
    assert case.read().etag == case.read(case.notary).etag


def test_invariant_12_beginning_a_case_twice_begins_one(platform: Platform) -> None:
    person, key = platform.applicant(), new_id()
    first = good(person.post("/cases", APPLICATION, key=key))
    again = good(person.post("/cases", APPLICATION, key=key))
    assert (again.status, again.body) == (first.status, first.body)
    assert (again.etag, again.headers["Location"]) == (first.etag, first.headers["Location"])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert [c["id"] for c in person.get("/cases")["items"]] == [first["id"]]


def test_invariant_12_a_step_taken_twice_is_taken_once(case: Staging) -> None:
    case.open().consent().prove_identity().hand_in()
    etag, key = case.read().etag, new_id()
    steps = [
        case.applicant.post(case.path("/actions"), {"action": "submit"}, etag=etag, key=key)
        for _ in range(3)
    ]
    assert {(s.status, s.etag) for s in steps} == {(200, steps[0].etag)}
    assert case.read().etag == steps[0].etag


def test_invariant_12_a_job_asked_for_twice_is_queued_once(case: Staging, worker: Worker) -> None:
    case.open().consent()
    me, key = case.applicant, new_id()
    body = {"document": "resident_id", "front": me.upload(case.case, b"f", purpose="document")}
    path = case.path(f"/parties/{case.party}/identity-checks")
    first, again = (good(me.post(path, body, key=key)) for _ in range(2))
    assert first["id"] == again["id"]
    assert worker.run() == ["identity.check"]


def test_a_key_is_good_for_one_request_only(platform: Platform) -> None:
    person, key = platform.applicant(), new_id()
    good(person.post("/cases", APPLICATION, key=key))
    other = person.post("/cases", {**APPLICATION, "copies": 9}, key=key)
    assert (other.status, other["code"]) == (409, "idempotency_key_reused")


def test_a_refused_request_leaves_its_key_free(case: Staging, platform: Platform) -> None:
    case.open()
    key = new_id()
    body = consent_to("terms", platform.clock.at.date())
    wrong = {**body, "text_sha256": "0" * 64}
    refused = case.applicant.post(case.path("/consents"), wrong, key=key)
    assert (refused.status, refused["code"]) == (409, "text_differs")
    good(case.applicant.post(case.path("/consents"), body, key=key))
    assert len(case.read()["consents"]) == 1


def test_issuing_is_asked_for_once_however_often(case: Staging, worker: Worker) -> None:
    case.approve()
    first, again = (good(case.ask_to_issue(case.clerk)) for _ in range(2))
    by_the_notary = good(case.ask_to_issue(case.notary))
    assert first["id"] == again["id"] == by_the_notary["id"]
    assert first.headers["Location"] == f"/v1/operations/{first['id']}"
    assert worker.run() == ["case.issue"]

    after = good(case.ask_to_issue(case.clerk))
    assert (after["id"], after["state"]) == (first["id"], "succeeded")
    assert worker.run() == []
    assert len(good(case.clerk.get(case.path("/certificates")))["items"]) == 1
