"""Pictures of faces end, are locked and are destroyed: on a real database and a real store."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from server.cases.case import Milestones
from server.cases.consents import Purpose
from server.cases.identity_checks import CheckState, PicturesEndedFor
from server.cases.ids import MatterCode, OfficeId
from server.cases.status import CaseStatus
from server.catalogue.loading import load_catalogue
from server.tasks.ending_pictures import PictureDesk, sweep_pictures
from server.transaction import Scope
from storage.buckets import prepare
from storage.connection import connect
from storage.envelope import Envelope
from storage.errors import ObjectLocked, ObjectMissing
from storage.keys.local import LocalKey
from storage.keys.ring import KeyRing
from storage.objects import Digest
from storage.s3 import S3EvidenceStore
from tests.integration.db.filling import AT, full_case, identity_check
from tests.servers import seaweedfs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.cases.case import Case
    from server.cases.identity_checks import CheckId, IdentityCheck
    from server.tasks.ending_pictures import Swept
    from server.transaction import OpenTransaction

OFFICE = OfficeId("kunming-demo")
PACKS = load_catalogue().rule_packs
LOCK = timedelta(seconds=1)
WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def store() -> Iterator[S3EvidenceStore]:
    with seaweedfs.running() as server:
        s3 = connect(server.connection)
        prepare(s3, evidence="evidence", staging="staging")
        ring = KeyRing([LocalKey(secrets.token_bytes(32))])
        yield S3EvidenceStore(s3, bucket="evidence", envelope=Envelope(ring))


class KilledHereError(Exception):
    """As a process that is killed: nothing after it happens."""


@dataclass(slots=True)
class Archive:
    """An office with cases; its days are the test's, its locks the store's own seconds."""

    open_transaction: OpenTransaction
    store: S3EvidenceStore
    at: datetime = AT
    dies_after: int | None = None
    """How many objects are destroyed before the process is killed."""

    renewed: list[str] = field(default_factory=list)

    def put(self, content: bytes) -> str:
        until = datetime.now(UTC) + LOCK
        return self.store.put(OFFICE, content, retain_until=until).digest.hex

    def add(self, state: CheckState, *, live: bytes | None = None, **of_case: object) -> Checked:
        """A case with one check, whose pictures are in the store."""
        case = full_case(OFFICE, secrets.token_hex(6))
        case.matter, case.status = MatterCode("WT01"), CaseStatus.SUBMITTED
        case.rules = replace(case.rules, pack_version=PACKS.office(OFFICE).packs[0].version)
        case.milestones = Milestones(created_at=AT, submitted_at=AT)
        case.consents = [replace(each, withdrawn_at=None) for each in case.consents]
        for name, value in of_case.items():
            setattr(case, name, value)
        with self.open_transaction(Scope(office=OFFICE)) as tx:
            tx.cases.add(case)
        return self.check(case, state, live=live or secrets.token_bytes(64))

    def check(self, case: Case, state: CheckState, *, live: bytes) -> Checked:
        drawn = identity_check(case)
        if drawn.outcome is None:
            raise LookupError("the filling has an outcome")
        inputs = replace(drawn.inputs, front=self.put(secrets.token_bytes(32)), live=self.put(live))
        outcome = replace(drawn.outcome, stills=(self.put(b"still of " + live),))
        check = replace(drawn, state=state, inputs=inputs, outcome=outcome, decision=None)
        with self.open_transaction(Scope(office=OFFICE)) as tx:
            tx.identity_checks.add(check)
        return Checked(self, case, check.id)

    def sweep(self) -> Swept:
        return sweep_pictures([OFFICE], desk=self._desk())

    def locks_run_out(self) -> None:
        threading.Event().wait((LOCK + timedelta(seconds=1)).total_seconds())

    def _desk(self) -> PictureDesk:
        def renew(office: OfficeId, digest: Digest) -> None:
            self.renewed.append(digest.hex)
            self.store.extend_retention(office, digest, until=datetime.now(UTC) + LOCK)

        def extend(office: OfficeId, digest: Digest, until: datetime) -> None:
            self.store.extend_retention(office, digest, until=until)

        def discard(office: OfficeId, digest: Digest) -> None:
            if self.dies_after == 0:
                raise KilledHereError
            self.store.discard(office, digest)
            self.dies_after = None if self.dies_after is None else self.dies_after - 1

        return PictureDesk(
            open_transaction=self.open_transaction,
            office=PACKS.office,
            terms=lambda office: PACKS.at(office, AT.date()).faces,
            renew=renew,
            extend=extend,
            discard=discard,
            now=lambda: self.at,
        )


@dataclass(frozen=True, slots=True)
class Checked:
    archive: Archive
    case: Case
    id: CheckId

    def now(self) -> IdentityCheck:
        with self.archive.open_transaction(Scope(office=OFFICE)) as tx:
            return tx.identity_checks.get(self.id)

    def stored(self) -> set[str]:
        """Names of what is still in the store."""
        check = self.now()
        stills = check.outcome.stills if check.outcome else ()
        named = {"front": check.inputs.front, "live": check.inputs.live, "still": stills[0]}
        return {name for name, digest in named.items() if digest and self._is_there(digest)}

    def _is_there(self, digest: str) -> bool:
        try:
            self.archive.store.stat(OFFICE, Digest(digest))
        except ObjectMissing:
            return False
        return True

    def events(self) -> list[str]:
        with self.archive.open_transaction(Scope(office=OFFICE)) as tx:
            kinds = [e.kind for e in tx.cases.events(self.case.id)]
        return [kind for kind in kinds if "pictures" in kind]


@pytest.fixture
def archive(open_transaction: OpenTransaction, store: S3EvidenceStore) -> Archive:
    archive = Archive(open_transaction, store)
    # What other tests left is settled long before this one's days.
    archive.locks_run_out()
    archive.at = AT + timedelta(days=3650)
    archive.sweep()
    archive.at, archive.renewed = AT, []
    return archive


def test_pictures_of_a_refused_check_go_after_the_office_s_days(archive: Archive) -> None:
    refused = archive.add(CheckState.REFUSED)
    archive.at = AT + WEEK - timedelta(seconds=1)
    archive.sweep()
    assert refused.stored() == {"front", "live", "still"}

    archive.at = AT + WEEK
    archive.locks_run_out()
    swept = archive.sweep()
    assert (swept.ended, swept.gone) == (1, 1)
    # The side of the document is a paper of the case; the verdict stays.
    assert refused.stored() == {"front"}
    check = refused.now()
    assert check.pictures_ended is not None
    assert check.pictures_ended.ground is PicturesEndedFor.REFUSED
    assert (check.pictures_gone_at, check.outcome is not None) == (archive.at, True)
    assert refused.events() == ["identity_pictures_ended", "identity_pictures_gone"]
    # Nothing twice.
    again = archive.sweep()
    assert (again.ended, again.gone) == (0, 0)
    assert len(refused.events()) == 2


def test_a_lock_that_still_holds_is_waited_for(archive: Archive) -> None:
    closed = archive.add(
        CheckState.PROVEN,
        status=CaseStatus.LAPSED,
        milestones=Milestones(created_at=AT, closed_at=AT),
    )
    until = datetime.now(UTC) + timedelta(seconds=3)
    live = Digest(str(closed.now().inputs.live))
    archive.store.extend_retention(OFFICE, live, until=until)
    archive.at = AT + WEEK
    swept = archive.sweep()
    # From here on nobody is shown them, though the bytes are not gone.
    assert (swept.ended, swept.gone, swept.still_locked) == (1, 0, 1)
    assert closed.now().objects_at_hand == (closed.now().inputs.front,)
    assert "live" in closed.stored()
    with archive.open_transaction(Scope(office=OFFICE)) as tx:
        before = tx.identity_checks.faces_kept()

    threading.Event().wait(4)
    assert archive.sweep().gone == 1
    assert closed.stored() == {"front"}
    with archive.open_transaction(Scope(office=OFFICE)) as tx:
        assert tx.identity_checks.faces_kept() == before - 1


def test_evidence_of_a_completed_act_is_locked_as_long_as_its_file(archive: Archive) -> None:
    stamps = Milestones(created_at=AT, accepted_at=AT, issued_at=AT, archived_at=AT)
    filed = archive.add(CheckState.PROVEN, status=CaseStatus.ARCHIVED, milestones=stamps)
    archive.at = AT + WEEK
    archive.locks_run_out()
    assert archive.sweep().filed == 1
    until = datetime(2086, 12, 31, 16, tzinfo=UTC)
    assert filed.now().pictures_kept_until == until
    for digest in filed.now().face_objects:
        assert archive.store.stat(OFFICE, Digest(digest)).retain_until == until
        with pytest.raises(ObjectLocked):
            archive.store.discard(OFFICE, Digest(digest))
    # It is not asked about again.
    assert archive.sweep().filed == 0


def test_what_a_case_still_needs_stays_locked(archive: Archive) -> None:
    waiting = archive.add(CheckState.PERSON_DECIDES)
    archive.locks_run_out()
    archive.at = AT + timedelta(days=400)
    archive.sweep()
    assert set(archive.renewed) == waiting.now().face_objects
    live = Digest(str(waiting.now().inputs.live))
    assert archive.store.stat(OFFICE, live).retain_until > datetime.now(UTC)
    assert waiting.stored() == {"front", "live", "still"}


def test_a_withdrawn_consent_ends_what_only_it_allowed(archive: Archive) -> None:
    withdrawn = archive.add(CheckState.PROVEN)
    with archive.open_transaction(Scope(office=OFFICE)) as tx:
        case = tx.cases.get(withdrawn.case.id, lock=True)
        case.consents = [
            replace(c, withdrawn_at=AT) if c.purpose is Purpose.FACE_ONLINE else c
            for c in case.consents
        ]
        tx.cases.save(case)
    archive.at = AT + WEEK
    archive.locks_run_out()
    archive.sweep()
    assert withdrawn.stored() == {"front"}
    with archive.open_transaction(Scope(office=OFFICE)) as tx:
        # The law offers other ways to be proven; this one is over.
        assert not tx.cases.get(withdrawn.case.id).parties[0].identity_proven


def test_the_same_picture_stays_where_another_check_needs_it(archive: Archive) -> None:
    live = secrets.token_bytes(64)
    refused = archive.add(CheckState.REFUSED, live=live)
    same_case = archive.check(refused.case, CheckState.PERSON_DECIDES, live=live)
    alone = archive.add(CheckState.REFUSED, live=secrets.token_bytes(64))
    archive.at = AT + WEEK
    archive.locks_run_out()
    assert archive.sweep().gone == 2
    assert same_case.stored() == {"front", "live", "still"}
    assert alone.stored() == {"front"}


def test_the_same_picture_stays_where_another_case_needs_it(archive: Archive) -> None:
    live = secrets.token_bytes(64)
    refused = archive.add(CheckState.REFUSED, live=live)
    other = archive.add(CheckState.PERSON_DECIDES, live=live)
    archive.at = AT + WEEK
    archive.locks_run_out()
    # The other case's lock was renewed before anything was destroyed.
    assert archive.sweep().still_locked == 1
    assert other.stored() == {"front", "live", "still"}
    assert refused.now().pictures_gone_at is None


def test_a_picture_that_is_also_a_paper_of_a_case_stays(archive: Archive) -> None:
    scan = secrets.token_bytes(64)
    refused = archive.add(CheckState.REFUSED, live=scan)
    paper = archive.add(CheckState.PERSON_DECIDES)
    with archive.open_transaction(Scope(office=OFFICE)) as tx:
        case = tx.cases.get(paper.case.id, lock=True)
        live = refused.now().inputs.live
        case.materials = [replace(case.materials[0], object_sha256=live), *case.materials[1:]]
        tx.cases.save(case)
    archive.at = AT + WEEK
    archive.locks_run_out()
    assert archive.sweep().gone == 1
    assert refused.stored() == {"front", "live"}


def test_a_sweep_that_was_killed_is_finished_by_the_next(archive: Archive) -> None:
    refused = archive.add(CheckState.REFUSED)
    archive.at = AT + WEEK
    archive.locks_run_out()
    archive.dies_after = 1
    with pytest.raises(KilledHereError):
        archive.sweep()
    assert (len(refused.stored()), refused.now().pictures_gone_at) == (2, None)
    archive.dies_after = None
    assert archive.sweep().gone == 1
    assert refused.stored() == {"front"}


def test_evidence_that_the_store_has_lost_is_counted(archive: Archive) -> None:
    lost = archive.add(CheckState.PERSON_DECIDES)
    archive.locks_run_out()
    archive.store.discard(OFFICE, Digest(str(lost.now().inputs.live)))
    assert archive.sweep().missing == 1
