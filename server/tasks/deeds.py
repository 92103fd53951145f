"""Typeset a deed, and have a party's signature put on it with an event certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.cases.actor import SYSTEM_ACTOR
from server.cases.errors import PartNotFound
from server.cases.meeting import require_agreement_to_deed
from server.transaction import Scope
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.case import Case, Deed
    from server.cases.ids import CaseId, Clock, OfficeId, PartyId
    from server.cases.step_up import StepUpId
    from server.ceremony.ceremony import Ceremony, CeremonyId
    from server.tasks.progress import Progress
    from server.transaction import OpenTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedDesk:
    open_transaction: OpenTransaction
    typeset_deed: Callable[[Case], bytes]
    pages_of: Callable[[bytes], int]
    """How many pages our own file has: a party signs once every one of them was shown."""

    typeset_draft: Callable[[Case], bytes]
    sign: Callable[[Case, PartyId, bytes, Ceremony], bytes]
    """(case, party, deed so far, the ceremony as it stands) -> deed with the signature."""

    put: Callable[[OfficeId, bytes], Digest]
    fetch: Callable[[OfficeId, Digest], bytes]
    now: Clock


def typeset_deed(office: OfficeId, case_id: CaseId, *, desk: DeedDesk, progress: Progress) -> None:
    """Make the deed that the party will read; an already signed one stays as it is."""
    with desk.open_transaction(Scope(office=office)) as tx:
        case = tx.cases.get(case_id)
    progress.step(1, 2, "deed.typesetting")
    made = desk.typeset_deed(case)
    digest, pages = desk.put(office, made), desk.pages_of(made)
    with desk.open_transaction(Scope(office=office)) as tx:
        case = tx.cases.get(case_id, lock=True)
        if case.deed is None:
            raise PartNotFound("deed")
        if not case.deed.signed_by:
            case.deed = replace(case.deed, object_sha256=digest.hex, pages=pages)
            case.note("deed_typeset", SYSTEM_ACTOR, desk.now(), object=digest.hex)
            tx.cases.save(case)
    progress.succeed(f"/v1/cases/{case_id}/deed")


def typeset_draft(office: OfficeId, case_id: CaseId, *, desk: DeedDesk, progress: Progress) -> None:
    """Make the draft certificate that checker and approver read; it bears no number."""
    with desk.open_transaction(Scope(office=office)) as tx:
        case = tx.cases.get(case_id)
    progress.step(1, 2, "draft.typesetting")
    digest = desk.put(office, desk.typeset_draft(case))
    with desk.open_transaction(Scope(office=office)) as tx:
        case = tx.cases.get(case_id, lock=True)
        if case.draft is None:
            raise PartNotFound("draft")
        case.draft = replace(case.draft, object_sha256=digest.hex)
        case.note("draft_typeset", SYSTEM_ACTOR, desk.now(), object=digest.hex)
        tx.cases.save(case)
    progress.succeed(f"/v1/cases/{case_id}/draft")


def sign_deed(
    office: OfficeId,
    case_id: CaseId,
    party: PartyId,
    ceremony_id: CeremonyId,
    *,
    step_up: StepUpId,
    desk: DeedDesk,
    progress: Progress,
) -> None:
    """Sign for one party, who asked for it in the live ceremony and agreed on a device.

    Whatever queued this job: without that party's own answer to ``step_up``, for the deed as
    it is now, a `StepUpRefused` is raised and no key is used. Each signature goes on top of
    the one before, so two parties never sign at once: the case tells whose file is the newest.
    """
    with desk.open_transaction(Scope(office=office)) as tx:
        case = tx.cases.get(case_id)
        ceremony = tx.ceremonies.get(ceremony_id)
        agreed = tx.step_ups.get(step_up)
    deed = case.deed
    if deed is None or deed.object_sha256 is None:
        raise PartNotFound("deed")
    if party in deed.signed_by:
        progress.succeed(f"/v1/cases/{case_id}/deed")
        return
    require_agreement_to_deed(case, ceremony, party, agreed)
    progress.step(1, 3, "deed.signing")
    base = desk.fetch(office, Digest(deed.signed_sha256 or deed.object_sha256))
    signed = desk.put(office, desk.sign(case, party, base, ceremony))
    progress.step(2, 3, "deed.recording")
    with desk.open_transaction(Scope(office=office)) as tx:
        case = tx.cases.get(case_id, lock=True)
        # Another party may have confirmed meanwhile, but must not have signed.
        if case.deed is None or _files(case.deed) != _files(deed):
            raise PartNotFound("deed as it was signed")
        ceremony = tx.ceremonies.get(ceremony_id, lock=True)
        # While the signer was at it the notary may have found that it is somebody else.
        require_agreement_to_deed(case, ceremony, party, agreed)
        case.deed = replace(case.deed, signed_sha256=signed.hex, signed_by=(*deed.signed_by, party))
        at = desk.now()
        case.note("deed_signed", SYSTEM_ACTOR, at, party=party, object=signed.hex)
        account = case.party(party).account
        ceremony.add_event(
            "deed_signed", at, by=str(account), facts={"object": signed.hex, "party": party}
        )
        tx.ceremonies.save(ceremony)
        tx.cases.save(case)
    progress.succeed(f"/v1/cases/{case_id}/deed")


def _files(deed: Deed) -> tuple[str | None, str | None]:
    return deed.object_sha256, deed.signed_sha256
