"""kill -9 of the worker at each step of making an evidence package: one package, one seal.

The same state of a case is the same package, so what several dead workers left undone ends
with the same bytes under one seal, whoever of them had come how far.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from esign.authorities.directory import ROOT
from esign.offline import verify
from server.access.principals import StaffAccount
from server.cases.ids import AccountId
from server.cases.jobs import Job
from server.cases.roles import Role
from server.cases.step_up import LIFE, NONCE_BYTES, KeyUse, StepUp, StepUpAnswer, StepUpId
from server.catalogue.notices import read_notices
from server.register.package_requests import (
    PackageId,
    PackagePurpose,
    PackageRequest,
    PackageState,
    Why,
)
from server.tasks.packaging import PackageFault
from server.transaction import Operation, Scope
from server.wiring.parts import new_id, now
from storage.objects import Digest
from tests.faults.issuing.issues import (
    OFFICE,
    approved_case,
    certificates,
    converge,
    queue_issue,
    start_worker,
    wait_until,
)
from tests.integration.db.filling import kept_device

if TYPE_CHECKING:
    from pathlib import Path

    from server.cases.consents import Consent
    from server.register.certificates import Certificate
    from server.wiring.launching import Running
    from server.wiring.parts import Parts

DIES_WITHIN_S = 90.0


@dataclass(frozen=True, slots=True)
class Asking:
    parts: Parts
    certificate: Certificate

    def ask(self) -> PackageId:
        """Let somebody of the office, who waits for no other, ask and agree on a device."""
        account, package = AccountId(new_id()), PackageId(new_id())
        self._hire(account)
        agreed = self._agree(account)
        with self.parts.open_transaction(Scope(office=OFFICE)) as tx:
            tx.package_requests.add(
                PackageRequest(
                    id=package,
                    office=OFFICE,
                    case=self.certificate.case,
                    certificate=self.certificate.id,
                    account=account,
                    by_party=False,
                    why=Why(purpose=PackagePurpose.OFFICE_USE, reason="复核"),
                    step_up=agreed,
                    state=PackageState.QUEUED,
                    asked_at=now(),
                )
            )
            tx.operations.add(
                Operation(
                    id=package,
                    office=OFFICE,
                    kind=Job.MAKE_PACKAGE,
                    case=None,
                    account=None,
                    state="queued",
                    step=0,
                    of=1,
                    label="queued",
                )
            )
            ids = {"case": self.certificate.case, "package": package, "operation": package}
            tx.jobs.defer(Job.MAKE_PACKAGE, office=OFFICE, **ids)
        return package

    def _hire(self, account: AccountId) -> None:
        with self.parts.open_transaction(Scope(office=OFFICE)) as tx:
            tx.accounts.add_staff(
                StaffAccount(
                    id=account,
                    office=OFFICE,
                    login=f"login-{account}",
                    display_name="notary",
                    password_hash="not used here",
                    totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
                    totp_last_step=0,
                    roles=frozenset({Role.NOTARY}),
                    is_active=True,
                )
            )

    def _agree(self, account: AccountId) -> StepUpId:
        asked_in, key = kept_device(self.parts.open_transaction, account)
        begun = now()
        asked = StepUp(
            id=StepUpId(new_id()),
            office=OFFICE,
            case=self.certificate.case,  # type: ignore[arg-type]  # ids are texts in the register
            account=account,
            session=asked_in,
            use=KeyUse.TAKE_EVIDENCE,
            digest=str(self.certificate.sealed_sha256),
            nonce=os.urandom(NONCE_BYTES),
            issued_at=begun,
            expires_at=begun + LIFE,
        )
        answer = StepUpAnswer(
            device=key.id, public_key=key.public, signature=key.sign(asked.statement), at=now()
        )
        with self.parts.open_transaction(Scope(office=OFFICE)) as tx:
            tx.step_ups.add(asked)
            assert tx.step_ups.answer(asked.id, answer)
        return asked.id

    def states(self, packages: list[PackageId]) -> list[PackageRequest]:
        with self.parts.open_transaction(Scope(office=OFFICE)) as tx:
            return [tx.package_requests.get(each) for each in packages]

    def assert_ready_is_in_the_store(self, packages: list[PackageId]) -> None:
        """Hold at every moment: what is called ready can be fetched, and is what it says."""
        for each in self.states(packages):
            if each.state is PackageState.READY:
                assert len(self.parts.get(OFFICE, Digest(str(each.object_sha256)))) == each.size


def as_published(consent: Consent) -> Consent:
    """Return it to a text that was published, as every package shows it."""
    notice = read_notices().in_force(consent.purpose, "zh-CN", on=now().date())
    return replace(
        consent,
        notice_code=notice.code,
        notice_version=notice.version,
        language=notice.language,
        text_sha256=notice.sha256,
    )


@pytest.fixture
def asking(running: Running, parts: Parts, notary: AccountId, log: Path) -> Asking:
    case = approved_case(notary)
    case.consents = list(map(as_published, case.consents))
    queue_issue(parts, case)
    converge(running, parts, [case.id], log)
    (certificate,) = certificates(parts, [case.id])
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        # Nobody signed this deed: a package holds what there is.
        issued = tx.cases.get(case.id, lock=True)
        issued.deed = None
        tx.cases.save(issued)
    return Asking(parts, certificate)


@pytest.fixture
def log(running: Running) -> Path:
    return running.logs / "killed-packages.log"


@pytest.mark.faults
@pytest.mark.skipif("FEIGUI_FAULT_REPEATS" not in os.environ, reason="takes minutes: make faults")
def test_a_kill_at_any_step_ends_with_one_package_under_one_seal(
    running: Running, parts: Parts, asking: Asking, log: Path
) -> None:
    packages = list[PackageId]()
    for point in PackageFault:
        packages.append(asking.ask())
        worker = start_worker(running, log, fault=point)
        assert worker.wait(DIES_WITHIN_S) == -9, f"nothing was killed at {point}"
        asking.assert_ready_is_in_the_store(packages)

    began, worker = time.monotonic(), start_worker(running, log)
    try:
        wait_until(lambda: all_ready(asking, packages), by=worker)
    finally:
        worker.terminate()
        worker.wait(30)
    took = time.monotonic() - began
    sys.stdout.write(f"\n{len(packages)} kills; all made {took:.1f} s after the restart\n")

    asking.assert_ready_is_in_the_store(packages)
    (digest,) = {each.object_sha256 for each in asking.states(packages)}
    package = parts.get(OFFICE, Digest(str(digest)))
    asked = verify.Asked(package, now(), [parts.authorities.certificate(ROOT)])
    assert [fault.code for step in verify.verify(asked) for fault in step.faults] == []


def all_ready(asking: Asking, packages: list[PackageId]) -> bool:
    with asking.parts.open_transaction(Scope(office=OFFICE)) as tx:
        told = [tx.operations.get(each).state for each in packages]
    ready = [each.state is PackageState.READY for each in asking.states(packages)]
    return all(ready) and set(told) == {"succeeded"}
