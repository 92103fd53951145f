"""After issue: another notary looks again, and what is decided shows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.drafting import Tick
from server.cases.roles import Role
from server.transaction import NOBODY
from tests.functional.case.staging import Staging, good

if TYPE_CHECKING:
    from server.register.certificates import Certificate
    from tests.functional.case.platform import Person, Platform


def reexamined(case: Staging, platform: Platform) -> Person:
    """Issue, and bring the case before the director with another notary named."""
    case.issue()
    director = platform.staff(Role.DIRECTOR)
    other = platform.staff(Role.NOTARY)
    case.act(director, "request_reexam")
    case.change(director, director.put, "/staffing", {"reexaminer": other.account})
    return director


def known_publicly(platform: Platform, public_id: str) -> Certificate:
    with platform.open_transaction(NOBODY) as tx:
        found = tx.public_register.by_public_id(public_id)
    if found is None:
        raise LookupError(public_id)
    return found


def public_id_of(case: Staging) -> str:
    return str(good(case.clerk.get(case.path(f"/certificates/{case.certificate}")))["public_id"])


def test_invariant_13_a_revoked_certificate_shows_as_revoked_in_the_same_transaction(
    case: Staging, platform: Platform
) -> None:
    director = reexamined(case, platform)
    public_id = public_id_of(case)
    assert known_publicly(platform, public_id).status == "valid"

    case.act(director, "revoke")
    found = known_publicly(platform, public_id)
    assert found.status == "revoked"
    assert found.ended_at
    kinds = [e["kind"] for e in good(case.notary.get(case.path("/events")))["items"]]
    assert kinds[-2:] == ["revoke", "certificate_revoked"]


def test_a_corrected_certificate_supersedes_the_one_before(
    case: Staging, platform: Platform
) -> None:
    director = reexamined(case, platform)
    first = public_id_of(case)
    case.act(director, "correct")
    assert known_publicly(platform, first).status == "valid"  # until the new one is sealed

    draft = {"variables": {"paragraphs": ["兹更正如下。"]}}
    case.change(case.notary, case.notary.put, "/draft", draft)
    case.worker.run()
    case.act(case.notary, "submit_check")
    for person, form, action in (
        (case.checker, "/check", "pass_check"),
        (case.approver, "/approval", "approve"),
    ):
        case.change(person, person.put, form, {"ticks": list(Tick), "opinion": "同意"})
        case.act(person, action)
    good(case.ask_to_issue(case.clerk))
    assert case.worker.run() == ["case.issue"]

    old = known_publicly(platform, first)
    _, new = good(case.clerk.get(case.path("/certificates")))["items"]
    assert (old.status, old.successor) == ("superseded", new["number"])
    assert new["status"] == "valid"
    assert new["number"] != old.number.text


def test_a_case_that_stands_stays_as_it_was(case: Staging, platform: Platform) -> None:
    director = reexamined(case, platform)
    case.act(director, "maintain")
    assert case.read(director)["status"] == "issued"
    assert known_publicly(platform, public_id_of(case)).status == "valid"
