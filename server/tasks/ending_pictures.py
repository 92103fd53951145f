"""End, lock and destroy pictures of faces as the rule packs say; `server.cases.picture_keeping`.

Locks are what is counted by: whatever check or file still needs an object keeps its lock in
the future. So every lock is renewed before anything is destroyed, and where one cannot be
renewed nothing is destroyed in this run. A compliance lock cannot be shortened: pictures get
a short one first, and the long one of the archive only once their case is archived.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.cases.actor import SYSTEM_ACTOR
from server.cases.picture_keeping import Ending, Filed, end_pictures, keeping_of, kept_until
from server.transaction import Scope
from storage.errors import ObjectLocked, ObjectMissing
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from server.cases.case import Case
    from server.cases.identity_checks import CheckId, IdentityCheck
    from server.cases.ids import CaseId, Clock, OfficeId
    from server.catalogue.rule_packs import FaceTerms, Office
    from server.transaction import OpenTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureDesk:
    open_transaction: OpenTransaction
    office: Callable[[OfficeId], Office]
    terms: Callable[[OfficeId], FaceTerms]
    """Of the rule pack in force today: how long is a promise of the office, not of a case."""

    renew: Callable[[OfficeId, Digest], None]
    """Give an object the short lock again, if it runs out; raises `ObjectMissing`."""

    extend: Callable[[OfficeId, Digest, datetime], None]
    """Lock an object until the end of its file's term; raises `ObjectMissing`."""

    discard: Callable[[OfficeId, Digest], None]
    """Destroy what nothing keeps; raises `ObjectLocked`, `ObjectMissing`."""

    now: Clock


@dataclass(slots=True)
class Swept:
    """How many checks' pictures: for the log, and for whoever watches it."""

    ended: int = 0
    filed: int = 0
    gone: int = 0
    still_locked: int = 0
    missing: int = 0
    """Objects that a check needs and the store does not have."""


def sweep_pictures(offices: Iterable[OfficeId], *, desk: PictureDesk) -> Swept:
    """Do what is due. Running it again does nothing twice; it may die anywhere."""
    swept = Swept()
    every = [(office, case) for office in offices for case in _cases(office, desk)]
    for office, case_id in every:
        _Round(office, case_id, desk, swept).keep()
    for office, case_id in every:
        _Round(office, case_id, desk, swept).destroy()
    return swept


def _cases(office: OfficeId, desk: PictureDesk) -> list[CaseId]:
    with desk.open_transaction(Scope(office=office)) as tx:
        return list(tx.identity_checks.cases_with_pictures())


def _waits(check: IdentityCheck) -> bool:
    """Say whether it is still open what becomes of the pictures."""
    settled = check.pictures_ended is not None or check.pictures_kept_until is not None
    return bool(check.face_objects) and not settled


@dataclass(frozen=True, slots=True)
class _Round:
    office: OfficeId
    case_id: CaseId
    desk: PictureDesk
    swept: Swept

    def keep(self) -> None:
        # (1) What ends is on record before anything else happens to it.
        case, checks = self._end_what_is_due()

        # (2) Locks, with no transaction open: the store may take its time.
        filed = {}
        for check in checks:
            keeping = keeping_of(case, check)
            if isinstance(keeping, Filed):
                until = kept_until(case, keeping, self.desk.office(self.office))
                self._lock(check, until)
                filed[check.id] = until
            elif keeping.may_be_needed:
                self._lock(check, None)

        # (3) Only now are they filed: until then they are asked about again.
        if filed:
            with self.desk.open_transaction(Scope(office=self.office)) as tx:
                for check_id, until in filed.items():
                    check = tx.identity_checks.get(check_id, lock=True)
                    tx.identity_checks.save(replace(check, pictures_kept_until=until))
            self.swept.filed += len(filed)

    def _end_what_is_due(self) -> tuple[Case, list[IdentityCheck]]:
        """Return the case and the checks whose pictures stay."""
        terms, at = self.desk.terms(self.office), self.desk.now()
        with self.desk.open_transaction(Scope(office=self.office)) as tx:
            case = tx.cases.get(self.case_id, lock=True)
            checks = {check.id: check for check in tx.identity_checks.of_case(self.case_id)}
            waiting = [check for check in checks.values() if _waits(check)]
            for check in waiting:
                keeping = keeping_of(case, check)
                if isinstance(keeping, Ending) and keeping.is_due(terms, at=at):
                    ended = end_pictures(case, check, keeping, others=checks.values(), at=at)
                    tx.identity_checks.save(ended)
                    checks[check.id] = ended
            staying = [check for check in waiting if checks[check.id].pictures_ended is None]
            if len(staying) < len(waiting):
                tx.cases.save(case)
            self.swept.ended += len(waiting) - len(staying)
        return case, staying

    def _lock(self, check: IdentityCheck, until: datetime | None) -> None:
        """Lock until a moment, or anew for the short time."""
        for digest in map(Digest, sorted(check.face_objects)):
            try:
                if until is None:
                    self.desk.renew(self.office, digest)
                else:
                    self.desk.extend(self.office, digest, until)
            except ObjectMissing:
                self.swept.missing += 1

    def destroy(self) -> None:
        """Destroy what was ended and what nothing else names, and say so once it is gone."""
        with self.desk.open_transaction(Scope(office=self.office)) as tx:
            checks = tx.identity_checks.of_case(self.case_id)
            going = [c for c in checks if c.pictures_ended and c.pictures_gone_at is None]
            needed = {digest for check in checks for digest in check.objects_at_hand}
            shown = {digest for check in going for digest in check.face_objects}
            needed |= {digest for digest in shown if tx.identity_checks.is_paper(digest)}
        gone = [c.id for c in going if self._is_gone(c.face_objects - needed)]
        if gone:
            self._put_on_record(gone)

    def _is_gone(self, digests: Iterable[str]) -> bool:
        gone = True
        for digest in sorted(digests):
            try:
                self.desk.discard(self.office, Digest(digest))
            except ObjectMissing:
                pass  # An earlier run destroyed it and died.
            except ObjectLocked:
                gone = False
        self.swept.still_locked += not gone
        return gone

    def _put_on_record(self, gone: Iterable[CheckId]) -> None:
        with self.desk.open_transaction(Scope(office=self.office)) as tx:
            case, at = tx.cases.get(self.case_id, lock=True), self.desk.now()
            for check_id in gone:
                check = tx.identity_checks.get(check_id, lock=True)
                tx.identity_checks.save(replace(check, pictures_gone_at=at))
                case.note("identity_pictures_gone", SYSTEM_ACTOR, at, check=check_id)
                self.swept.gone += 1
            tx.cases.save(case)
