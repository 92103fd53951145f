"""Certificates of a case, their files and the evidence that goes with them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.cases.delivering import take_delivery
from server.http.call import Answer, Binding, Call, etag_of
from server.http.case_at_hand import case_held, case_read, viewer_of
from server.http.materials import may_see_material
from server.http.scopes import narrow_to_case, scope_of
from server.http.shown.certificates import certificate_as_seen
from server.register.certificates import CertificateId
from server.register.errors import CertificateNotFound
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from server.cases.case import Case
    from server.cases.ids import PartyId
    from server.cases.materials import Material
    from server.http.materials import Fetch
    from server.http.shown.visibility import Audience
    from server.register.certificates import Certificate
    from server.transaction import OpenTransaction, Transaction

    OpenBooks = Callable[[], AbstractContextManager[Transaction]]
    # Reads in the caller's own transaction what there is to read; what it returns
    # fetches and seals with none open, and opens short ones for the seal's record.
    Package = Callable[[Transaction, Case, Certificate, "TakenBy"], Callable[[OpenBooks], bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBy:
    """What of a case goes to somebody who takes its evidence away."""

    audience: Audience
    materials: Sequence[Material]
    parties: frozenset[PartyId]
    """Whose identity checks and consents."""

    recordings: bool = False


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
    open_transaction: OpenTransaction

    def certificate(self, call: Call) -> Answer:
        with self._inside(call) as tx:
            asked = replace(call, transaction=tx)
            case = case_read(asked)
            certificate = _certificate(asked, case)
            digest = Digest(_sealed(certificate))
        # No transaction waits for the store, and nothing is taken that it did not give.
        content = self.fetch(case.office, digest)
        if not call.actor.is_staff:
            with self._inside(call) as tx:
                taken = replace(call, transaction=tx)
                _mark_taken(taken, case_held(taken), certificate)
        return Answer(
            body=content, content_type="application/pdf", etag=f'"{certificate.newest_sha256}"'
        )

    def evidence(self, call: Call) -> Answer:
        with self._inside(call) as tx:
            pack = self._gathered(replace(call, transaction=tx))
        # The office's seal is asked for here: no transaction waits for it.
        packed = pack(lambda: self._inside(call))
        return Answer(body=packed, content_type="application/zip")

    def _gathered(self, call: Call) -> Callable[[OpenBooks], bytes]:
        case = case_read(call)
        certificate = _certificate(call, case)
        _sealed(certificate)
        pack = self.package(call.tx, case, certificate, _taken_by(call, case))
        call.tx.sensitive_reads.put_on_record(
            case.id, field="evidence_package", subject=certificate.id, by=call.actor.account
        )
        return pack

    @contextmanager
    def _inside(self, call: Call) -> Iterator[Transaction]:
        """Open a short transaction that sees the case of the path and no other."""
        caller = call.principal
        with self.open_transaction(scope_of(caller)) as tx:
            narrow_to_case(tx, caller, call.path["case_id"])
            yield tx


def _taken_by(call: Call, case: Case) -> TakenBy:
    mine = frozenset(
        party.id
        for party in case.parties
        if call.actor.is_staff or party.account == call.actor.account
    )
    return TakenBy(
        audience=viewer_of(call).audience,
        materials=[m for m in case.materials if may_see_material(call, case, m)],
        parties=mine,
    )


def _certificate(call: Call, case: Case) -> Certificate:
    certificate = call.tx.certificates.get(CertificateId(call.path["certificate_id"]))
    if certificate.case != case.id:
        raise CertificateNotFound
    return certificate


def _sealed(certificate: Certificate) -> str:
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


def bindings(*, fetch: Fetch, package: Package, open_transaction: OpenTransaction) -> list[Binding]:
    files = Files(fetch=fetch, package=package, open_transaction=open_transaction)
    return [
        Binding(operation_id="list_certificates", handler=list_certificates),
        Binding(operation_id="get_certificate", handler=get_certificate),
        Binding(
            operation_id="get_certificate_file", handler=files.certificate, in_transaction=False
        ),
        Binding(operation_id="get_evidence_package", handler=files.evidence, in_transaction=False),
    ]
