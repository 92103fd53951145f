"""Make an evidence package that somebody asked for.

Whoever dies in the middle leaves a request under way and nothing else: the next run reads
the case again. What goes into a package is the same for the same state of a case, and the
seal over it is made once and kept, so the second run ends with the same bytes or finds
them in the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.access.errors import NotPermitted
from server.cases.actor import Actor
from server.cases.errors import CaseNotFound
from server.cases.ids import AccountId, CaseId
from server.cases.roles import Role
from server.cases.step_up import (
    MAY_ASK,
    KeyUse,
    StepUpId,
    Wanted,
    require_answered,
    shown_certificates,
)
from server.register.certificates import CertificateId
from server.register.package_requests import PackageState, given_up, made, taken_up
from server.transaction import Scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import timedelta

    from server.cases.case import Case
    from server.cases.ids import Clock, OfficeId
    from server.register.certificates import Certificate
    from server.register.package_requests import PackageId, PackageRequest
    from server.tasks.progress import Progress
    from server.transaction import OpenTransaction, Transaction
    from storage.objects import Digest

    OpenBooks = Callable[[], AbstractContextManager[Transaction]]
    # Reads in the given transaction what there is to read; what it returns fetches and
    # seals with none open, and opens short ones for the seal's record.
    Pack = Callable[[OpenBooks], bytes]
    Gather = Callable[[Transaction, Case, Certificate, Actor], Pack]

STEPS: Final = 3


class PackageFault(StrEnum):
    """Where a fault test kills whoever makes a package."""

    TAKEN_UP = "package_taken_up"
    SEAL_INTENDED = "package_seal_intended"
    SEAL_MADE = "package_seal_made"
    PACKED = "package_packed"
    STORED = "package_stored"
    BEFORE_COMMIT = "package_before_commit"
    READY = "package_ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagingDesk:
    open_transaction: OpenTransaction
    gather: Gather
    put: Callable[[OfficeId, bytes], Digest]
    keep: Callable[[OfficeId], timedelta]
    """For how long, by the office's rule pack of today."""

    now: Clock
    reach: Callable[[str], None]


def make_package(
    office: OfficeId, package: PackageId, *, desk: PackagingDesk, progress: Progress
) -> None:
    """Make it, or say again that it is made.

    Raises a `StepUpRefused` where nobody agreed, `NotPermitted` or `CaseNotFound` where who
    asked may no longer have it, and whatever store, signer or time-stamp authority raise.
    """
    # (1) Under way, on record before anything is fetched or a key is used.
    with desk.open_transaction(Scope(office=office)) as tx:
        asked = tx.package_requests.get(package, lock=True)
        pack = None if asked.state is PackageState.READY else _taken_up(tx, asked, desk)
    if pack is not None:
        desk.reach(PackageFault.TAKEN_UP)
        _make(office, asked, pack, desk=desk, progress=progress)
    place = f"/v1/cases/{asked.case}/certificates/{asked.certificate}"
    progress.succeed(f"{place}/evidence-packages/{asked.id}")


def _taken_up(tx: Transaction, asked: PackageRequest, desk: PackagingDesk) -> Pack:
    tx.package_requests.save(taken_up(asked))
    return _gathered(tx, asked, desk)


def _make(
    office: OfficeId,
    asked: PackageRequest,
    pack: Pack,
    *,
    desk: PackagingDesk,
    progress: Progress,
) -> None:
    # (2) With no transaction open: store, signer and time-stamp authority may take their time.
    progress.step(1, STEPS, "package.sealing")
    content = pack(lambda: desk.open_transaction(Scope(office=office)))
    desk.reach(PackageFault.PACKED)
    progress.step(2, STEPS, "package.storing")
    stored = desk.put(office, content)
    desk.reach(PackageFault.STORED)

    # (3) Only what lies in the store is called ready.
    with desk.open_transaction(Scope(office=office)) as tx:
        current = tx.package_requests.get(asked.id, lock=True)
        if current.state.is_open:
            size, keep = len(content), desk.keep(office)
            ready = made(current, stored.hex, size=size, at=desk.now(), keep=keep)
            tx.package_requests.save(ready)
        desk.reach(PackageFault.BEFORE_COMMIT)
    desk.reach(PackageFault.READY)


def give_up_package(office: OfficeId, package: PackageId, *, desk: PackagingDesk) -> None:
    """Say that it will not be made; whoever asked may ask again."""
    with desk.open_transaction(Scope(office=office)) as tx:
        tx.package_requests.save(given_up(tx.package_requests.get(package, lock=True)))


def _gathered(tx: Transaction, asked: PackageRequest, desk: PackagingDesk) -> Pack:
    """Look again, behind the API: at who asks, and at what was agreed to."""
    case = tx.cases.get(CaseId(asked.case))
    certificate = tx.certificates.get(CertificateId(asked.certificate))
    wanted = Wanted(
        use=KeyUse.TAKE_EVIDENCE,
        case=case.id,
        digests=shown_certificates([certificate]),
        account=AccountId(asked.account),
    )
    require_answered(tx.step_ups.get(StepUpId(asked.step_up)), wanted)
    return desk.gather(tx, case, certificate, _actor(tx, case, asked))


def _actor(tx: Transaction, case: Case, asked: PackageRequest) -> Actor:
    """Return who asked, with what the person may do today."""
    account = AccountId(asked.account)
    if asked.by_party:
        if not case.has_party(account):
            raise CaseNotFound
        return Actor(account=account, roles=frozenset({Role.APPLICANT}))
    staff = tx.accounts.staff(account)
    if not (staff.is_active and staff.roles & MAY_ASK[KeyUse.TAKE_EVIDENCE]):
        raise NotPermitted
    return Actor(account=account, roles=staff.roles)
