"""Ways through a case beside the straight one, over HTTP: each ends on the record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from server.cases.roles import Role
from server.cases.status import CaseStatus
from server.tasks.lapsing import lapse_overdue
from server.tasks.transferring import transfer_case
from tests.functional.case.platform import HEKOU, KUNMING
from tests.functional.case.staging import (
    APPLICATION,
    Staging,
    consent_to,
    good,
)

if TYPE_CHECKING:
    from server.cases.ids import CaseId
    from tests.functional.case.platform import Person, Platform
    from tests.functional.case.worker import Worker


def amended(case: Staging, platform: Platform, action: str) -> tuple[Any, Any]:
    """Issue, re-examine, amend and issue again; return both certificates."""
    case.issue()
    director, other = platform.staff(Role.DIRECTOR), platform.staff(Role.NOTARY)
    case.act(director, "request_reexam")
    case.change(director, director.put, "/staffing", {"reexaminer": other.account})
    case.act(director, action)
    case.draft("兹补正如下。").check()
    case.tick(case.approver, "/approval")
    case.act(case.approver, "approve")
    case.print_it(case.clerk)
    first, second = good(case.clerk.get(case.path("/certificates")))["items"]
    return first, second


@pytest.mark.parametrize(
    ("action", "kind", "first_stands"),
    [
        # 更正重发: the new one takes the place of the old.
        ("correct", "corrected", False),
        # 补正公证书: it stands beside the old one, which is not withdrawn.
        ("supplement_certificate", "supplementary", True),
    ],
)
def test_an_amended_certificate_has_a_number_of_its_own_and_names_the_first(
    case: Staging, platform: Platform, action: str, kind: str, *, first_stands: bool
) -> None:
    first, second = amended(case, platform, action)
    assert (first["status"] == "valid") is first_stands
    assert (second["status"], second["kind"]) == ("valid", kind)
    assert second["relates_to"] == first["number"] != second["number"]


def test_a_partly_revoked_certificate_is_publicly_so_and_the_case_rests_again(
    case: Staging, platform: Platform
) -> None:
    case.issue()
    director, other = platform.staff(Role.DIRECTOR), platform.staff(Role.NOTARY)
    case.act(director, "request_reexam")
    case.change(director, director.put, "/staffing", {"reexaminer": other.account})
    case.act(director, "revoke_in_part", report="第二段所述不实")
    assert case.read()["status"] == "issued"
    (certificate,) = good(case.clerk.get(case.path("/certificates")))["items"]
    assert certificate["status"] == "partly_revoked"
    kinds = [e["kind"] for e in good(case.notary.get(case.path("/events")))["items"]]
    assert kinds[-2:] == ["revoke_in_part", "certificate_partly_revoked"]


def enforceable(platform: Platform, worker: Worker) -> Staging:
    eligibility = {
        "route": "in_person",
        "citizenship": "CN",
        "location_country": "CN",
        "use_country": "CN",
        "age": 55,
        "places": [{"connection": "domicile", "place": "530102"}],
    }
    return Staging(
        platform=platform,
        worker=worker,
        application={**APPLICATION, "matter": "QX01", "eligibility": eligibility},
        fee={"agreed_price_fen": 200_000},
    )


def discussed(case: Staging, platform: Platform) -> Person:
    """Hold the discussion that the office asks for in this matter."""
    director = platform.staff(Role.DIRECTOR)
    present = [case.notary.account]
    case.act(director, "hold_discussion", report="同意办理", present=present)
    return director


def delivered(case: Staging, platform: Platform) -> Staging:
    """Bring an enforceable deed to its delivered certificate."""
    case.sign()
    discussed(case, platform)
    case.act(case.notary, "start_draft")
    case.draft().check()
    case.tick(case.approver, "/approval")
    case.act(case.approver, "approve")
    return case.print_it(case.clerk).deliver()


def verified(case: Staging) -> Staging:
    opened = good(
        case.notary.post(case.path("/verifications"), {"fact": "履行情况", "way": "interview"})
    )
    result = {"result": "尚未履行", "source": "债务人本人"}
    case.change(case.notary, case.notary.post, f"/verifications/{opened['id']}/result", result)
    return case.draft("兹证明债权人可以向有管辖权的人民法院申请执行。")


def test_an_enforcement_certificate_counts_in_its_own_series(
    platform: Platform, worker: Worker
) -> None:
    case = delivered(enforceable(platform, worker), platform)
    case.act(case.applicant, "apply_enforcement", report="本金十万元到期未还")
    refused = case.notary.post(
        case.path("/actions"),
        {"action": "submit_enforcement", "report": "已核实"},
        etag=case.read(case.notary).etag,
    )
    assert refused.codes == ["performance_not_verified", "draft_missing"]
    verified(case)
    case.act(case.notary, "submit_enforcement", report="债务人承认未还")
    case.tick(case.approver, "/approval")
    case.act(case.approver, "approve_enforcement")
    case.print_it(case.clerk)
    deed, enforcement = good(case.clerk.get(case.path("/certificates")))["items"]
    assert (deed["status"], enforcement["status"]) == ("valid", "valid")
    assert (enforcement["kind"], enforcement["relates_to"]) == ("enforcement", deed["number"])
    assert "执字" in enforcement["number"]
    case.deliver()
    case.act(case.notary, "file")
    case.act(case.archivist, "archive")
    assert case.read()["status"] == "archived"


def test_refused_enforcement_tells_the_creditor_why(platform: Platform, worker: Worker) -> None:
    case = delivered(enforceable(platform, worker), platform)
    case.act(case.applicant, "apply_enforcement", report="本金十万元到期未还")
    verified(case)
    case.act(case.notary, "submit_enforcement", report="债务人出示了还款凭证")
    case.act(case.approver, "refuse_enforcement", ground="performed", report="债务已经清偿")
    told = case.read()["enforcement"]
    assert (told["refused_on"], told["reason"]) == ("performed", "债务已经清偿")
    assert "report" not in told  # what the notary noted of the debtor is the office's
    assert case.read()["status"] == "enforcement_closed"


def test_what_was_said_in_a_discussion_is_shown_to_the_office_only(
    platform: Platform, worker: Worker
) -> None:
    case = enforceable(platform, worker).sign()
    director = discussed(case, platform)
    held = case.read(director)["discussion"]
    assert (held["minutes"], held["present"]) == ("同意办理", [case.notary.account])
    assert "discussion" not in case.read(case.applicant).body
    assert "discussion" not in case.read(case.cashier).body


def test_the_party_is_told_that_the_clock_stands_and_for_what(case: Staging) -> None:
    case.review()
    case.act(case.notary, "suspend", ground="verifying", report="向民政部门核实")
    told = case.read(case.applicant)
    assert told["next_action"]["kind"] == "resume_clock"
    (stopped,) = told["suspensions"]
    assert (stopped["ground"], stopped["report"]) == ("verifying", "向民政部门核实")
    assert (stopped["resumed_at"], "suspended_by" in stopped) == (None, False)
    case.act(case.notary, "resume")
    assert case.read()["suspensions"][0]["resumed_at"]


def test_free_of_approval_the_notary_signs_and_the_clerk_cannot(
    platform: Platform, worker: Worker
) -> None:
    case = Staging(
        platform=platform,
        worker=worker,
        application={**APPLICATION, "matter": "ZZ01"},
        has_deed=False,
    ).sign()
    case.act(case.notary, "start_draft")
    case.draft("兹证明前面的复印件与原件相符。").check()
    waiting = case.read(case.notary)
    assert (waiting["status"], waiting["next_action"]["kind"]) == (
        "approved",
        "release_certificate",
    )
    assert case.ask_to_issue(case.clerk).status == 403
    case.print_it(case.notary)
    issued = case.read(case.notary)
    assert issued["status"] == "issued"
    assert issued["milestones"]["approved_at"] is None
    assert issued["milestones"]["released_at"]
    good(case.ask_to_issue(case.notary))  # asking again is no second certificate
    assert case.worker.run() == []


def supplementing(case: Staging) -> Staging:
    case.submit()
    material = case.read()["materials"][0]["id"]
    notice = [{"material": material, "reason": "看不清"}]
    case.act(case.assistant, "request_supplement", supplement=notice)
    return case


def test_a_supplement_that_never_comes_closes_the_application(
    case: Staging, platform: Platform
) -> None:
    supplementing(case)
    asked = platform.clock.at
    assert case.read()["next_action"]["due_on"] == (asked + timedelta(days=30)).date().isoformat()

    def sweep(days: int) -> list[CaseId]:
        at = asked + timedelta(days=days)
        return lapse_overdue([KUNMING], at=at, open_transaction=platform.open_transaction)

    assert case.case not in sweep(30)
    assert case.case in sweep(31)
    assert case.case not in sweep(31)
    told = case.read()
    assert (told["status"], told["next_action"]) == (CaseStatus.LAPSED, None)


def proposed(case: Staging, platform: Platform) -> Person:
    case.submit()
    director = platform.staff(Role.DIRECTOR)
    case.act(director, "propose_transfer", to_office=HEKOU, report="不动产在河口")
    return director


def agreed(case: Staging, platform: Platform) -> Staging:
    proposed(case, platform)
    good(
        case.applicant.post(
            case.path("/consents"), consent_to("transfer", platform.clock.at.date())
        )
    )
    case.act(case.applicant, "agree_to_transfer")
    return case


def test_a_transferred_application_goes_on_at_the_other_office(
    case: Staging, platform: Platform, worker: Worker
) -> None:
    agreed(case, platform)
    assert worker.run() == ["case.transfer"]
    told = case.read()
    assert (told["status"], told["stage"]) == ("transferred", "transferred")
    successor = told["transfer"]["successor"]
    there = good(case.applicant.get(f"/cases/{successor}"))
    assert (there["office"], there["status"]) == (HEKOU, "submitted")
    assert there["parties"][0]["identity_proven"]

    # The office it went to looks at it with its own people; the first one sees nothing of it.
    notary = platform.staff(Role.NOTARY, office=HEKOU)
    seen = good(notary.get(f"/cases/{successor}"))
    (checked,) = seen["identity_checks"]
    assert checked["state"] == "proven"
    good(notary.post(f"/cases/{successor}/actions", {"action": "accept"}, etag=seen.etag))
    assert case.notary.get(f"/cases/{successor}").status == 404
    # Its own copy of what was handed in, under its own key.
    handed_in = [m for m in seen["materials"] if m["sha256"]]
    content = notary.get(f"/cases/{successor}/materials/{handed_in[0]['id']}/content")
    assert content.status == 200


def test_a_transfer_that_died_half_way_is_finished_by_the_next_run(
    case: Staging, platform: Platform, worker: Worker
) -> None:
    agreed(case, platform)
    desk = worker._transfer_desk()
    opened = 0

    def dies_before_the_first_office_knows(scope: object) -> Any:  # noqa: ANN401  # as the port
        nonlocal opened
        opened += 1
        if opened == 3:
            raise ConnectionError
        return platform.open_transaction(scope)  # type: ignore[arg-type]  # as the port

    dying = type(desk)(
        open_transaction=dies_before_the_first_office_knows,
        catalogue=desk.catalogue,
        fetch=desk.fetch,
        put=desk.put,
        put_face=desk.put_face,
        now=desk.now,
    )
    with pytest.raises(ConnectionError):
        transfer_case(KUNMING, case.case, desk=dying)  # type: ignore[arg-type]  # an id
    assert case.read()["transfer"]["successor"] is None
    assert worker.run() == ["case.transfer"]
    transfer_case(KUNMING, case.case, desk=desk)  # type: ignore[arg-type]  # an id
    mine = good(case.applicant.get("/cases"))["items"]
    assert sorted(c["office"] for c in mine) == [HEKOU, KUNMING]


def test_a_transfer_is_proposed_to_an_office_that_can_take_it(
    case: Staging, platform: Platform
) -> None:
    case.submit()
    director = platform.staff(Role.DIRECTOR)
    etag = case.read(director).etag
    for office, code in (
        ("kunming-demo", "office_is_the_same"),
        ("nowhere", "office_does_not_handle"),
    ):
        step = {"action": "propose_transfer", "to_office": office, "report": "r"}
        assert director.post(case.path("/actions"), step, etag=etag).codes == [code]


def test_the_applicant_may_keep_the_application_where_it_is(
    case: Staging, platform: Platform
) -> None:
    proposed(case, platform)
    told = case.read()
    assert (told["stage"], told["transfer"]["report"]) == ("needs_you", "不动产在河口")
    refused = case.applicant.post(
        case.path("/actions"), {"action": "agree_to_transfer"}, etag=told.etag
    )
    assert refused.codes == ["consent_missing_transfer"]
    case.act(case.applicant, "decline_transfer")
    assert case.read()["status"] == "submitted"
    assert case.worker.run() == []
