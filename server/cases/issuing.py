"""出证: number, seals, time-stamp, register. See docs/case-lifecycle.md.

Irreversible, so: intent first, no transaction while the signer or the store
thinks, and every step can be done again. Whatever the process died at, running
`issue_case` again with the same case ends with one number and one certificate.
Sources: 公证法 Art. 32, 公证程序规则 Art. 44, invariants 2-4 of the domain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from server.cases.acting import act
from server.cases.actor import SYSTEM_ACTOR
from server.cases.ending import superseded
from server.cases.errors import CaseError, ConditionsUnmet, TransitionRefused
from server.cases.guards import unmet
from server.cases.parties import PartyRole
from server.cases.status import CaseStatus
from server.cases.transitions import Action
from server.delivery.delivery import Delivery, DeliveryId, DeliveryState
from server.register.certificates import (
    Allotted,
    Certificate,
    CertificateId,
    CertificateStatus,
)
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from server.cases.case import Case
    from server.cases.ids import CaseId, Clock, NewId, OfficeId
    from server.cases.ports import CaseBook
    from server.delivery.ports import DeliveryBook
    from server.register.ports import CertificateBook, NumberBook

SHANGHAI = ZoneInfo("Asia/Shanghai")


class IntentBroken(CaseError):
    """What would be sealed is not what was intended; nothing was sealed."""


class Fault(StrEnum):
    """Where a test may kill the process; production passes a callable that does nothing."""

    NUMBER_ALLOTTED = "issue.number_allotted"
    TYPESET = "issue.typeset"
    PREPARED_STORED = "issue.prepared_stored"
    INTENT_RECORDED = "issue.intent_recorded"
    PERMIT_GIVEN = "issue.permit_given"
    SEALED = "issue.sealed"
    SEALED_STORED = "issue.sealed_stored"
    READ_BACK = "issue.read_back"
    BEFORE_COMMIT = "issue.before_commit"
    RECORDED = "issue.recorded"


class IssuingBooks(Protocol):
    """The books that issuing writes, inside one transaction."""

    @property
    def cases(self) -> CaseBook: ...
    @property
    def numbers(self) -> NumberBook: ...
    @property
    def certificates(self) -> CertificateBook: ...
    @property
    def deliveries(self) -> DeliveryBook: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What makes a certificate out of an approved case. Each is connected in the wiring."""

    open_books: Callable[[OfficeId], AbstractContextManager[IssuingBooks]]
    series_of: Callable[[Case], str]
    print_number: Callable[[Case, int, int], str]
    """(case, year, sequence) -> the number as printed, by the office's rule pack."""

    typeset: Callable[[Case, Certificate], bytes]

    seal: Callable[[Case, Certificate, bytes, Callable[[str], None]], bytes]
    """Lint, permit, notary signature, office seal, time-stamps; verified before it returns."""

    put: Callable[[OfficeId, bytes], Digest]
    get: Callable[[OfficeId, Digest], bytes]
    new_id: NewId
    public_id: Callable[[], str]
    check_code: Callable[[], str]
    now: Clock
    reach: Callable[[str], None]
    """Told at every `Fault`; does nothing in production."""


def issue_case(office: OfficeId, case_id: CaseId, *, press: Press) -> CertificateId:
    """Issue the certificate of an approved case, or finish what a crash left.

    Raises `ConditionsUnmet` when the case may not bear a number, and whatever
    signer, time-stamp authority or store raise: then the intent stays on
    record and the sweep comes back to it.
    """
    # (1) Refuse before anything irreversible happens. The number and the
    #     intent are one row in one transaction, so that neither exists alone.
    with press.open_books(office) as books:
        case = books.cases.get(case_id, lock=True)
        certificate = _intended(books, case, press=press)
    if certificate.status is not CertificateStatus.INTENDED:
        return certificate.id
    press.reach(Fault.NUMBER_ALLOTTED)

    # (2) The document, and its exact bytes on record before any key is touched.
    #     If the power fails after (3) this is how we know what a signature may
    #     exist for.
    certificate, prepared = _prepared(office, case, certificate, press=press)

    # (3) Signature, seal, time-stamps. No transaction is open: the authority
    #     may take a minute.
    sealed = press.seal(case, certificate, prepared, press.reach)
    press.reach(Fault.SEALED)

    # (4) Store it and read it back: a number must never point at nothing.
    sealed_digest = press.put(office, sealed)
    press.reach(Fault.SEALED_STORED)
    if press.get(office, sealed_digest) != sealed:
        raise IntentBroken("the store returned other bytes than were sealed")
    press.reach(Fault.READ_BACK)

    # (5) Only now is the case issued, for everybody at once: register, audit
    #     trail, verification page and delivery are rows of this transaction.
    with press.open_books(office) as books:
        _record_sealed(books, case_id, certificate, sealed_digest, press=press)
        press.reach(Fault.BEFORE_COMMIT)
    press.reach(Fault.RECORDED)
    return certificate.id


