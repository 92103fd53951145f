"""Renew the archive time-stamps that are due, file by file; one never stops the next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from server.cases.ids import CaseId
from server.cases.restamping import files_of, renew_stamp, track_file
from server.register.certificates import CertificateId
from server.register.generations import GenerationState
from server.transaction import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from server.cases.ids import OfficeId
    from server.cases.restamping import StampDesk
    from server.register.generations import Generation, SignedFile
    from server.transaction import OpenTransaction, Transaction


class Came(StrEnum):
    """What became of a file that was due."""

    CARRIES = "carries"  # Looked at: its stamp lasts.
    RENEWED = "renewed"
    REFUSED = "refused"  # It proves nothing any more: a person has to look.
    WAITS = "waits"  # The authority, the signer or the store is down, or needs a new key.
    FAILED = "failed"  # Something else; it is tried again.


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A file, its newest generation, and until when that carries."""

    office: OfficeId
    file: SignedFile
    state: GenerationState
    carries_until: datetime | None
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of one due file."""

    file: SignedFile
    came: Came
    trouble: str | None = None


def due_stamps(
    offices: Iterable[OfficeId], *, desk: StampDesk, open_transaction: OpenTransaction
) -> Iterator[Due]:
    """Yield what has to be renewed or looked at, soonest first in each office; writes nothing."""
    for office in offices:
        with open_transaction(Scope(office=office)) as tx:
            files = [*tx.generations.untracked(), *_files(tx, desk)]
            newest = [(file, tx.generations.of_file(file)) for file in files]
        for file, every in newest:
            yield _due(office, file, every)


def renew_due(
    offices: Iterable[OfficeId],
    *,
    desk: StampDesk,
    open_transaction: OpenTransaction,
    waits_for: tuple[type[Exception], ...],
    tell: Callable[[Ended], None],
    only_stolen: bool = False,
) -> None:
    """Renew everything that is due; ``tell`` hears of each file as it ends.

    ``only_stolen``: nothing but what a stamper whose key was stolen stamped last, which is not
    to wait for a night. What was refused is not tried again then; that is for the nightly sweep
    and for a person.
    """
    for office in offices:
        if not only_stolen:
            _track(office, desk=desk, open_transaction=open_transaction)
        with open_transaction(Scope(office=office)) as tx:
            stolen = tx.generations.stamped_by(desk.stolen())
            files = stolen if only_stolen else _files(tx, desk)
        for file in files:
            tell(_ended(office, file, desk=desk, waits_for=waits_for))


def _files(tx: Transaction, desk: StampDesk) -> list[SignedFile]:
    due = tx.generations.due(before=desk.now() + desk.margin)
    stolen = tx.generations.stamped_by(desk.stolen())
    return list(dict.fromkeys([*due, *stolen]))


def _due(office: OfficeId, file: SignedFile, every: list[Generation]) -> Due:
    if not every:
        return Due(office=office, file=file, state=GenerationState.KEPT, carries_until=None)
    kept = [g.carries_until for g in every if g.state is GenerationState.KEPT]
    return Due(
        office=office,
        file=file,
        state=every[-1].state,
        carries_until=kept[-1],
        trouble=every[-1].trouble,
    )


def _track(office: OfficeId, *, desk: StampDesk, open_transaction: OpenTransaction) -> None:
    """Take in what was sealed before there was a record of generations, and its deed with it."""
    with open_transaction(Scope(office=office)) as tx:
        untracked = tx.generations.untracked()
    for file in untracked:
        with open_transaction(Scope(office=office)) as tx:
            case = tx.cases.get(CaseId(file.case), lock=True)
            for each in files_of(case, CertificateId(file.subject)):
                track_file(tx, case, each, at=desk.now(), new_id=desk.new_id)


def _ended(
    office: OfficeId,
    file: SignedFile,
    *,
    desk: StampDesk,
    waits_for: tuple[type[Exception], ...],
) -> Ended:
    began = desk.now()
    try:
        newest = renew_stamp(office, file, desk=desk)
    except waits_for as trouble:
        return Ended(file=file, came=Came.WAITS, trouble=type(trouble).__name__)
    except Exception as trouble:  # noqa: BLE001  # the outer edge: one file never stops the next
        return Ended(file=file, came=Came.FAILED, trouble=type(trouble).__name__)
    if newest.state is GenerationState.REFUSED:
        return Ended(file=file, came=Came.REFUSED, trouble=newest.trouble)
    is_new = newest.number > 1 and newest.kept_at is not None and newest.kept_at >= began
    return Ended(file=file, came=Came.RENEWED if is_new else Came.CARRIES)
