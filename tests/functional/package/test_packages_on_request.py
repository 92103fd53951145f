"""A package that a job made: real seal, real store, and it survives whoever makes it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from esign.errors import CustodyUnavailable
from server.cases.jobs import Job
from server.cases.roles import Role
from server.register.package_requests import PackageId
from server.tasks.packaging import PackageFault, make_package
from server.tasks.progress import Progress
from server.wiring.packages import packaging_desk
from server.wiring.parts import Parts
from server.wiring.work import registry
from storage.objects import Digest
from tests.functional.case.platform import KUNMING
from tests.functional.case.staging import good
from tests.functional.case.worker import TAKE
from tests.functional.package.kit import unpacked
from tests.functional.package.sealed_case import begun_case

if TYPE_CHECKING:
    from pathlib import Path

    from tests.functional.case.staging import Staging
    from tests.functional.package.kit import Kit
    from tests.functional.package.verifying import Isolated
    from tests.servers.whole import Whole


class Died(BaseException):
    """What nobody handles, as nobody handles a power cut."""


def seals_of(whole: Whole, case: Staging) -> int:
    with whole.owner.connect() as connection:
        connection.execute(text("SELECT set_config('feigui.office', 'kunming-demo', true)"))
        counted = text("SELECT count(*) FROM package_seals WHERE case_id = :case")
        return int(connection.execute(counted, {"case": case.case}).scalar_one())


def test_whoever_dies_making_it_leaves_what_the_next_one_ends(
    whole: Whole, kit: Kit, case: Staging, isolated: Isolated
) -> None:
    me, parts = case.notary, whole.platform.parts
    asked = good(case.ask_for_package(me))["id"]
    with whole.owner.begin() as connection:
        connection.execute(TAKE)
    before = seals_of(whole, case)
    progress = Progress(open_transaction=parts.open_transaction, office=KUNMING, operation=asked)
    desk = packaging_desk(parts)

    # Steps of the seal are not reached again: it was made once, for the kit.
    for point in (
        PackageFault.TAKEN_UP,
        PackageFault.PACKED,
        PackageFault.STORED,
        PackageFault.BEFORE_COMMIT,
    ):

        def dies(step: str, at: PackageFault = point) -> None:
            if step == at:
                raise Died

        with pytest.raises(Died):
            make_package(
                KUNMING, PackageId(asked), desk=replace(desk, reach=dies), progress=progress
            )
        told = good(me.get(case.packages(f"/{asked}")))
        assert (told["state"], told["sha256"]) == ("making", None)
    make_package(KUNMING, PackageId(asked), desk=desk, progress=progress)
    fetched = good(me.get(case.packages(f"/{asked}/file"))).body
    assert fetched == kit.package
    assert isolated.judge(fetched, "--root", "root.pem") == (0, [])
    assert seals_of(whole, case) == before


def test_what_is_asked_for_is_not_in_the_package_and_changes_nothing_in_it(
    whole: Whole, kit: Kit, case: Staging
) -> None:
    """The reference of a court is the court's; the package is the case's."""
    why = {"purpose": "court", "reason": "调取", "reference": "（2026）云01民初123号"}
    asked = good(case.ask_for_package(case.notary, **why))["id"]
    case.worker.run()
    fetched = good(case.notary.get(case.packages(f"/{asked}/file"))).body
    assert fetched == kit.package
    assert why["reference"].encode() not in fetched
    links = json.loads(unpacked(fetched)["audit/events.json"])
    assert "evidence_package_request" not in json.dumps(links)


def test_it_is_locked_for_the_days_of_the_rule_pack_and_no_longer(
    whole: Whole, case: Staging
) -> None:
    parts = whole.platform.parts
    asked = good(case.ask_for_package(case.clerk))["id"]
    case.worker.run()
    told = good(case.clerk.get(case.packages(f"/{asked}")))
    locked = parts.store.stat(KUNMING, Digest(told["sha256"])).retain_until
    kept_until = datetime.fromisoformat(told["kept_until"])
    made_at = datetime.fromisoformat(told["made_at"])
    assert kept_until - made_at == parts.package_days(KUNMING) == timedelta(days=7)
    # Stored before it is called made; locks end with a whole second.
    assert made_at < locked < kept_until + timedelta(seconds=1)


def test_what_is_still_locked_stays_and_is_fetched_by_nobody(whole: Whole, case: Staging) -> None:
    """Its days are over by the row, not by the lock: nobody shortens that."""
    parts, me = whole.platform.parts, whole.platform.staff(Role.DIRECTOR)
    asked = good(case.ask_for_package(me))["id"]
    case.worker.run()
    digest = Digest(good(me.get(case.packages(f"/{asked}")))["sha256"])
    with whole.owner.begin() as connection:
        connection.execute(text("SELECT set_config('feigui.office', 'kunming-demo', true)"))
        over = text("UPDATE package_requests SET kept_until = made_at WHERE object_sha256 = :sha")
        assert connection.execute(over, {"sha": digest.hex}).rowcount > 0
    refused = me.get(case.packages(f"/{asked}/file"))
    assert (refused.status, refused["code"]) == (409, "package_ended")
    registry(parts)["evidence.packages.sweep"].run()
    assert parts.get(KUNMING, digest)
    assert good(me.get(case.packages(f"/{asked}")))["state"] == "ready"


def test_while_the_seal_cannot_be_had_it_waits_and_is_made_when_it_can(
    whole: Whole, tmp_path: Path
) -> None:
    case, parts = begun_case(whole).issue(), whole.platform.parts
    me = case.notary
    asked = good(case.ask_for_package(me))["id"]
    with whole.owner.begin() as connection:
        connection.execute(TAKE)
    job = {"office": KUNMING, "case": case.case, "package": asked, "operation": asked}
    cut_off = Parts(replace(parts.settings, signer_socket=tmp_path / "nobody.sock"))
    try:
        with pytest.raises(CustodyUnavailable):
            registry(cut_off)[Job.MAKE_PACKAGE].run(**job)
    finally:
        cut_off.engine.dispose()
    operation = good(me.get(f"/operations/{asked}"))
    assert operation["state"] == "running"
    assert operation["progress"]["label_code"] == "waiting_for_another_try"
    assert good(me.get(case.packages(f"/{asked}")))["state"] == "making"

    registry(parts)[Job.MAKE_PACKAGE].run(**job)
    assert good(me.get(case.packages(f"/{asked}")))["state"] == "ready"


def test_where_who_asked_may_no_longer_have_it_the_request_fails_and_says_so(
    whole: Whole, case: Staging
) -> None:
    parts, me = whole.platform.parts, whole.platform.staff(Role.INSPECTOR)
    asked = good(case.ask_for_package(me))["id"]
    with whole.owner.begin() as connection:
        connection.execute(TAKE)
        connection.execute(text("SELECT set_config('feigui.office', 'kunming-demo', true)"))
        left = text("UPDATE staff SET roles = '{cashier}' WHERE id = :id")
        assert connection.execute(left, {"id": me.account}).rowcount == 1
    job = {"office": KUNMING, "case": case.case, "package": asked, "operation": asked}
    registry(parts)[Job.MAKE_PACKAGE].run(**job)
    told = good(case.notary.get(case.packages(f"/{asked}")))
    assert (told["state"], told["problem"]) == ("failed", "not_permitted")
