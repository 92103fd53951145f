"""The whole main line over HTTP: what each person does, and what is left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.functional.case.staging import Staging, good

if TYPE_CHECKING:
    from tests.functional.case.platform import Platform
    from tests.functional.case.worker import Worker


def test_a_person_abroad_gets_a_certificate(platform: Platform, worker: Worker) -> None:
    case = Staging(platform=platform, worker=worker).issue()

    sealed = good(case.applicant.get(case.path(f"/certificates/{case.certificate}/file")))
    assert sealed.body.endswith(b"sealed")
    (delivery,) = good(case.applicant.get(case.path("/deliveries")))["items"]
    assert delivery["state"] == "downloaded"
    good(case.applicant.post(case.path(f"/deliveries/{delivery['id']}/receipt")))
    case.act(case.clerk, "deliver")
    case.act(case.notary, "file")
    case.act(case.archivist, "archive")

    seen = case.read()
    assert (seen["status"], seen["stage"]) == ("archived", "delivered")
    assert seen["next_action"] is None
    (certificate,) = seen["certificates"]
    assert certificate["number"] == "（2026）云昆示内证字第1号"
    assert certificate["issue_date"] == "2026-11-23"
