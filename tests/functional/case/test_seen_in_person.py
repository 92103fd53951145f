"""到场核验: seen with the original elsewhere; a signed statement, and a notary who decides."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.cases.identity_checks import CheckId, digest_of
from server.cases.roles import Role
from server.transaction import Scope
from tests.functional.case.platform import HEKOU, KUNMING
from tests.functional.case.staging import APPLICATION, good
from tests.functional.case.without_a_face import (
    NUMBER,
    STATEMENT,
    Visited,
    agree,
    decide,
    report,
    visit,
)

if TYPE_CHECKING:
    from tests.functional.case.platform import Platform
    from tests.functional.case.worker import Worker


@pytest.fixture
def case(platform: Platform, worker: Worker) -> Visited:
    return Visited(platform=platform, worker=worker)


def test_whoever_was_seen_elsewhere_comes_to_a_sealed_certificate(case: Visited) -> None:
    case.issue()
    (told,) = case.read(case.notary)["identity_checks"]
    assert (told["state"], told["route"], told["face_score"]) == ("proven", "in_person", None)
    statement = hashlib.sha256(STATEMENT).hexdigest()
    assert told["visit"]["report"]["statement_sha256"] == statement
    assert told["decision"]["proven"]
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        check = tx.identity_checks.get(CheckId(told["id"]))
    assert check.objects == (statement,)
    assert digest_of(check) != digest_of(replace(check, visit=None))
    # Who decides looks at the statement itself, and that leaves a row.
    path = case.path(f"/identity-checks/{told['id']}/pictures/statement")
    assert good(case.notary.get(path)).body == STATEMENT


def test_a_statement_alone_proves_nobody(case: Visited) -> None:
    case.open().consent()
    told = good(visit(case))
    assert (told["state"], told["visit"]["report"]) == ("awaits_visit", None)
    assert any("Go there" in says for says in told["advice"])
    assert NUMBER not in str(told.body)
    reported = good(report(case, told))
    assert reported["state"] == "person_decides"
    assert not case.read()["parties"][0]["identity_proven"]
    assert good(decide(case, told["id"], proven=False))["state"] == "refused"
    assert not case.read()["parties"][0]["identity_proven"]
    # The way on: another visit, by a reference of its own.
    again = good(visit(case))
    assert again["visit"]["reference"] != told["visit"]["reference"]


def test_what_the_checker_denies_no_notary_overrules(case: Visited) -> None:
    case.open().consent()
    told = good(visit(case))
    refused = good(report(case, told, same_person=False))
    assert (refused["state"], refused["doubts"]) == ("refused", ["visit_did_not_vouch"])
    assert any("another way" in says for says in refused["advice"])
    assert decide(case, told["id"])["code"] == "transition_refused"


def test_a_statement_belongs_to_one_visit(case: Visited) -> None:
    case.open().consent()
    told = good(visit(case))
    other = "00000000-0000-4000-8000-000000000000"
    assert report(case, told, reference=other).codes == ["visit_reference_differs"]
    early = report(case, told, seen_at="2026-01-01T00:00:00Z")
    assert early.codes == ["visit_time_impossible"]
    good(report(case, told))
    # A reference is used once.
    assert report(case, told).codes == ["visit_not_awaited"]


def test_another_number_than_on_file_is_not_accepted(case: Visited) -> None:
    document = {"type": "111", "number": "530102199003078515", "valid_until": "2031-10-01"}
    applicant = {**APPLICATION["applicant"], "id_document": document}
    case.application = {**APPLICATION, "applicant": applicant}
    case.open().consent()
    told = good(visit(case))
    good(report(case, told))
    assert decide(case, told["id"]).codes == ["document_differs_from_file"]


def test_another_organisation_learns_of_nobody_who_did_not_agree(case: Visited) -> None:
    case.open()
    assert visit(case).codes == ["consent_missing_in_person_check"]
    # The office's own counter needs no such consent.
    good(visit(case, place="own_counter", where="本处窗口"))
    agree(case, "in_person_check")
    told = good(visit(case))
    (given,) = [c for c in case.read()["consents"] if c["purpose"] == "in_person_check"]
    case.change(case.applicant, case.applicant.post, f"/consents/{given['id']}/withdrawal")
    assert report(case, told).codes == ["consent_missing_in_person_check"]


def test_only_staff_of_the_office_ask_for_a_visit(case: Visited, platform: Platform) -> None:
    case.open().consent()
    assert visit(case, by=case.applicant)["code"] == "not_permitted"
    assert visit(case, by=platform.staff(Role.NOTARY, office=HEKOU)).status == 404


def test_whoever_is_not_recognised_in_the_ceremony_can_be_seen_in_person(case: Visited) -> None:
    case.start_ceremony()
    told = good(visit(case, place="own_counter", where="本处窗口"))
    good(report(case, told))
    good(decide(case, told["id"]))
    good(case.identify())
    case.open_signing()
