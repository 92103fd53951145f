"""公证员面签核对: no machine looks at a face; nothing is signed before the notary has compared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from server.cases.identity_checks import CheckId, CheckState, digest_of
from server.cases.roles import Role
from server.transaction import Scope
from tests.functional.case.platform import KUNMING
from tests.functional.case.staging import APPLICATION, CONSENTS, Staging, consent_to, good

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.cases.identity_checks import IdentityCheck
    from tests.functional.case.platform import Person, Platform, Reply
    from tests.functional.case.worker import Worker

SAME: dict[str, Any] = {
    "result": "same",
    "document": "resident_id",
    "original_shown": True,
    "questions": ["birth", "address"],
    "reason": "五官一致，对答如流",
}


class Compared(Staging):
    """A party who agrees to everything but a machine that looks at the face."""

    def consent(self) -> Staging:
        for purpose in CONSENTS:
            if purpose != "face_online":
                agree(self, purpose)
        agree(self, "notary_compares")
        return self

    def prove_identity(self) -> Staging:
        ask(self)
        assert self.worker.run() == ["identity.check"]
        return self


class ComparedInTime(Compared):
    """The same, with a notary who compares as soon as the recording runs."""

    def start_ceremony(self) -> Staging:
        super().start_ceremony()
        good(compare(self))
        return self


def agree(case: Staging, purpose: str) -> None:
    body = consent_to(purpose, case.platform.clock.at.date())
    good(case.applicant.post(case.path("/consents"), body))


def ask(case: Staging, **more: object) -> Reply:
    me = case.applicant
    body = {
        "document": "resident_id",
        "front": me.upload(case.case, b"front", purpose="document"),
        "back": me.upload(case.case, b"back", purpose="document"),
        "compared_by_notary": True,
        **more,
    }
    return me.post(case.path(f"/parties/{case.party}/identity-checks"), body)


def newest(case: Staging) -> Any:  # noqa: ANN401  # JSON
    return case.read(case.notary)["identity_checks"][-1]


def compare(case: Staging, by: Person | None = None, **changes: object) -> Reply:
    body = {"check": newest(case)["id"], **SAME, **changes}
    return (by or case.notary).post(case.room("/comparisons"), body)


def kept(case: Staging) -> IdentityCheck:
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        return tx.identity_checks.get(CheckId(newest(case)["id"]))


def party(case: Staging) -> Any:  # noqa: ANN401  # JSON
    return case.read()["parties"][0]


def step(case: Staging, step: str) -> Reply:
    return case.notary.post(case.room("/steps"), {"step": step})


@pytest.fixture
def case(platform: Platform, worker: Worker) -> Iterator[Compared]:
    worker.finds, worker.doubts = CheckState.PERSON_DECIDES, ("face_not_compared",)
    yield Compared(platform=platform, worker=worker)
    worker.run()
    worker.finds, worker.doubts = CheckState.PROVEN, ("face_uncertain",)


def test_a_party_without_a_face_comes_to_a_sealed_certificate(
    case: Compared, platform: Platform
) -> None:
    whole = ComparedInTime(platform=platform, worker=case.worker)
    whole.issue()
    told = newest(whole)
    assert (told["state"], told["route"], told["compares_face"]) == (
        "proven",
        "notary_compares",
        False,
    )
    (comparison,) = told["comparisons"]
    assert (comparison["result"], comparison["proves"]) == ("same", True)
    assert party(whole)["identity_proven"]
    # What the party's event certificate says of the check rests on the comparison.
    check = kept(whole)
    assert digest_of(check) != digest_of(replace(check, comparisons=()))
    inspector = platform.staff(Role.INSPECTOR)
    events = good(inspector.get(whole.path("/events")))["items"]
    (compared,) = [e for e in events if e["kind"] == "identity_compared"]
    assert compared["facts"]["link"] == comparison["link"]


def test_it_is_the_persons_choice_and_the_offices_offer(case: Compared) -> None:
    case.open()
    refused = ask(case)
    assert (refused.status, refused.codes) == (409, ["consent_missing_notary_compares"])
    agree(case, "notary_compares")
    live = case.applicant.upload(case.case, b"live", purpose="live_photo")
    agree(case, "face_online")
    assert ask(case, live=live).codes == ["comparison_stands_alone"]
    other = Compared(
        platform=case.platform, worker=case.worker, application={**APPLICATION, "matter": "WT04"}
    )
    other.open()
    assert "notary_compares" not in other.read()["rules"]["identity_routes"]
    agree(other, "notary_compares")
    assert ask(other).codes == ["comparison_not_offered"]


def test_nothing_is_signed_before_the_notary_has_compared(case: Compared) -> None:
    case.start_ceremony()
    told = party(case)
    assert (told["identity_proven"], told["compared_in_ceremony"]) == (False, True)
    good(case.record(case.applicant, 0, b"one", None))
    assert step(case, "open_signing").codes == ["identity_not_compared"]
    assert "identity_not_compared" in step(case, "complete").codes
    decision = {"proven": True, "reason": "照片一致"}
    path = case.path(f"/identity-checks/{newest(case)['id']}/decision")
    beforehand = case.notary.post(path, decision, etag=case.read(case.notary).etag)
    assert beforehand.codes == ["identity_not_compared"]
    good(compare(case))
    good(step(case, "open_signing"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        # A copy, or a picture on another screen.
        ({"original_shown": False}, "original_not_shown"),
        # Not what was sent in and read.
        ({"document": "passport"}, "another_document_shown"),
        # The office asks for two things.
        ({"questions": ["birth"]}, "too_few_questions"),
    ],
)
def test_same_wants_all_that_the_office_asks_for(
    case: Compared, changes: dict[str, Any], code: str
) -> None:
    case.start_ceremony()
    assert compare(case, **changes).codes == [code]
    assert not party(case)["identity_proven"]
    # A doubt can always be put on record.
    good(compare(case, **{**changes, "result": "unsure"}))


def test_unsure_proves_nobody_and_may_be_compared_again(case: Compared) -> None:
    case.start_ceremony()
    unsure = good(compare(case, result="unsure", reason="光线太暗"))
    assert unsure["state"] == "to_be_compared"
    assert any("compared again" in says for says in unsure["advice"])
    assert step(case, "open_signing").codes == ["identity_not_compared"]
    assert good(compare(case))["state"] == "proven"
    good(step(case, "open_signing"))


def test_another_person_ends_the_check_and_other_ways_stay_open(case: Compared) -> None:
    case.start_ceremony()
    refused = good(compare(case, result="not_same", reason="面容不符"))
    assert refused["state"] == "refused"
    assert any("another way" in says for says in refused["advice"])
    assert step(case, "open_signing").codes == ["identity_not_proven"]
    assert compare(case).codes == ["comparison_not_asked_for"]
    # Another check of the same way; or the ceremony is broken off and the notary refuses.
    good(ask(case))
    case.worker.run()
    assert newest(case)["state"] == "to_be_compared"
    good(step(case, "abort"))


def test_whoever_was_out_of_sight_is_compared_again(case: Compared) -> None:
    case.start_ceremony()
    good(compare(case))
    good(case.applicant.post(case.room("/steps"), {"step": "interrupt"}))
    good(step(case, "resume"))
    assert step(case, "open_signing").codes == ["identity_not_compared"]
    good(compare(case))
    good(case.applicant.post(case.room("/joins")))
    assert step(case, "open_signing").codes == ["identity_not_compared"]
    before = digest_of(kept(case))
    good(compare(case))
    # What an earlier signature was bound to stays what it was.
    assert digest_of(kept(case)) == before
    good(step(case, "open_signing"))


def test_an_earlier_ceremonys_comparison_does_not_count(case: Compared) -> None:
    case.start_ceremony()
    good(compare(case))
    good(step(case, "abort"))
    participants = {"participants": [{"party": case.party, "seat": "party"}]}
    case.ceremony = good(case.notary.post(case.path("/ceremonies"), participants))["id"]
    case.step("admit")
    for person in (case.notary, case.applicant):
        good(person.post(case.room("/joins")))
    case.step("start_recording")
    assert step(case, "open_signing").codes == ["identity_not_compared"]


def test_only_the_notary_who_leads_compares(case: Compared, platform: Platform) -> None:
    case.start_ceremony()
    assert compare(case, by=case.applicant)["code"] == "not_permitted"
    assert compare(case, by=platform.staff(Role.NOTARY))["code"] == "not_taking_part"


def test_the_choice_can_be_withdrawn_until_then(case: Compared) -> None:
    case.open().consent().prove_identity().hand_in()
    (given,) = [c for c in case.read()["consents"] if c["purpose"] == "notary_compares"]
    case.change(case.applicant, case.applicant.post, f"/consents/{given['id']}/withdrawal")
    refused = case.applicant.post(
        case.path("/actions"), {"action": "submit"}, etag=case.read().etag
    )
    assert refused.codes == ["consent_missing_notary_compares"]
    # The way on: another route, or the choice again.
    agree(case, "notary_compares")
    case.act(case.applicant, "submit")


def test_a_repeated_request_compares_once(case: Compared) -> None:
    case.start_ceremony()
    body = {"check": newest(case)["id"], **SAME}
    first = good(case.notary.post(case.room("/comparisons"), body, key="k" * 20))
    again = good(case.notary.post(case.room("/comparisons"), body, key="k" * 20))
    assert again.body == first.body
    assert len(newest(case)["comparisons"]) == 1


def test_two_persons_compare_where_two_handle_it(case: Compared, platform: Platform) -> None:
    case.application = {
        **APPLICATION,
        "matter": "HT01",
        "eligibility": {**APPLICATION["eligibility"], "route": "in_person"},
    }
    second = platform.staff(Role.SECOND_HANDLER)
    case.open().consent().prove_identity().hand_in()
    case.act(case.applicant, "submit")
    case.act(case.notary, "accept")
    case.change(case.notary, case.notary.put, "/staffing", {"second_handler": second.account})
    case.act(case.notary, "start_review")
    case.act(case.notary, "schedule_interview")
    participants = {"participants": [{"party": case.party, "seat": "party"}]}
    case.ceremony = good(case.notary.post(case.path("/ceremonies"), participants))["id"]
    case.step("admit")
    for person in (case.notary, case.applicant, second):
        good(person.post(case.room("/joins")))
    case.step("start_recording")

    def word(agrees: bool, by: Person = second) -> Reply:  # one word, said plainly
        body = {"check": newest(case)["id"], "agrees": agrees, "reason": "同时在场核对"}
        return by.post(case.room("/comparisons/agreement"), body)

    assert word(True).codes == ["comparison_not_waiting"]
    told = good(compare(case))
    assert (told["state"], told["comparisons"][0]["proves"]) == ("to_be_compared", False)
    assert any("second handler" in says for says in told["advice"])
    assert step(case, "open_signing").codes == ["identity_not_compared"]
    assert word(True, by=case.notary)["code"] == "not_your_action"
    assert good(word(False))["state"] == "to_be_compared"
    good(compare(case))
    assert good(word(True))["state"] == "proven"
    good(step(case, "open_signing"))
