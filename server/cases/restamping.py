"""Keep a sealed file provable: its archive time-stamp is renewed before it ends.

Irreversible, so as in issuing: intent first, no transaction while the
time-stamping authority or the store thinks, and every step can be done again.
Whatever the process died at, asking again ends with one more generation on record.
Source: ETSI EN 319 142-1 5.4.3; how long before, `desk.margin` says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from esign.errors import VerificationFailed
from server.cases.actor import SYSTEM_ACTOR
from server.cases.errors import IntentBroken
from server.cases.ids import CaseId
from server.register.certificates import CertificateId
from server.register.generations import (
    FileKind,
    Generation,
    GenerationState,
    SignedFile,
    sm3_of,
)
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta

    from esign.renewing import Renewed
    from server.cases.case import Case
    from server.cases.ids import Clock, NewId, OfficeId
    from server.cases.ports import CaseBook
    from server.register.ports import CertificateBook, GenerationBook


NOBODY: Final = ""
"""Who stamped a file that ends in no time-stamp of ours."""


class RenewalFault(StrEnum):
    """Where a test may kill the process; production passes a callable that does nothing."""

    INTENDED = "renew.intended"
    STAMPED = "renew.stamped"
    STORED = "renew.stored"
    READ_BACK = "renew.read_back"
    BEFORE_COMMIT = "renew.before_commit"
    RECORDED = "renew.recorded"


class RenewingBooks(Protocol):
    """The books that a renewal writes, inside one transaction."""

    @property
    def cases(self) -> CaseBook: ...
    @property
    def certificates(self) -> CertificateBook: ...
    @property
    def generations(self) -> GenerationBook: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StampDesk:
    open_books: Callable[[OfficeId], AbstractContextManager[RenewingBooks]]
    carries_until: Callable[[bytes], datetime]
    """(file) -> when its last archive time-stamp ceases to prove anything."""

    stamped_by: Callable[[bytes], str]
    """(file) -> who made that stamp: SHA-256 of a certificate."""

    stolen: Callable[[], Collection[str]]
    """The stampers whose key somebody else may have: what they stamped last is renewed at once."""

    renew: Callable[[OfficeId, SignedFile, bytes], Renewed]
    """(office, file, its newest generation). Verified before and after; see
    `esign.renewing.StampRenewer.renew` for what it raises."""

    put_beside: Callable[[OfficeId, bytes, Digest], Digest]
    """(office, file, earlier generation): kept at least as long as the earlier one."""

    get: Callable[[OfficeId, Digest], bytes]
    margin: timedelta
    new_id: NewId
    now: Clock
    reach: Callable[[str], None]
    """Told at every `RenewalFault`; does nothing in production."""


def track_file(
    books: RenewingBooks,
    case: Case,
    file: SignedFile,
    *,
    at: datetime,
    new_id: NewId,
    sm3: str | None = None,
) -> None:
    """Put the file as it was sealed on record, unless it is there; the caller has locked the case.

    When its stamp ends, whoever looks at it next finds out.
    """
    digest = _digest(books, case, file)
    if digest is None or books.generations.of_file(file):
        return
    books.generations.add(
        Generation(
            id=new_id(),
            office=case.office,
            file=file,
            number=1,
            state=GenerationState.KEPT,
            intended_at=at,
            sha256=digest,
            sm3=sm3,
            kept_at=at,
        )
    )


def files_of(case: Case, certificate: CertificateId) -> tuple[SignedFile, SignedFile]:
    """Return what of a case is kept provable once it has a certificate: that, and the deed."""
    return (
        SignedFile(kind=FileKind.CERTIFICATE, case=case.id, subject=certificate),
        SignedFile(kind=FileKind.DEED, case=case.id, subject=case.id),
    )


def renew_stamp(office: OfficeId, file: SignedFile, *, desk: StampDesk) -> Generation:
    """Return the newest generation of ``file``: renewed, or as it is when none is due yet.

    It has to be on record (`track_file`). One that can be proven no more comes back
    `REFUSED`, and is for a person. Raises what the authority or the store raise: the
    intent stays, and the sweep comes back.
    """
    newest = _looked_at(office, file, desk=desk)
    if _carries_on(newest, desk):
        return newest
    # (1) The intent, before the authority is asked.
    with desk.open_books(office) as books:
        intended = _intended(books, file, desk=desk)
    base = Digest(str(intended.base_sha256))
    desk.reach(RenewalFault.INTENDED)
    # (2) No transaction is open while the authority thinks.
    content = desk.get(office, base)
    try:
        renewed = desk.renew(office, file, content)
    except VerificationFailed as refusal:
        with desk.open_books(office) as books:
            return _refused(books, intended, type(refusal).__name__, desk=desk)
    desk.reach(RenewalFault.STAMPED)
    # (3) Stored and read back, before anything points at it.
    digest = desk.put_beside(office, renewed.document, base)
    desk.reach(RenewalFault.STORED)
    if desk.get(office, digest) != renewed.document:
        raise IntentBroken("the store returned other bytes than were stamped")
    desk.reach(RenewalFault.READ_BACK)
    kept = replace(
        intended,
        state=GenerationState.KEPT,
        sha256=digest.hex,
        sm3=sm3_of(renewed.document),
        carries_until=renewed.carries_until,
        stamper=renewed.stamper,
        kept_at=desk.now(),
        trouble=None,
    )
    # (4) For everybody at once: the register, the audit trail, what is delivered.
    with desk.open_books(office) as books:
        recorded = _recorded(books, kept, desk=desk)
        desk.reach(RenewalFault.BEFORE_COMMIT)
    desk.reach(RenewalFault.RECORDED)
    return recorded


def _carries_on(newest: Generation, desk: StampDesk) -> bool:
    if newest.state is not GenerationState.KEPT or newest.carries_until is None:
        return False
    if newest.stamper in desk.stolen():
        return False
    return newest.carries_until >= desk.now() + desk.margin


def _looked_at(office: OfficeId, file: SignedFile, *, desk: StampDesk) -> Generation:
    """Return the newest generation; of one that is kept, it is known who stamped and until when."""
    with desk.open_books(office) as books:
        newest = _newest(books, file)
    if newest.state is not GenerationState.KEPT or newest.stamper is not None:
        return newest
    content = desk.get(office, Digest(str(newest.sha256)))
    try:
        ends, stamper = desk.carries_until(content), desk.stamped_by(content)
    except VerificationFailed:
        # It carries nothing, so it is due, and the renewal says why not.
        ends, stamper = desk.now(), NOBODY
    seen = replace(newest, carries_until=ends, stamper=stamper, sm3=sm3_of(content))
    with desk.open_books(office) as books:
        books.generations.save(seen)
    return seen


def _newest(books: RenewingBooks, file: SignedFile) -> Generation:
    every = books.generations.of_file(file)
    if not every:
        raise IntentBroken("nothing sealed is on record for this file")
    return every[-1]


def _intended(books: RenewingBooks, file: SignedFile, *, desk: StampDesk) -> Generation:
    """Return the generation to be made: the one begun before, or a new one."""
    case = books.cases.get(CaseId(file.case), lock=True)
    newest = _newest(books, file)
    if newest.state is not GenerationState.KEPT:
        return newest
    intended = Generation(
        id=desk.new_id(),
        office=case.office,
        file=file,
        number=newest.number + 1,
        state=GenerationState.INTENDED,
        intended_at=desk.now(),
        base_sha256=newest.sha256,
    )
    books.generations.add(intended)
    return intended


def _refused(
    books: RenewingBooks, intended: Generation, trouble: str, *, desk: StampDesk
) -> Generation:
    """Put on record that a person has to look; once, however often it is tried again."""
    case = books.cases.get(CaseId(intended.file.case), lock=True)
    current = _newest(books, intended.file)
    if current.state is GenerationState.KEPT or current.trouble == trouble:
        return current
    refused = replace(current, state=GenerationState.REFUSED, trouble=trouble)
    books.generations.save(refused)
    case.note(
        "stamp_renewal_refused",
        SYSTEM_ACTOR,
        desk.now(),
        file=refused.file.kind,
        object=refused.base_sha256,
        trouble=trouble,
    )
    books.cases.save(case)
    return refused


def _recorded(books: RenewingBooks, kept: Generation, *, desk: StampDesk) -> Generation:
    case = books.cases.get(CaseId(kept.file.case), lock=True)
    current = _newest(books, kept.file)
    if current.state is GenerationState.KEPT:
        return current  # Another run got here first; its file is the newest.
    books.generations.save(kept)
    _point_at(books, case, kept)
    case.note(
        "stamp_renewed",
        SYSTEM_ACTOR,
        desk.now(),
        file=kept.file.kind,
        object=kept.sha256,
        previous=kept.base_sha256,
    )
    books.cases.save(case)
    return kept


def _digest(books: RenewingBooks, case: Case, file: SignedFile) -> str | None:
    """Return the digest under which the file is delivered now."""
    if file.kind is FileKind.CERTIFICATE:
        return books.certificates.get(CertificateId(file.subject)).newest_sha256
    return case.deed.signed_sha256 if case.deed else None


def _point_at(books: RenewingBooks, case: Case, kept: Generation) -> None:
    """Deliver the newest from here on; refuse when what is delivered is not what it was made of."""
    if _digest(books, case, kept.file) != kept.base_sha256:
        raise IntentBroken("the file was replaced while its stamp was renewed")
    if kept.file.kind is FileKind.CERTIFICATE:
        certificate = books.certificates.get(CertificateId(kept.file.subject), lock=True)
        books.certificates.save(replace(certificate, renewed_sha256=kept.sha256))
    else:
        case.deed = replace(case.deed, signed_sha256=kept.sha256)  # type: ignore[type-var]  # it has a digest, so there is a deed
