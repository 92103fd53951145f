"""Certificates of a case and their files."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.cases.delivering import take_delivery
from server.http.call import Answer, Binding, Call, etag_of
from server.http.case_at_hand import case_held, case_read
from server.http.scopes import narrow_to_case, scope_of
from server.http.shown.certificates import certificate_as_seen
from server.register.certificates import CertificateId
from server.register.errors import CertificateNotFound
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.cases.case import Case
    from server.http.materials import Fetch
    from server.register.certificates import Certificate
    from server.transaction import OpenTransaction, Transaction


def list_certificates(call: Call) -> Answer:
    case = case_read(call)
    items = [certificate_as_seen(each) for each in call.tx.certificates.of_case(case.id)]
    return Answer(body={"items": items}, etag=etag_of(case.version))


def get_certificate(call: Call) -> Answer:
    case = case_read(call)
    return Answer(body=certificate_as_seen(certificate_of(call, case)), etag=etag_of(case.version))


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    fetch: Fetch
    open_transaction: OpenTransaction

    def certificate(self, call: Call) -> Answer:
        with self._inside(call) as tx:
            asked = replace(call, transaction=tx)
            case = case_read(asked)
            certificate = certificate_of(asked, case)
            digest = Digest(sealed_digest(certificate))
        # No transaction waits for the store, and nothing is taken that it did not give.
        content = self.fetch(case.office, digest)
        if not call.actor.is_staff:
            with self._inside(call) as tx:
                taken = replace(call, transaction=tx)
                _mark_taken(taken, case_held(taken), certificate)
        return Answer(
            body=content, content_type="application/pdf", etag=f'"{certificate.newest_sha256}"'
        )

    @contextmanager
    def _inside(self, call: Call) -> Iterator[Transaction]:
        """Open a short transaction that sees the case of the path and no other."""
        caller = call.principal
        with self.open_transaction(scope_of(caller)) as tx:
            narrow_to_case(tx, caller, call.path["case_id"])
            yield tx


def certificate_of(call: Call, case: Case) -> Certificate:
    """Return the certificate of the path, or raise `CertificateNotFound`."""
    certificate = call.tx.certificates.get(CertificateId(call.path["certificate_id"]))
    if certificate.case != case.id:
        raise CertificateNotFound
    return certificate


def sealed_digest(certificate: Certificate) -> str:
    """Return the SHA-256 of its newest file; one that is still to be sealed is not found."""
    if certificate.newest_sha256 is None:
        raise CertificateNotFound
    return certificate.newest_sha256


def _mark_taken(call: Call, case: Case, certificate: Certificate) -> None:
    me = case.party_of(call.actor.account).id
    for delivery in call.tx.deliveries.of_case(case.id):
        if delivery.certificate == certificate.id and delivery.recipient == me:
            taken = take_delivery(case, delivery, call.actor, at=call.now)
            if taken is not delivery:
                call.tx.deliveries.save(taken)
                call.tx.cases.save(case)


def bindings(*, fetch: Fetch, open_transaction: OpenTransaction) -> list[Binding]:
    files = Files(fetch=fetch, open_transaction=open_transaction)
    return [
        Binding(operation_id="list_certificates", handler=list_certificates),
        Binding(operation_id="get_certificate", handler=get_certificate),
        Binding(
            operation_id="get_certificate_file", handler=files.certificate, in_transaction=False
        ),
    ]
