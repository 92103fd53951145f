"""出证: number, seals, time-stamp, register. See docs/case-lifecycle.md.

Irreversible, so: intent first, no transaction while the signer or the store
thinks, and every step can be done again. Whatever the process died at, running
`issue_case` again with the same case ends with one number and one certificate.
Sources: 公证法 Art. 32, 公证程序规则 Art. 44, invariants 2-4 of the domain.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.cases.acting import act
from server.cases.actor import SYSTEM_ACTOR
from server.cases.dating import issue_date
from server.cases.ending import changed_by, relation_of
from server.cases.errors import (
    ConditionsUnmet,
    IntentBroken,
    IssueOvertaken,
    StepUpSpent,
    StepUpUnanswered,
    TransitionRefused,
)
from server.cases.guards import unmet
from server.cases.ids import CaseId
from server.cases.parties import PartyRole
from server.cases.press import Fault
from server.cases.restamping import files_of, track_file
from server.cases.step_up import KeyUse, StepUpId, Wanted, require_answered, shown_digests
from server.cases.transitions import Action
from server.delivery.delivery import Delivery, DeliveryId, DeliveryState
from server.register.certificates import (
    Allotted,
    Certificate,
    CertificateId,
    CertificateStatus,
)
from server.register.generations import sm3_of
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from server.cases.case import Case
    from server.cases.ids import OfficeId
    from server.cases.press import IssuingBooks, Press


def issue_case(
    office: OfficeId, case_id: CaseId, *, press: Press, step_up: StepUpId | None = None
) -> CertificateId:
    """Issue the certificate of an approved case, or finish what a crash left.

    ``step_up`` names the answer in which somebody of the office agreed to the draft; without
    it only what was intended under an answer goes on. Raises a `StepUpRefused` where nobody
    agreed, `ConditionsUnmet` when the case may not bear a number, and whatever signer,
    time-stamp authority or store raise: then the intent stays on record and the sweep comes
    back to it.
    """
    # (1) Refuse before anything irreversible happens. The number and the
    #     intent are one row in one transaction, so that neither exists alone.
    with press.open_books(office) as books:
        case = books.cases.get(case_id, lock=True)
        certificate = _intended(books, case, press=press, step_up=step_up)
    if certificate.status is not CertificateStatus.INTENDED:
        return _usable(certificate)
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
        recorded = _record_sealed(books, certificate, sealed_digest, sm3_of(sealed), press=press)
        press.reach(Fault.BEFORE_COMMIT)
    press.reach(Fault.RECORDED)
    return _usable(recorded)


def _usable(certificate: Certificate) -> CertificateId:
    if certificate.status is CertificateStatus.VOIDED:
        raise IssueOvertaken
    return certificate.id


def _intended(
    books: IssuingBooks, case: Case, *, press: Press, step_up: StepUpId | None
) -> Certificate:
    """Return the certificate that is under way, or allot a number to a new one."""
    known = books.certificates.of_case(case.id)
    under_way = [c for c in known if c.status is CertificateStatus.INTENDED]
    if case.status.is_ready_for_a_number:
        if under_way:
            return _agreed_anew(books, case, under_way[-1], step_up)
    elif under_way:
        # The case was closed between the intent and a crash.
        return _voided(books, case, under_way[-1], at=press.now())
    elif done := [c for c in known if c.status is CertificateStatus.VALID]:
        return done[-1]  # Asked again after it was done: the answer is the newest one.
    else:
        raise TransitionRefused(case.status, Action.ISSUE)
    if missing := unmet(case, Action.ISSUE, SYSTEM_ACTOR):
        raise ConditionsUnmet(missing)
    agreed = _agreed(books, case, step_up, known)
    on, series = issue_date(case), press.series_of(case)
    kind, relates_to = relation_of(case, known)
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
        kind=kind,
        relates_to=relates_to,
        intended_at=press.now(),
        step_up=agreed,
    )
    books.certificates.add(certificate)
    case.note("issue_intended", SYSTEM_ACTOR, press.now(), certificate=certificate.id)
    books.cases.save(case)
    return certificate


def _agreed(
    books: IssuingBooks, case: Case, step_up: StepUpId | None, known: Iterable[Certificate]
) -> StepUpId:
    """Return the answer that covers the draft as it stands, or raise a `StepUpRefused`.

    An answer bears one certificate, so that a job that comes again makes no second one.
    """
    if step_up is None:
        raise StepUpUnanswered
    if any(each.step_up == step_up for each in known):
        raise StepUpSpent
    wanted = Wanted(use=KeyUse.ISSUE, case=case.id, digests=shown_digests(case, KeyUse.ISSUE))
    require_answered(books.step_ups.get(step_up), wanted)
    return step_up


def _agreed_anew(
    books: IssuingBooks, case: Case, under_way: Certificate, step_up: StepUpId | None
) -> Certificate:
    """Return what is under way, if somebody agreed to it: then, or now that it is asked again."""
    before = None if under_way.step_up is None else StepUpId(under_way.step_up)
    known = books.certificates.of_case(case.id)
    others = (each for each in known if each.id != under_way.id)
    agreed = _agreed(books, case, step_up or before, others)
    if agreed == before:
        return under_way
    under_way = replace(under_way, step_up=agreed)
    books.certificates.save(under_way)
    return under_way


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


def _voided(
    books: IssuingBooks, case: Case, certificate: Certificate, *, at: datetime
) -> Certificate:
    """Return the certificate as void: its number stays allotted and is never used."""
    voided = replace(certificate, status=CertificateStatus.VOIDED, ended_at=at)
    books.certificates.save(voided)
    case.note("certificate_voided", SYSTEM_ACTOR, at, certificate=certificate.id)
    books.cases.save(case)
    return voided


def _record_sealed(
    books: IssuingBooks,
    certificate: Certificate,
    digest: Digest,
    sm3: str,
    *,
    press: Press,
) -> Certificate:
    case = books.cases.get(CaseId(certificate.case), lock=True)
    current = books.certificates.get(certificate.id, lock=True)
    if current.status is not CertificateStatus.INTENDED:
        return current  # Another run got here first; its file is the certificate.
    at = press.now()
    try:
        act(case, Action.ISSUE, SYSTEM_ACTOR, at=at)
    except (TransitionRefused, ConditionsUnmet):
        # Withdrawn, voided or no longer complete while the seal was made: the
        # file was shown to nobody, and the number is void.
        return _voided(books, case, current, at=at)
    case.note("sealed", SYSTEM_ACTOR, at, certificate=certificate.id, object=digest.hex)
    issued = replace(
        current,
        status=CertificateStatus.VALID,
        sealed_sha256=digest.hex,
        deed_sha256=case.deed.signed_sha256 if case.deed else None,
        sealed_at=at,
    )
    books.certificates.save(issued)
    sealed, deed = files_of(case, issued.id)
    track_file(books, case, sealed, at=at, new_id=press.new_id, sm3=sm3)
    track_file(books, case, deed, at=at, new_id=press.new_id)
    _change_earlier_and_send(books, case, issued, press=press)
    books.cases.save(case)
    return issued


def _change_earlier_and_send(
    books: IssuingBooks, case: Case, issued: Certificate, *, press: Press
) -> None:
    at = press.now()
    for old in changed_by(issued, books.certificates.of_case(case.id), at=at):
        books.certificates.save(old)
    for party in case.parties:
        if party.role is PartyRole.APPLICANT:
            books.deliveries.add(
                Delivery(
                    id=DeliveryId(press.new_id()),
                    office=case.office,
                    case=case.id,
                    certificate=issued.id,
                    recipient=party.id,
                    state=DeliveryState.E_SENT,
                    sent_at=at,
                )
            )
