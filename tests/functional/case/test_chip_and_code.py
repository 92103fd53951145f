"""Proven without a face: the chip is no copy, and the holder reads what was sent to the contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from identity.chips.refusal import ChipFile
from server.cases.identity_checks import CheckId, digest_of
from server.cases.roles import Role
from server.transaction import Scope
from tests.functional.case.looking import blank_page, files_of, judging, passport
from tests.functional.case.platform import KUNMING
from tests.functional.case.staging import APPLICATION, Staging, good
from tests.unit.identity.chips import answering, making
from tests.unit.identity.chips.signing import ec_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.cases.identity_checks import IdentityCheck
    from tests.functional.case.platform import Person, Platform, Reply
    from tests.functional.case.worker import Worker

NUMBER = "XX0001328"
"""Of the invented passport of `making`."""


def applied(**changes: str) -> dict[str, Any]:
    """Return an application of the holder of the invented passport."""
    document = {"type": "414", "number": changes.pop("number", NUMBER), "valid_until": "2031-10-01"}
    applicant = {"name": "SPECIMEN ANNA MARIA", "nationality": "NL", "id_document": document}
    return APPLICATION | {"applicant": applicant | changes}


@pytest.fixture
def case(platform: Platform, worker: Worker, children: Any) -> Iterator[Staging]:  # noqa: ANN401
    worker.judge = judging(children, platform.clock)
    worker.sent.clear()
    yield Staging(platform=platform, worker=worker, application=applied())
    worker.run()
    worker.judge = None


def ask(case: Staging, by: str, person: Person | None = None, **more: object) -> Reply:
    path = case.path(f"/parties/{case.party}/identity-challenges")
    return (person or case.applicant).post(path, {"by": by, **more})


def read_code(case: Staging) -> dict[str, str]:
    """Return the answer of whoever holds the phone."""
    asked = good(ask(case, "code"))
    case.worker.run()
    return {"challenge": asked["id"], "digits": case.worker.sent[-1][1]}


def proven_chip(case: Staging) -> dict[str, Any]:
    me = case.applicant
    asked = good(ask(case, "chip"))
    signed = answering.sign_plainly(ec_key("active"), bytes.fromhex(asked["chip_challenge"]))
    return copied_chip(case) | {
        "active_authentication": {"challenge": asked["id"], "response": signed.hex()},
        "upload": me.upload(case.case, files_of(passport()), purpose="chip"),
    }


def copied_chip(case: Staging) -> dict[str, Any]:
    """The genuine files, read once and sent from anywhere."""
    return {"upload": case.applicant.upload(case.case, files_of(passport()), purpose="chip")}


def check(case: Staging, **answers: object) -> Reply:
    me = case.applicant
    page = me.upload(case.case, blank_page(), purpose="document")
    body = {"document": "passport", "front": page, **answers}
    asked = me.post(case.path(f"/parties/{case.party}/identity-checks"), body)
    if asked.status != 202:
        return asked
    case.worker.run()
    (*_, newest) = case.read(case.notary)["identity_checks"]
    return good(case.notary.get(case.path(f"/identity-checks/{newest['id']}")))


def kept(case: Staging, told: Reply) -> IdentityCheck:
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        return tx.identity_checks.get(CheckId(told["id"]))


def test_chip_and_code_prove_a_person_where_the_office_allows_it(
    case: Staging, platform: Platform
) -> None:
    case.open()  # and no consent to face data
    told = check(case, chip=proven_chip(case), code=read_code(case))
    assert (told["state"], told["doubts"]) == ("proven", [])
    assert (told["route"], told["compares_face"]) == ("chip_and_code", False)
    assert case.read()["parties"][0]["identity_proven"]
    assert case.worker.sent[-1][0] == case.applicant.phone
    # The evidence is bound into what the party's event certificate says of the check.
    check_kept = kept(case, told)
    other = replace(check_kept.inputs, code=None)
    assert digest_of(check_kept) != digest_of(replace(check_kept, inputs=other))
    inspector = platform.staff(Role.INSPECTOR)
    asked = [
        e["facts"]["route"]
        for e in good(inspector.get(case.path("/events")))["items"]
        if e["kind"] == "identity_check_requested"
    ]
    assert asked == ["chip_and_code"]


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06}"


def test_a_wrong_code_leaves_it_to_a_person_and_is_no_second_try(case: Staging) -> None:
    case.open()
    code = read_code(case)
    told = check(case, chip=proven_chip(case), code=code | {"digits": wrong(code["digits"])})
    assert (told["state"], told["doubts"]) == (
        "person_decides",
        ["code_wrong", "face_not_compared"],
    )
    assert any("new code" in says for says in told["advice"])
    assert check(case, chip=proven_chip(case), code=code)["code"] == "challenge_spent"


def test_a_chip_that_may_be_a_copy_proves_nobody(case: Staging) -> None:
    case.open()
    told = check(case, chip=copied_chip(case), code=read_code(case))
    assert told["state"] != "proven"
    assert {"chip_uncertain", "face_not_compared"} <= set(told["doubts"])


@pytest.mark.parametrize(
    ("changes", "doubts"),
    [
        # Another number was entered, or somebody else's name.
        ({"number": "XX0001329"}, {"face_not_compared"}),
        ({"name": "SPECIMEN BERTA"}, {"face_not_compared"}),
    ],
)
def test_the_chip_itself_names_the_claimed_person(
    case: Staging, changes: dict[str, str], doubts: set[str]
) -> None:
    case.application = applied(**changes)
    case.open()
    told = check(case, chip=proven_chip(case), code=read_code(case))
    assert told["state"] != "proven"
    assert doubts <= set(told["doubts"])


def test_where_the_office_does_not_allow_it_a_notary_decides(case: Staging) -> None:
    case.application = applied() | {"matter": "SM08"}
    case.open()
    told = check(case, chip=proven_chip(case), code=read_code(case))
    assert (told["state"], told["doubts"]) == ("person_decides", ["face_not_compared"])


def test_a_code_alone_is_no_route(case: Staging) -> None:
    case.open()
    told = check(case, code=read_code(case))
    assert told["route"] == "notary_decides"
    assert told["state"] != "proven"


def test_nobody_has_a_code_sent_for_another(case: Staging) -> None:
    case.open()
    assert ask(case, "code", case.notary)["code"] == "not_your_action"
    assert case.worker.sent == []


def test_a_code_lives_five_minutes_and_only_so_many_are_sent(
    case: Staging, platform: Platform
) -> None:
    case.open()
    code = read_code(case)
    again = ask(case, "code")
    assert (again.status, again["code"]) == (429, "too_many_codes")
    platform.clock.at += timedelta(minutes=5)
    assert check(case, chip=proven_chip(case), code=code)["code"] == "challenge_spent"
    good(ask(case, "code"))


def test_what_was_asked_of_a_chip_is_no_code(case: Staging) -> None:
    case.open()
    asked = good(ask(case, "chip", dg14=making.groups()[ChipFile.DG14].hex()))
    told = check(case, code={"challenge": asked["id"], "digits": "000000"})
    assert told["code"] == "challenge_spent"
