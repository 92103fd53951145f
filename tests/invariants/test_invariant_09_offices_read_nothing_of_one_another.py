"""Nobody of one office reads anything of another: not a row, a file, a list, a cursor, a URL.

Invariant 9 of docs/case-lifecycle.md, over HTTP; tests/authorization asks operation by operation,
tests/integration/db behind the application. Here each side looks for every id of the other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.authorization.asking import body_of
from tests.functional.case.platform import HEKOU, Person
from tests.functional.case.staging import APPLICATION, ELIGIBILITY, good
from tests.fuzz.cast import CASE_WORKERS, ids_of

if TYPE_CHECKING:
    from tests.functional.case.staging import Staging
    from tests.servers.whole import Whole

LISTS = ("/cases", "/cases?limit=1", "/register?year=2026", "/auth/sessions", "/me")


@dataclass(frozen=True, slots=True)
class Offices:
    kunming: Person
    hekou: Person
    issued: Staging
    ids: dict[str, str]
    theirs: list[str]
    """Cases of Hekou."""


@pytest.fixture(scope="module")
def offices(whole: Whole) -> Offices:
    issued = whole.case().issue()
    kunming = whole.platform.staff(*CASE_WORKERS)
    applicant = whole.platform.applicant()
    places = [{"connection": "domicile", "place": "532532"}]
    in_hekou = {
        **APPLICATION,
        "office": HEKOU,
        "eligibility": {**ELIGIBILITY, "places": places, "route": "in_person"},
    }
    ids = ids_of(whole, issued, issued.notary)
    begin = body_of("begin_upload", {"case_id": issued.case}, None, whole.platform.clock().date())
    ids["upload_id"] = good(issued.notary.post("/uploads", begin))["id"]
    return Offices(
        kunming=kunming,
        hekou=whole.platform.staff(*CASE_WORKERS, office=HEKOU),
        issued=issued,
        ids=ids,
        theirs=[good(applicant.post("/cases", in_hekou))["id"] for _ in range(2)],
    )


def everything_listed(person: Person) -> str:
    """Return all that the lists show, page by page, as one text."""
    shown: list[Any] = [person.get(path).body for path in LISTS]
    cursor = good(person.get("/cases?limit=1"))["next_cursor"]
    while cursor is not None:
        page = good(person.get(f"/cases?limit=50&cursor={cursor}"))
        shown.append(page["items"])
        cursor = page["next_cursor"]
    return json.dumps(shown, ensure_ascii=False)


def test_invariant_09_no_list_names_anything_of_another_office(offices: Offices) -> None:
    here, there = everything_listed(offices.kunming), everything_listed(offices.hekou)
    assert offices.issued.case in here
    assert all(case in there for case in offices.theirs)
    secret = {v for k, v in offices.ids.items() if k.endswith("_id")} | {"kunming-demo"}
    assert {value for value in secret if value in there} == set()
    assert {case for case in offices.theirs if case in here} == set()


def test_invariant_09_a_borrowed_cursor_turns_no_page_of_another_office(offices: Offices) -> None:
    cursor = good(offices.kunming.get("/cases?limit=1"))["next_cursor"]
    borrowed = offices.hekou.get(f"/cases?limit=1&cursor={cursor}")
    if borrowed.status == 200:
        assert {item["id"] for item in borrowed["items"]} <= set(offices.theirs)
    else:
        assert (borrowed.status, borrowed["code"]) == (422, "cursor_refused")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        # No state of an upload, no signed address of its parts, no way to complete it.
        ("GET", "/uploads/{upload_id}", "upload_not_found"),
        ("POST", "/uploads/{upload_id}/parts", "upload_not_found"),
        ("POST", "/uploads/{upload_id}/completion", "upload_not_found"),
        # No progress of its long work.
        ("GET", "/operations/{operation_id}", "operation_not_found"),
        # No file of a case and no trail.
        ("GET", "/cases/{case_id}/events", "case_not_found"),
        ("GET", "/cases/{case_id}/materials/{material_id}/content", "case_not_found"),
        ("GET", "/cases/{case_id}/certificates", "case_not_found"),
        ("GET", "/cases/{case_id}/certificates/{certificate_id}/file", "case_not_found"),
        (
            "GET",
            "/cases/{case_id}/certificates/{certificate_id}/evidence-packages",
            "case_not_found",
        ),
        ("GET", "/cases/{case_id}/parties/{party_id}/id-number", "case_not_found"),
    ],
)
def test_invariant_09_nothing_is_found_by_its_id(
    offices: Offices, method: str, path: str, code: str
) -> None:
    parts = {"parts": [{"number": 1, "sha256": "ab" * 32}]} if method == "POST" else None
    answer = offices.hekou.send(method, path.format_map(offices.ids), parts)
    assert (answer.status, answer["code"]) == (404, code)


def test_invariant_09_a_case_of_ones_own_does_not_open_parts_of_anothers(
    offices: Offices, whole: Whole
) -> None:
    """The path names a case that is mine and a part that is not."""
    mine, ids = offices.theirs[0], offices.ids
    for path in (
        f"/materials/{ids['material_id']}/content",
        f"/parties/{ids['party_id']}/id-number",
        f"/identity-checks/{ids['check_id']}",
        f"/ceremonies/{ids['ceremony_id']}",
        f"/certificates/{ids['certificate_id']}/file",
        f"/certificates/{ids['certificate_id']}/evidence-packages",
    ):
        answer = offices.hekou.get(f"/cases/{mine}{path}")
        assert answer.status == 404, (path, answer.body)
    stolen = {"upload_id": ids["upload_id"]}
    material = good(offices.hekou.get(f"/cases/{mine}"))["materials"][0]["id"]
    etag = offices.hekou.get(f"/cases/{mine}").etag
    answer = offices.hekou.put(f"/cases/{mine}/materials/{material}", stolen, etag=etag)
    assert (answer.status, answer["code"]) == (404, "upload_not_found")
