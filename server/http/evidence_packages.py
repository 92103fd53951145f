"""Evidence packages of a certificate: ask for one, follow it, fetch it.

Nothing is sealed here. Asking is an act with a purpose, agreed to on the person's own
device; a worker makes the package. It holds what that person may see, so nobody else
fetches it, and each asking and each fetching is in the trail of the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from server.cases.jobs import Job
from server.cases.step_up import KeyUse, evidence_digest, shown_certificates
from server.http.call import Answer, Binding
from server.http.case_at_hand import case_held, case_read
from server.http.certificates import certificate_of, sealed_digest
from server.http.file_stream import FileStream
from server.http.shown.evidence_packages import package_as_seen
from server.http.started import accepted, new_operation
from server.http.step_ups import agreed
from server.problems.refusals import Fault, RequestInvalid
from server.register.errors import PackageNotFound
from server.register.package_requests import (
    ASKED_WITHIN,
    PackageId,
    PackagePurpose,
    PackageRequest,
    PackageState,
    Why,
    file_of,
    missing_in,
    refuse_too_many,
)
from server.transaction import OperationNotFound
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from server.cases.case import Case
    from server.cases.ids import OfficeId
    from server.http.call import Call
    from server.register.certificates import Certificate

    Stream = Callable[[OfficeId, Digest], AbstractContextManager[BinaryIO]]


def request_package(call: Call) -> Answer:
    case = case_held(call)
    certificate = certificate_of(call, case)
    sealed_digest(certificate)
    why = _why(call)
    since = call.now - ASKED_WITHIN
    refuse_too_many(call.tx.package_requests.asked_since(call.actor.account, since))
    asked = _agreed(call, case, certificate, why)
    call.tx.package_requests.add(asked)
    operation = new_operation(call, case, Job.MAKE_PACKAGE, operation_id=asked.id)
    call.tx.operations.add(operation)
    ids = {"case": case.id, "package": asked.id, "operation": operation.id}
    call.tx.jobs.defer(Job.MAKE_PACKAGE, office=case.office, **ids)
    return accepted(call, case, operation)


def _why(call: Call) -> Why:
    body = call.body
    why = Why(
        purpose=PackagePurpose(body["purpose"]),
        reason=body.get("reason"),
        reference=body.get("reference"),
    )
    missing = missing_in(why, by_party=not call.actor.is_staff)
    if missing:
        raise RequestInvalid([Fault(f"/{field}", code) for field, code in missing.items()])
    return why


def _agreed(call: Call, case: Case, certificate: Certificate, why: Why) -> PackageRequest:
    """Spend the answer on this certificate, and put on record who takes what, and for what."""
    step_up = agreed(
        call,
        case,
        KeyUse.TAKE_EVIDENCE,
        told=call.body["step_up"],
        digests=shown_certificates([certificate]),
    )
    asked = PackageRequest(
        id=PackageId(call.new_id()),
        office=case.office,
        case=case.id,
        certificate=certificate.id,
        account=call.actor.account,
        by_party=not call.actor.is_staff,
        why=why,
        step_up=step_up.id,
        state=PackageState.QUEUED,
        asked_at=call.now,
    )
    call.tx.sensitive_reads.put_on_record(
        case.id,
        field="evidence_package_request",
        subject=asked.id,
        by=call.actor.account,
        certificate=certificate.id,
        purpose=why.purpose,
        step_up=step_up.id,
        step_up_sha256=evidence_digest(step_up),
    )
    return asked


def list_packages(call: Call) -> Answer:
    certificate = certificate_of(call, case_read(call))
    found = call.tx.package_requests.of_certificate(certificate.id)
    return Answer(body={"items": [_seen(call, each) for each in found if _may_see(call, each)]})


def get_package(call: Call) -> Answer:
    return Answer(body=_seen(call, _package(call, certificate_of(call, case_read(call)))))


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFiles:
    stream: Stream

    def get(self, call: Call) -> Answer:
        case = case_held(call)
        asked = _package(call, certificate_of(call, case))
        if asked.account != call.actor.account:
            raise PackageNotFound
        digest = file_of(asked, at=call.now)
        # In the transaction of the answer: nothing is taken without its row.
        call.tx.sensitive_reads.put_on_record(
            case.id, field="evidence_package", subject=asked.id, by=call.actor.account
        )
        return Answer(
            fetched=partial(self._opened, case.office, Digest(digest)),
            etag=f'"{digest}"',
            content_type="application/zip",
            headers={
                "Content-Disposition": f'attachment; filename="evidence-{asked.id}.zip"',
                "Content-Length": str(asked.size),
            },
        )

    def _opened(self, office: OfficeId, digest: Digest) -> FileStream:
        return FileStream(self.stream(office, digest))


def _package(call: Call, certificate: Certificate) -> PackageRequest:
    asked = call.tx.package_requests.get(PackageId(call.path["package_id"]))
    if asked.certificate != certificate.id or not _may_see(call, asked):
        raise PackageNotFound
    return asked


def _may_see(call: Call, asked: PackageRequest) -> bool:
    """Let the office see who took what, and a party what it asked for itself."""
    return call.actor.is_staff or asked.account == call.actor.account


def _seen(call: Call, asked: PackageRequest) -> dict[str, Any]:
    problem = None
    if asked.state is PackageState.FAILED:
        problem = _problem(call, asked)
    return package_as_seen(asked, problem=problem, language=call.language)


def _problem(call: Call, asked: PackageRequest) -> str | None:
    try:
        return call.tx.operations.get(asked.id).problem
    except OperationNotFound:
        return None


def bindings(*, stream: Stream) -> list[Binding]:
    files = PackageFiles(stream=stream)
    return [
        Binding(operation_id="list_evidence_packages", handler=list_packages),
        Binding(operation_id="request_evidence_package", handler=request_package),
        Binding(operation_id="get_evidence_package", handler=get_package),
        Binding(operation_id="get_evidence_package_file", handler=files.get),
    ]
