"""An identity check over HTTP: live answers, chips, corrections, and who looks at what."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from server.cases.identity_checks import CheckId, CheckState, PicturesEnded, PicturesEndedFor
from server.cases.roles import Role
from server.transaction import Scope
from tests.functional.case.platform import KUNMING
from tests.functional.case.staging import Staging, good

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.functional.case.platform import Person, Platform, Reply


@pytest.fixture(autouse=True)
def nothing_left_queued(case: Staging) -> Iterator[None]:
    """The queue is the module's: what one test asked for is not the next one's."""
    yield
    case.worker.run()


def challenge(case: Staging, person: Person, by: str = "camera") -> Reply:
    path = case.path(f"/parties/{case.party}/identity-challenges")
    return person.post(path, {"by": by})


def clip_of(case: Staging, asked: Any) -> dict[str, Any]:  # noqa: ANN401  # an answer's id
    return {
        "upload": case.applicant.upload(case.case, b"clip", purpose="live_clip"),
        "challenge": asked,
        "times_ms": [0, 200, 400],
    }


def ask(case: Staging, **more: object) -> Reply:
    me = case.applicant
    body = {
        "document": "resident_id",
        "front": me.upload(case.case, b"front", purpose="document"),
        "back": me.upload(case.case, b"back", purpose="document"),
        **more,
    }
    return me.post(case.path(f"/parties/{case.party}/identity-checks"), body)


def newest(case: Staging, person: Person) -> Reply:
    (*_, line) = case.read(person)["identity_checks"]
    return good(person.get(case.path(f"/identity-checks/{line['id']}")))


def test_a_challenge_says_what_to_do_when_and_in_which_colours(case: Staging) -> None:
    case.open().consent()
    asked = good(challenge(case, case.applicant))
    assert [len(asked["steps"]), asked["expires_s"]] == [2, 120]
    assert all(step["says"] and step["opens_ms"] < step["closes_ms"] for step in asked["steps"])
    assert {f["colour"] for f in asked["flashes"]} <= {
        "red",
        "green",
        "blue",
        "yellow",
        "magenta",
        "cyan",
    }
    assert "nonce" not in asked.body


def test_two_challenges_are_not_the_same(case: Staging) -> None:
    case.open().consent()
    first, second = (good(challenge(case, case.applicant)) for _ in range(2))
    assert first["flashes"] != second["flashes"] or first["steps"] != second["steps"]


def test_before_the_camera_the_separate_consent_comes_first(case: Staging) -> None:
    case.open()
    assert challenge(case, case.applicant).codes == ["consent_missing_face_online"]
    # A chip has no face before a camera.
    assert len(good(challenge(case, case.applicant, by="chip"))["chip_challenge"]) == 16


def test_a_challenge_is_answered_once_and_by_its_own_party(
    case: Staging, platform: Platform
) -> None:
    case.open().consent()
    asked = good(challenge(case, case.applicant))["id"]
    good(ask(case, clip=clip_of(case, asked)))
    again = ask(case, clip=clip_of(case, asked))
    assert (again.status, again["code"]) == (409, "challenge_spent")
    other = Staging(platform=platform, worker=case.worker).open().consent()
    borrowed = good(challenge(case, case.applicant))["id"]
    refused = ask(other, clip=clip_of(other, borrowed))
    assert (refused.status, refused["code"]) == (409, "challenge_spent")


def test_a_clip_is_looked_at_only_with_consent_to_face_data(case: Staging) -> None:
    case.open().consent()
    asked = good(challenge(case, case.applicant))["id"]
    consents = case.read()["consents"]
    (face,) = [c["id"] for c in consents if c["purpose"] == "face_online"]
    case.change(case.applicant, case.applicant.post, f"/consents/{face}/withdrawal")
    assert ask(case, clip=clip_of(case, asked)).codes == ["consent_missing_face_online"]


def test_what_a_chip_answers_is_bound_to_its_challenge(case: Staging) -> None:
    case.open().consent()
    asked = good(challenge(case, case.applicant, by="chip"))["id"]
    chip = {
        "upload": case.applicant.upload(case.case, b"files", purpose="chip"),
        "active_authentication": {"challenge": asked, "response": "00ff"},
    }
    good(ask(case, chip=chip))
    told = newest(case, case.notary)
    assert (told["reads_chip"], told["compares_face"]) == (True, False)
    assert ask(case, chip=chip)["code"] == "challenge_spent"


def test_who_decides_sees_the_pictures_and_each_look_is_on_record(
    case: Staging, platform: Platform
) -> None:
    case.worker.finds = CheckState.PERSON_DECIDES
    try:
        case.open().consent().prove_identity()
    finally:
        case.worker.finds = CheckState.PROVEN
    told = newest(case, case.notary)
    assert told["pictures"] == ["back", "front", "live", "still-0"]
    path = case.path(f"/identity-checks/{told['id']}/pictures/still-0")
    assert good(case.notary.get(path)).body == b"still"
    assert case.notary.get(path.replace("still-0", "still-9")).status == 404
    assert case.applicant.get(path).status == 403
    inspector = platform.staff(Role.INSPECTOR)
    (look,) = [
        e
        for e in good(inspector.get(case.path("/events")))["items"]
        if e["kind"] == "sensitive_read"
    ]
    assert look["facts"]["field"] == "identity_picture"
    assert "pictures" not in newest(case, case.applicant).body


def test_the_person_is_told_what_each_doubt_means(case: Staging) -> None:
    case.worker.doubts = ("face_no_match",)
    case.worker.finds = CheckState.REFUSED
    try:
        case.open().consent().prove_identity()
    finally:
        case.worker.finds, case.worker.doubts = CheckState.PROVEN, ("face_uncertain",)
    says, way_on = newest(case, case.applicant)["advice"]
    assert says.startswith("The face is not that of the document.")
    assert way_on.startswith("You may use another way")


@pytest.mark.parametrize(
    ("corrected", "state"),
    [
        # The reading was right.
        ({}, "proven"),
        # It was not: what was proven is left to a notary.
        ({"address": "昆明市盘龙区"}, "person_decides"),
    ],
)
def test_unsure_fields_are_confirmed_or_corrected_once(
    case: Staging, corrected: dict[str, str], state: str
) -> None:
    case.worker.unsure = {"address": "昆明市五华区"}
    try:
        case.open().consent().prove_identity()
    finally:
        case.worker.unsure = {}
    told = newest(case, case.applicant)
    assert told["unsure"] == [{"field": "address", "text": "昆明市五华区"}]
    rest = f"/identity-checks/{told['id']}/confirmation"
    strange = case.applicant.post(
        case.path(rest), {"corrected": {"name": "别人"}}, etag=case.read().etag
    )
    assert strange.status == 422
    case.change(case.applicant, case.applicant.post, rest, {"corrected": corrected})
    known = newest(case, case.notary)
    assert (known["state"], known["confirmed"]["corrected"]) == (state, corrected)
    assert case.read()["parties"][0]["identity_proven"] is (state == "proven")
    again = case.applicant.post(case.path(rest), {"corrected": {}}, etag=case.read().etag)
    assert again.status == 404


def test_pictures_that_ended_are_shown_to_nobody_and_decide_nothing(
    case: Staging, platform: Platform
) -> None:
    case.worker.finds = CheckState.PERSON_DECIDES
    try:
        case.open().consent().prove_identity()
    finally:
        case.worker.finds = CheckState.PROVEN
    told = newest(case, case.notary)
    assert told["pictures_ended"] is None
    with platform.open_transaction(Scope(office=KUNMING)) as tx:
        check = tx.identity_checks.get(CheckId(told["id"]), lock=True)
        ended = PicturesEnded(at=platform.clock.at, ground=PicturesEndedFor.WITHDRAWN)
        tx.identity_checks.save(replace(check, pictures_ended=ended))
    told = newest(case, case.notary)
    assert (told["pictures"], told["pictures_ended"]["ground"]) == (["back", "front"], "withdrawn")
    path = case.path(f"/identity-checks/{told['id']}")
    assert case.notary.get(f"{path}/pictures/still-0").status == 404
    etag = case.read(case.notary).etag
    decided = case.notary.post(f"{path}/decision", {"proven": True, "reason": "r"}, etag=etag)
    assert (decided.status, decided.codes) == (409, ["identity_pictures_ended"])
