"""Cases about to be issued, and what has to hold of them at every moment and in the end."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from esign.authorities.directory import ROOT
from esign.verification.verifying import verify
from server.cases.dating import issue_date
from server.cases.ids import AccountId, CaseId, OfficeId, PartyId
from server.cases.jobs import Job
from server.cases.status import CaseStatus
from server.cases.step_up import LIFE, NONCE_BYTES, KeyUse, StepUp, StepUpAnswer, StepUpId
from server.embedded.state import CLONE
from server.register.certificates import Certificate, CertificateStatus
from server.register.log_entries import LogKind, read_entry
from server.transaction import NOBODY, Operation, Scope
from server.wiring.parts import Parts, new_id, now
from storage.errors import StoreUnavailable
from storage.objects import Digest
from tests.eventually import PAUSE_S, eventually
from tests.integration.db.filling import kept_device
from tests.unit.cases.a_case import ready_case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from server.cases.case import Case
    from server.wiring.launching import Running

OFFICE = OfficeId("kunming-demo")
REPEATS = int(os.environ.get("FEIGUI_FAULT_REPEATS", "2"))
CONVERGES_WITHIN_S = 60.0
PARAGRAPHS = {"paragraphs": ["兹证明申请人在本公证员面前签名。"]}


def approved_case(notary: AccountId) -> Case:
    case = ready_case(CaseStatus.APPROVED)
    case.id = CaseId(new_id())
    # How papers are signed stands in the pack that the case was begun under: one of the office's.
    case.rules = replace(case.rules, pack_version="2025-01")
    party = replace(case.parties[0], id=PartyId(new_id()), account=None)
    case.parties = [party]
    case.consents = [replace(c, id=type(c.id)(new_id()), party=party.id) for c in case.consents]
    case.materials = []
    case.staffing = replace(
        case.staffing,
        assistant=None,
        handling_notary=notary,
        checker=None,
        approver=None,
        reexaminer=None,
    )
    if case.draft is not None:
        case.draft = replace(case.draft, drafted_by=notary, variables=PARAGRAPHS)
    case.milestones = replace(case.milestones, approved_at=now())
    return case


def assert_every_number_is_used_once(parts: Parts) -> None:
    """Over all the repeats: from 1 to the last one, without a gap."""
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        issued = list(tx.cases.standing(CaseStatus.ISSUED))
    sequences = sorted(c.number.sequence for c in certificates(parts, issued))
    assert sequences == list(range(1, len(sequences) + 1))


def agree_to_issue(parts: Parts, case: Case) -> StepUpId:
    """Let the notary agree to the draft on a device; return the id of the answer."""
    notary, begun = case.staffing.handling_notary, now()
    assert notary is not None
    assert case.draft is not None
    asked_in, key = kept_device(parts.open_transaction, notary)
    asked = StepUp(
        id=StepUpId(new_id()),
        office=OFFICE,
        case=case.id,
        account=notary,
        session=asked_in,
        use=KeyUse.ISSUE,
        digest=str(case.draft.object_sha256),
        nonce=secrets.token_bytes(NONCE_BYTES),
        issued_at=begun,
        expires_at=begun + LIFE,
    )
    signature = key.sign(asked.statement)
    answer = StepUpAnswer(device=key.id, public_key=key.public, signature=signature, at=now())
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        tx.step_ups.add(asked)
        assert tx.step_ups.answer(asked.id, answer)
    return asked.id


def queue_issue(parts: Parts, case: Case) -> str:
    """Have ``case`` issued by a worker; return the operation that tells how far it is."""
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        tx.cases.add(case)
    agreed = agree_to_issue(parts, case)
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        operation = Operation(
            id=new_id(),
            office=OFFICE,
            kind=Job.ISSUE_CASE,
            case=case.id,
            account=None,
            state="queued",
            step=0,
            of=1,
            label="queued",
        )
        tx.operations.add(operation)
        ids = {"case": case.id, "operation": operation.id}
        tx.jobs.defer(Job.ISSUE_CASE, office=OFFICE, step_up=agreed, **ids)
    return operation.id


def start_worker(running: Running, log: Path, fault: str = "") -> subprocess.Popen[bytes]:
    environment = {**running.environment, "FEIGUI_FAULT": fault}
    with log.open("ab") as target:
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "server.wiring", "notary", "worker"],
            cwd=CLONE,
            env=environment,
            stdout=target,
            stderr=subprocess.STDOUT,
        )


def certificates(parts: Parts, cases: list[CaseId]) -> list[Certificate]:
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        return [c for case in cases for c in tx.certificates.of_case(case)]


def assert_nothing_points_nowhere(parts: Parts, cases: list[CaseId]) -> None:
    """Hold at every moment: what is valid has everything that makes it so."""
    found = certificates(parts, cases)
    assert len({c.case for c in found}) == len(found)
    for certificate in found:
        if certificate.status is CertificateStatus.VALID:
            assert certificate.prepared_sha256
            assert certificate.sealed_sha256
            sealed = read_back(parts, Digest(certificate.sealed_sha256))
            verify(sealed, roots=[parts.authorities.certificate(ROOT)], at=now())
    assert_logged_once(parts, found)


def read_back(parts: Parts, digest: Digest) -> bytes:
    """Read as callers do: the store's gateway answers before its volumes are back (up to 5 s)."""
    until = time.monotonic() + CONVERGES_WITHIN_S
    while True:
        try:
            return parts.get(OFFICE, digest)
        except StoreUnavailable:
            if time.monotonic() > until:
                raise
            time.sleep(PAUSE_S)


