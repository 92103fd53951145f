"""Whoever reads what is sensitive is on record, in a chain that shows tampering.

Invariant 14 of docs/case-lifecycle.md, over HTTP; the chain itself is proven in
tests/integration/db/test_invariant_14_the_audit_trail_verifies.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from server.cases.ids import CaseId
from server.cases.roles import Role
from server.db.errors import AuditBroken
from server.transaction import Scope
from tests.functional.case.platform import HEKOU, KUNMING
from tests.functional.case.staging import Staging, good
from tests.fuzz.cast import CASE_WORKERS, ids_of

if TYPE_CHECKING:
    from tests.servers.whole import Whole


@pytest.fixture(scope="module")
def issued(whole: Whole) -> Staging:
    return whole.case().issue()


def reads_on_record(whole: Whole, case: Staging) -> list[tuple[str, object, object]]:
    """Read the trail, which verifies it, and return its sensitive reads."""
    with whole.platform.open_transaction(Scope(office=KUNMING)) as tx:
        events = tx.cases.events(CaseId(case.case))
    return [
        (str(e.actor), e.facts["field"], e.facts["subject"])
        for e in events
        if e.kind == "sensitive_read"
    ]


@pytest.mark.parametrize(
    ("path", "field", "subject"),
    [
        # The whole number of a document, which everything else masks.
        ("/parties/{party_id}/id-number", "id_number", "party_id"),
        # A paper that somebody handed in.
        ("/materials/{material_id}/content", "material", "material_id"),
    ],
)
def test_invariant_14_each_reading_leaves_one_row_that_says_who_and_what(  # noqa: PLR0917  # one column each
    whole: Whole, issued: Staging, path: str, field: str, subject: str
) -> None:
    ids = ids_of(whole, issued, issued.notary)
    before = reads_on_record(whole, issued)
    good(issued.notary.get(issued.path(path.format_map(ids))))
    made = reads_on_record(whole, issued)[len(before) :]
    assert made == [(issued.notary.account, field, ids[subject])]


def test_invariant_14_who_asks_for_the_whole_file_and_who_fetches_it_leaves_a_row_each(
    whole: Whole, issued: Staging
) -> None:
    before = reads_on_record(whole, issued)
    package = good(issued.ask_for_package(issued.notary))["id"]
    file = issued.packages(f"/{package}/file")
    # Not made yet, and another's: no row.
    assert issued.notary.get(file).status == 409
    issued.worker.run()
    assert issued.clerk.get(file).status == 404
    good(issued.notary.get(file))
    made = reads_on_record(whole, issued)[len(before) :]
    who = issued.notary.account
    assert made == [
        (who, "evidence_package_request", package),
        (who, "evidence_package", package),
    ]


def test_invariant_14_a_refused_reading_tells_nothing_and_leaves_none(
    whole: Whole, issued: Staging
) -> None:
    path = issued.path(f"/parties/{issued.party}/id-number")
    before = reads_on_record(whole, issued)
    for person, status in (
        (issued.applicant, 403),
        (issued.cashier, 403),
        (whole.platform.staff(*CASE_WORKERS, office=HEKOU), 404),
    ):
        assert person.get(path).status == status
    assert reads_on_record(whole, issued) == before


def test_invariant_14_an_altered_row_is_noticed_by_whoever_reads_the_trail(whole: Whole) -> None:
    case = whole.case().submit()
    inspector = whole.platform.staff(Role.INSPECTOR)
    good(case.notary.get(case.path(f"/parties/{case.party}/id-number")))
    assert good(inspector.get(case.path("/events")))["items"][-1]["kind"] == "sensitive_read"
    say_that_somebody_else_read(whole, case)
    trail = inspector.get(case.path("/events"))
    assert (trail.status, trail["code"]) == (500, "internal")
    with pytest.raises(AuditBroken):
        reads_on_record(whole, case)


def say_that_somebody_else_read(whole: Whole, case: Staging) -> None:
    """Do what only the owner of the table can, who takes the guard away first."""
    forge = text(
        "UPDATE audit_log SET actor = 'somebody-else'"
        " WHERE case_id = :case AND kind = 'sensitive_read'"
    )
    with whole.owner.begin() as owner:
        owner.execute(text("SELECT set_config('feigui.office', 'kunming-demo', true)"))
        owner.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER USER")
        owner.exec_driver_sql("ALTER TABLE audit_log NO FORCE ROW LEVEL SECURITY")
        changed = owner.execute(forge, {"case": case.case})
        owner.exec_driver_sql("ALTER TABLE audit_log FORCE ROW LEVEL SECURITY")
        owner.exec_driver_sql("ALTER TABLE audit_log ENABLE TRIGGER USER")
    assert changed.rowcount == 1
