"""Export an evidence package for whoever runs the platform; the reading is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.actor import SYSTEM_ACTOR
from server.cases.errors import CaseNotFound
from server.cases.ids import CaseId
from server.catalogue.notices import read_notices
from server.http.shown.evidence_packages import TakenBy
from server.http.shown.visibility import Audience
from server.register.errors import CertificateNotFound
from server.transaction import Scope
from server.wiring.evidence import packaging

if TYPE_CHECKING:
    from server.cases.ids import OfficeId
    from server.cli.evidence import Wanted
    from server.register.certificates import Certificate
    from server.transaction import Transaction
    from server.wiring.parts import Parts


def exported(parts: Parts, wanted: Wanted) -> bytes:
    """Return the package with all that staff may take away.

    Raises `CaseNotFound`, `CertificateNotFound`, and what signer or store raise.
    """
    case_id = CaseId(wanted.case)
    office = _office_of(parts, case_id)
    gather = packaging(fetch=parts.get, signing=parts.signing, notices=read_notices())
    with parts.open_transaction(Scope(office=office)) as tx:
        case = tx.cases.get(case_id)
        certificate = _certificate(tx, wanted)
        taken_by = TakenBy(
            audience=Audience.TEAM,
            materials=case.materials,
            parties=frozenset(party.id for party in case.parties),
            recordings=wanted.recordings,
        )
        pack = gather(tx, case, certificate, taken_by)
        tx.sensitive_reads.put_on_record(
            case.id,
            field="evidence_package",
            subject=certificate.id,
            by=SYSTEM_ACTOR.account,
        )
    return pack(lambda: parts.open_transaction(Scope(office=office)))


def _office_of(parts: Parts, case: CaseId) -> OfficeId:
    """Ask in each office: no transaction sees the cases of all."""
    for office in parts.catalogue.rule_packs.offices:
        with parts.open_transaction(Scope(office=office)) as tx:
            try:
                return tx.cases.get(case).office
            except CaseNotFound:
                continue
    raise CaseNotFound


def _certificate(tx: Transaction, wanted: Wanted) -> Certificate:
    sealed = [
        each
        for each in tx.certificates.of_case(wanted.case)
        if each.sealed_sha256 and wanted.certificate in {None, each.id}
    ]
    if not sealed:
        raise CertificateNotFound
    return sealed[-1]
