"""Certificates of a case, their files and the evidence that goes with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.cases.delivering import take_delivery
from server.http.call import Answer, Binding, Call, etag_of
from server.http.case_at_hand import case_held, case_read
from server.http.materials import may_see_material
from server.http.shown.certificates import certificate_as_seen
from server.register.certificates import CertificateId
from server.register.errors import CertificateNotFound
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.cases.case import Case
    from server.cases.materials import Material
    from server.http.materials import Fetch
    from server.register.certificates import Certificate
    from server.transaction import Transaction

    # Reads everything it needs through the caller's own transaction, save the
    # materials: it is given those that this caller may see.
    Package = Callable[[Transaction, Case, Certificate, Sequence[Material]], bytes]


def list_certificates(call: Call) -> Answer:
    case = case_read(call)
    items = [certificate_as_seen(each) for each in call.tx.certificates.of_case(case.id)]
    return Answer(body={"items": items}, etag=etag_of(case.version))


def get_certificate(call: Call) -> Answer:
    case = case_read(call)
    return Answer(body=certificate_as_seen(_certificate(call, case)), etag=etag_of(case.version))


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    fetch: Fetch
    package: Package

    def certificate(self, call: Call) -> Answer:
        case = case_held(call)
        certificate = _certificate(call, case)
        content = self.fetch(case.office, Digest(_sealed(certificate)))
        if not call.actor.is_staff:
            _mark_taken(call, case, certificate)
        return Answer(
            body=content, content_type="application/pdf", etag=f'"{certificate.sealed_sha256}"'
        )

    def evidence(self, call: Call) -> Answer:
        case = case_read(call)
        certificate = _certificate(call, case)
        _sealed(certificate)
        call.tx.sensitive_reads.put_on_record(
            case.id, field="evidence_package", subject=certificate.id, by=call.actor.account
        )
        materials = [m for m in case.materials if may_see_material(call, case, m)]
        packed = self.package(call.tx, case, certificate, materials)
        return Answer(body=packed, content_type="application/zip")


def _certificate(call: Call, case: Case) -> Certificate:
    certificate = call.tx.certificates.get(CertificateId(call.path["certificate_id"]))
    if certificate.case != case.id:
        raise CertificateNotFound
    return certificate


def _sealed(certificate: Certificate) -> str:
    if certificate.sealed_sha256 is None:
        raise CertificateNotFound
    return certificate.sealed_sha256


def _mark_taken(call: Call, case: Case, certificate: Certificate) -> None:
    me = case.party_of(call.actor.account).id
    for delivery in call.tx.deliveries.of_case(case.id):
        if delivery.certificate == certificate.id and delivery.recipient == me:
            taken = take_delivery(case, delivery, call.actor, at=call.now)
            if taken is not delivery:
                call.tx.deliveries.save(taken)
                call.tx.cases.save(case)


def bindings(*, fetch: Fetch, package: Package) -> list[Binding]:
    files = Files(fetch=fetch, package=package)
    return [
        Binding(operation_id="list_certificates", handler=list_certificates),
        Binding(operation_id="get_certificate", handler=get_certificate),
        Binding(operation_id="get_certificate_file", handler=files.certificate),
        Binding(operation_id="get_evidence_package", handler=files.evidence),
    ]
