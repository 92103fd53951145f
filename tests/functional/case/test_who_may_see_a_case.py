"""A case is seen by its parties and its office, and each sees what his part needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.cases.roles import Role
from server.http.shown import visibility
from server.http.shown.visibility import Audience
from tests.functional.case.platform import HEKOU, new_id
from tests.functional.case.staging import APPLICATION, Staging, good
from tests.simulated.device import nobodys_answer

if TYPE_CHECKING:
    from tests.functional.case.platform import Platform
    from tests.functional.case.worker import Worker

OTHERS_CARD = "530103198506151234"
EVERY_ROLE = tuple(r for r in Role if r not in {Role.APPLICANT, Role.SYSTEM})


@pytest.fixture(scope="module")
def issued(platform: Platform, worker: Worker) -> Staging:
    return Staging(platform=platform, worker=worker).issue()


def reads(case: Staging) -> list[str]:
    check = case.read(case.notary)["identity_checks"][0]["id"]
    return [
        "",
        "/events",
        f"/parties/{case.party}/id-number",
        f"/materials/{case.read(case.notary)['materials'][0]['id']}/content",
        f"/identity-checks/{check}",
        "/deed",
        "/draft",
        f"/ceremonies/{case.ceremony}",
        "/certificates",
        f"/certificates/{case.certificate}",
        f"/certificates/{case.certificate}/file",
        f"/certificates/{case.certificate}/evidence-packages",
        "/deliveries",
    ]


def test_invariant_09_another_office_finds_nothing(issued: Staging, platform: Platform) -> None:
    neighbour = platform.staff(*EVERY_ROLE, office=HEKOU)
    answers = {path: neighbour.get(issued.path(path)) for path in reads(issued)}
    told = {path: (a.status, a["code"]) for path, a in answers.items()}
    assert told == dict.fromkeys(answers, (404, "case_not_found"))


def test_another_office_changes_nothing(issued: Staging, platform: Platform) -> None:
    neighbour = platform.staff(*EVERY_ROLE, office=HEKOU)
    before = issued.read(issued.notary)
    for answer in (
        neighbour.post(issued.path("/actions"), {"action": "void"}, etag=before.etag),
        neighbour.post(issued.path("/issuance"), {"step_up": nobodys_answer()}),
        neighbour.put(issued.path("/staffing"), {"checker": neighbour.account}, etag=before.etag),
    ):
        assert answer.status == 404
    assert issued.read(issued.notary).etag == before.etag


def test_another_applicant_finds_nothing(issued: Staging, platform: Platform) -> None:
    stranger = platform.applicant()
    paths = [p for p in reads(issued) if p not in {"/events", "/draft"} and "id-number" not in p]
    assert {stranger.get(issued.path(p)).status for p in paths} == {404}
    assert stranger.get("/cases")["items"] == []


def test_administrators_are_kept_off_the_cases(issued: Staging, platform: Platform) -> None:
    for role in (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR):
        answer = platform.staff(role).get(issued.path())
        assert (answer.status, answer["code"]) == (403, "not_permitted")


@pytest.mark.parametrize(
    ("role", "audience"),
    [
        # Whoever handles the case sees all of it.
        (Role.NOTARY, Audience.TEAM),
        # Whoever inspects sees what the handlers did.
        (Role.INSPECTOR, Audience.TEAM),
        # A counter needs to know whose case it is and what is paid.
        (Role.CASHIER, Audience.DESK),
        (Role.ARCHIVIST, Audience.DESK),
    ],
)
def test_staff_see_the_fields_of_their_audience_and_no_other(
    issued: Staging, platform: Platform, role: Role, audience: Audience
) -> None:
    seen = good(platform.staff(role).get(issued.path())).body
    allowed = {f for f, audiences in visibility.CASE.items() if audience in audiences}
    assert set(seen) == allowed


def test_a_party_sees_no_review_and_no_draft(issued: Staging) -> None:
    seen = issued.read().body
    allowed = {f for f, audiences in visibility.CASE.items() if Audience.PARTY in audiences}
    assert set(seen) == allowed
    assert not {"review", "draft", "check", "approval", "verifications", "staffing"} & set(seen)


def test_nobody_is_shown_a_whole_number_in_passing(issued: Staging) -> None:
    for person in (issued.applicant, issued.notary):
        (party,) = issued.read(person)["parties"]
        assert party["id_document"]["number_masked"] == "**************001X"


def test_an_applicant_learns_nothing_of_the_other_ones_document(
    case: Staging, platform: Platform
) -> None:
    case.open()
    other = platform.applicant()
    body = {
        "role": "applicant",
        "name": "欧阳静",
        "phone": other.phone,
        "id_document": {"type": "111", "number": OTHERS_CARD},
    }
    added = good(case.applicant.post(case.path("/parties"), body))
    assert not {"phone", "id_document", "nationality"} & set(added.body)

    seen = {p["id"]: p for p in case.read(other)["parties"]}
    assert seen[added["id"]]["id_document"]["number_masked"].endswith("1234")
    assert "id_document" not in seen[case.party]
    assert other.get(case.path(f"/parties/{case.party}/id-number")).status == 403


def test_an_applicant_looks_only_at_what_he_handed_in(case: Staging, platform: Platform) -> None:
    case.open()
    other = platform.applicant()
    party = {"role": "applicant", "name": "欧阳静", "phone": other.phone}
    good(case.applicant.post(case.path("/parties"), party))
    case.hand_in()
    (item, *_) = [m for m in case.read()["materials"] if m["required"]]
    content = case.path(f"/materials/{item['id']}/content")
    assert good(case.applicant.get(content)).body == f"file {item['id']}".encode()
    assert other.get(content).status == 404
    assert good(case.notary.get(content)).body == f"file {item['id']}".encode()


def test_invariant_14_every_reading_of_a_number_leaves_a_row(
    issued: Staging, platform: Platform
) -> None:
    director = platform.staff(Role.DIRECTOR)

    def rows() -> list[dict[str, object]]:
        events = good(director.get(issued.path("/events")))["items"]
        return [e for e in events if e["kind"] == "sensitive_read"]

    before = rows()
    number = good(issued.notary.get(issued.path(f"/parties/{issued.party}/id-number")))
    assert number.body == {"type": "111", "number": "53010219710321001X"}
    (row,) = rows()[len(before) :]
    assert row["actor"] == issued.notary.account
    assert row["facts"] == {"field": "id_number", "subject": issued.party}


def test_the_trail_is_for_those_who_have_a_part(issued: Staging, platform: Platform) -> None:
    assert good(issued.checker.get(issued.path("/events")))["items"][0]["kind"] == "created"
    other_notary = platform.staff(Role.NOTARY)
    answer = other_notary.get(issued.path("/events"))
    assert (answer.status, answer["code"]) == (403, "not_your_action")


def test_the_register_has_a_row_for_the_case(issued: Staging, platform: Platform) -> None:
    archivist = platform.staff(Role.ARCHIVIST)
    register = good(archivist.get("/register?year=2026"))
    (row,) = [r for r in register["rows"] if r["number"]]
    assert row["parties"] == ["欧阳明"]
    assert row["category"] == "SM03"
    assert issued.notary.get("/register?year=2026").status == 403


def test_a_list_goes_on_where_it_stopped(platform: Platform) -> None:
    person = platform.applicant()
    made = [good(person.post("/cases", APPLICATION))["id"] for _ in range(3)]
    first = good(person.get("/cases?limit=2"))
    assert [c["id"] for c in first["items"]] == made[:0:-1]
    rest = good(person.get(f"/cases?limit=2&cursor={first['next_cursor']}"))
    assert [c["id"] for c in rest["items"]] == made[:1]
    assert rest["next_cursor"] is None
    other = person.get(f"/cases?status=draft&cursor={first['next_cursor']}")
    assert (other.status, other["code"]) == (422, "cursor_refused")


def test_what_is_no_id_names_nothing(platform: Platform) -> None:
    assert platform.applicant().get("/cases/1").status == 404
    assert platform.applicant().get(f"/cases/{new_id()}").status == 404
