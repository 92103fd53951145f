"""公证员面签核对: no machine looks at a face; nothing is signed before the notary has compared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from server.cases.identity_checks import CheckId, CheckState, digest_of
from server.cases.roles import Role
from server.transaction import Scope
from tests.functional.case.platform import KUNMING
from tests.functional.case.staging import APPLICATION, Staging, good
from tests.functional.case.without_a_face import (
    Compared,
    ComparedByTwo,
    ComparedInTime,
    agree,
    ask,
    compare,
    decide,
    newest,
    plan,
    word_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.cases.identity_checks import IdentityCheck
    from tests.functional.case.platform import Platform, Reply
    from tests.functional.case.worker import Worker


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
    assert (told["state"], told["route"]) == ("proven", "notary_compares")
    assert not told["compares_face"]
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


def test_the_choice_can_be_withdrawn_until_then(case: Compared) -> None:
    case.open().consent().prove_identity().hand_in()
    (given,) = [c for c in case.read()["consents"] if c["purpose"] == "notary_compares"]
    case.change(case.applicant, case.applicant.post, f"/consents/{given['id']}/withdrawal")
    act = {"action": "submit"}
    refused = case.applicant.post(case.path("/actions"), act, etag=case.read().etag)
    assert refused.codes == ["consent_missing_notary_compares"]
    # The way on: another route, or the choice again.
    agree(case, "notary_compares")
    case.act(case.applicant, "submit")


def test_nothing_is_signed_before_the_notary_has_compared(case: Compared) -> None:
    case.start_ceremony()
    told = party(case)
    assert (told["identity_proven"], told["compared_in_ceremony"]) == (False, True)
    good(case.record(case.applicant, 0, b"one", None))
    assert "identity_not_compared" in step(case, "open_signing").codes
    assert "identity_not_compared" in step(case, "complete").codes
    # Nor does anybody prove the person from papers meanwhile.
    assert decide(case, newest(case)["id"]).codes == ["identity_not_compared"]
    wants: dict[str, dict[str, Any]] = {
        # A copy, or a picture on another screen.
        "original_not_shown": {"original_shown": False},
        # Not what was sent in and read.
        "another_document_shown": {"document": "passport"},
        # The office asks for two things.
        "too_few_questions": {"questions": ["birth"]},
    }
    for code, changes in wants.items():
        assert compare(case, None, **changes).codes == [code]
    unsure = good(compare(case, result="unsure", reason="光线太暗", original_shown=False))
    assert unsure["state"] == "to_be_compared"
    assert any("compared again" in says for says in unsure["advice"])
    assert "identity_not_compared" in step(case, "open_signing").codes
    assert good(compare(case, key="k" * 20))["state"] == "proven"
    # A lost answer, asked for again, is no second comparison.
    good(compare(case, key="k" * 20))
    assert len(newest(case)["comparisons"]) == 2
    case.open_signing()
    assert compare(case, by=case.applicant)["code"] == "not_permitted"
    stranger = case.platform.staff(Role.NOTARY)
    assert compare(case, by=stranger)["code"] == "not_taking_part"


def test_whoever_was_out_of_sight_is_compared_again(case: Compared) -> None:
    case.start_ceremony()
    good(compare(case))
    good(case.applicant.post(case.room("/steps"), {"step": "interrupt"}))
    good(step(case, "resume"))
    assert "identity_not_compared" in step(case, "open_signing").codes
    good(compare(case))
    good(case.applicant.post(case.room("/joins")))
    assert "identity_not_compared" in step(case, "open_signing").codes
    # What an earlier signature was bound to stays what it was.
    before = digest_of(kept(case))
    good(compare(case))
    assert digest_of(kept(case)) == before
    # Nor does the comparison of one ceremony count in another.
    good(step(case, "abort"))
    plan(case)
    assert "identity_not_compared" in step(case, "open_signing").codes
    refused = good(compare(case, result="not_same", reason="面容不符"))
    assert refused["state"] == "refused"
    assert any("another way" in says for says in refused["advice"])
    assert "identity_not_proven" in step(case, "open_signing").codes
    assert compare(case).codes == ["comparison_not_asked_for"]
    # The way on: here a new check of the same way, asked for in the room.
    good(ask(case))
    case.worker.run()
    good(compare(case))
    case.open_signing()


def test_two_persons_compare_where_two_handle_it(case: Compared, platform: Platform) -> None:
    second = platform.staff(Role.SECOND_HANDLER)
    two = ComparedByTwo(platform=platform, worker=case.worker)
    two.start_ceremony()
    two.meet(second)
    assert word_of(two, second).codes == ["comparison_not_waiting"]
    told = good(compare(two))
    assert (told["state"], told["comparisons"][0]["proves"]) == ("to_be_compared", False)
    assert any("second handler" in says for says in told["advice"])
    assert "identity_not_compared" in step(two, "open_signing").codes
    assert word_of(two, two.notary)["code"] == "not_your_action"
    assert good(word_of(two, second, agrees=False))["state"] == "to_be_compared"
    good(compare(two))
    assert good(word_of(two, second))["state"] == "proven"
    two.open_signing()