def issue_date(case: Case) -> date:
    """P-44: the day of approval in Asia/Shanghai. Nobody types it."""
    approved_at: datetime | None = case.milestones.approved_at
    if approved_at is None:
        raise TransitionRefused(case.status, Action.ISSUE)
    return approved_at.astimezone(SHANGHAI).date()


def _intended(books: IssuingBooks, case: Case, *, press: Press) -> Certificate:
    """Return the certificate that is under way, or allot a number to a new one."""
    known = books.certificates.of_case(case.id)
    under_way = [c for c in known if c.status is CertificateStatus.INTENDED]
    if case.status is not CaseStatus.APPROVED:
        # Asked again after it was done: the answer is the newest one.
        under_way += [c for c in known if c.status is CertificateStatus.VALID]
        if not under_way:
            raise TransitionRefused(case.status, Action.ISSUE)
    if under_way:
        return under_way[-1]
    if missing := unmet(case, Action.ISSUE, SYSTEM_ACTOR):
        raise ConditionsUnmet(missing)
    on, series = issue_date(case), press.series_of(case)
    sequence = books.numbers.allot(year=on.year, series=series)
    certificate = Certificate(
        id=CertificateId(press.new_id()),
        office=case.office,
        case=case.id,
        matter=case.matter,
        number=Allotted(
            year=on.year,
            series=series,
            sequence=sequence,
            text=press.print_number(case, on.year, sequence),
        ),
        issue_date=on,
        public_id=press.public_id(),
        check_code=press.check_code(),
        status=CertificateStatus.INTENDED,
        intended_at=press.now(),
    )
    books.certificates.add(certificate)
    case.note("issue_intended", SYSTEM_ACTOR, press.now(), certificate=certificate.id)
    books.cases.save(case)
    return certificate


def _prepared(
    office: OfficeId, case: Case, certificate: Certificate, *, press: Press
) -> tuple[Certificate, bytes]:
    """Return the document that was intended: typeset once, and from then on fetched.

    A later release may typeset differently; what is sealed is what was intended.
    """
    if certificate.prepared_sha256 is not None:
        return certificate, press.get(office, Digest(certificate.prepared_sha256))
    prepared = press.typeset(case, certificate)
    press.reach(Fault.TYPESET)
    digest = press.put(office, prepared)
    press.reach(Fault.PREPARED_STORED)
    with press.open_books(office) as books:
        certificate = _record_prepared(books, certificate, digest)
    press.reach(Fault.INTENT_RECORDED)
    return certificate, prepared


def _record_prepared(books: IssuingBooks, certificate: Certificate, digest: Digest) -> Certificate:
    current = books.certificates.get(certificate.id, lock=True)
    if current.prepared_sha256 not in (None, digest.hex):
        raise IntentBroken("the document differs from the one that was intended")
    prepared = replace(current, prepared_sha256=digest.hex)
    books.certificates.save(prepared)
    return prepared


def _record_sealed(
    books: IssuingBooks,
    case_id: CaseId,
    certificate: Certificate,
    digest: Digest,
    *,
    press: Press,
) -> None:
    current = books.certificates.get(certificate.id, lock=True)
    if current.status is not CertificateStatus.INTENDED:
        return  # Another run got here first; its file is the certificate.
    at = press.now()
    case = books.cases.get(case_id, lock=True)
    act(case, Action.ISSUE, SYSTEM_ACTOR, at=at)
    case.note("sealed", SYSTEM_ACTOR, at, certificate=certificate.id, object=digest.hex)
    books.certificates.save(
        replace(current, status=CertificateStatus.VALID, sealed_sha256=digest.hex, sealed_at=at)
    )
    for old in books.certificates.of_case(case_id):
        if old.id != current.id and old.status is CertificateStatus.VALID:
            books.certificates.save(superseded(old, by=current, at=at))
    for party in case.parties:
        if party.role is PartyRole.APPLICANT:
            books.deliveries.add(
                Delivery(
                    id=DeliveryId(press.new_id()),
                    office=case.office,
                    case=case.id,
                    certificate=certificate.id,
                    recipient=party.id,
                    state=DeliveryState.E_SENT,
                    sent_at=at,
                )
            )
    books.cases.save(case)