def assert_logged_once(parts: Parts, found: list[Certificate]) -> None:
    """Hold at every moment: valid, and one entry in the log; intended, and none."""
    for certificate in found:
        with parts.open_transaction(NOBODY) as tx:
            logged = tx.transparency_log.of_certificate(certificate.id)
        said = [read_entry(each.content) for each in logged]
        expected = certificate.status is CertificateStatus.VALID
        assert [(each.kind, each.sealed_sha256) for each in said] == [
            (LogKind.ISSUE, certificate.sealed_sha256)
        ] * expected


def converge(running: Running, parts: Parts, cases: list[CaseId], log: Path) -> float:
    """Start a clean worker and return the seconds until everything was issued."""
    began = time.monotonic()
    worker = start_worker(running, log)
    try:
        wait_until_issued(parts, cases, by=worker)
        return time.monotonic() - began
    finally:
        worker.terminate()
        worker.wait(30)


def wait_until_issued(parts: Parts, cases: list[CaseId], *, by: subprocess.Popen[bytes]) -> None:
    wait_until(lambda: all_issued(parts, cases), by=by)


def wait_until(happened: Callable[[], bool], *, by: subprocess.Popen[bytes]) -> None:
    def has_happened() -> bool:
        has = happened()
        assert has or by.poll() is None
        return has

    eventually(has_happened, within_s=CONVERGES_WITHIN_S)


def all_issued(parts: Parts, cases: list[CaseId]) -> bool:
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        return all(tx.cases.get(case).status is CaseStatus.ISSUED for case in cases)


def assert_whole(parts: Parts, case_id: CaseId) -> None:
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        case = tx.cases.get(case_id)
        (certificate,) = tx.certificates.of_case(case_id)
        kinds = [event.kind for event in tx.cases.events(case_id)]
        deliveries = tx.deliveries.of_case(case_id)
    assert certificate.status is CertificateStatus.VALID
    assert certificate.issue_date == issue_date(case)
    assert [kinds.count(k) for k in ("issue_intended", "issue", "sealed")] == [1, 1, 1]
    assert kinds.index("issue_intended") < kinds.index("sealed")
    assert len(deliveries) == 1
