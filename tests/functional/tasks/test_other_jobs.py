"""Uploads, identity checks, progress and the sweep: what each job leaves on record."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from identity.images.refusal import FileRefused, RefusalCode
from server.cases.consents import Purpose
from server.cases.errors import PartNotFound
from server.cases.identity_checks import CheckId, CheckState
from server.cases.press import Press
from server.register.certificates import CertificateStatus
from server.tasks.identity import (
    IdentityBench,
    Judged,
    Pictures,
    abandon_check,
    check_identity,
)
from server.tasks.issuing import STUCK_AFTER, sweep
from server.tasks.uploads import Reception, admit_upload, give_up
from server.transaction import Scope
from storage.errors import ContentMismatch, UploadMissing
from tests.functional.tasks.kept import Kept
from tests.integration.db.filling import AT, DIGEST, certificate, fresh, identity_check

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.identity_checks import IdentityCheck
    from server.cases.ids import CaseId, OfficeId
    from server.transaction import OpenTransaction, Upload


@dataclass(slots=True)
class Hall:
    """A reception that says what was done with an upload."""

    kept: Kept
    trouble: Exception | None = None
    """What examining or admitting comes to."""

    admitted_before: bool = False
    done: list[str] = field(default_factory=list)

    def reception(self) -> Reception:
        return Reception(
            open_transaction=self.kept.open_transaction,
            is_admitted=lambda _: self.admitted_before,
            examine=lambda _: self._do("examined", FileRefused),
            admit=lambda _: self._do("admitted", ContentMismatch, UploadMissing),
            abort=lambda _: self.done.append("aborted"),
        )

    def take_in(self, upload: Upload) -> Upload:
        admit_upload(self.kept.office, upload.id, reception=self.reception())
        with self.kept.open_transaction(Scope(office=self.kept.office)) as tx:
            return tx.uploads.get(upload.id)

    def _do(self, what: str, *trouble: type[Exception]) -> None:
        self.done.append(what)
        if isinstance(self.trouble, trouble):
            raise self.trouble


def test_a_good_file_is_examined_and_then_evidence(open_transaction: OpenTransaction) -> None:
    hall = Hall(Kept.of(open_transaction))
    assert hall.take_in(hall.kept.upload_in("completing")).state == "stored"
    assert hall.done == ["examined", "admitted"]


def test_after_a_crash_what_is_evidence_already_is_not_examined_again(
    open_transaction: OpenTransaction,
) -> None:
    hall = Hall(Kept.of(open_transaction), admitted_before=True)
    assert hall.take_in(hall.kept.upload_in("completing")).state == "stored"
    assert hall.done == ["admitted"]


@pytest.mark.parametrize(
    ("trouble", "problem"),
    [
        # A script in a PDF.
        (FileRefused(RefusalCode.PDF_SCRIPT), "pdf_script"),
        # Other bytes than were announced.
        (ContentMismatch(), "content_mismatch"),
        # Nothing arrived at all.
        (UploadMissing(), "content_mismatch"),
    ],
)
def test_a_refused_file_is_removed_and_the_reason_is_a_code(
    open_transaction: OpenTransaction, trouble: Exception, problem: str
) -> None:
    hall = Hall(Kept.of(open_transaction), trouble)
    ended = hall.take_in(hall.kept.upload_in("completing"))
    assert (ended.state, ended.problem) == ("refused", problem)
    assert hall.done[-1] == "aborted"


@pytest.mark.parametrize("state", ["open", "stored", "refused"])
def test_only_a_completed_upload_is_taken_in(open_transaction: OpenTransaction, state: str) -> None:
    hall = Hall(Kept.of(open_transaction))
    assert hall.take_in(hall.kept.upload_in(state)).state == state
    assert hall.done == []


@pytest.mark.parametrize(
    ("state", "ended"),
    [
        # The person can send the file again.
        ("completing", ("refused", "internal")),
        # What came to its end before is left alone.
        ("stored", ("stored", None)),
    ],
)
def test_an_upload_that_our_mistake_stopped_does_not_wait_for_ever(
    open_transaction: OpenTransaction, state: str, ended: tuple[str, str | None]
) -> None:
    hall = Hall(Kept.of(open_transaction))
    upload = hall.kept.upload_in(state)
    give_up(hall.kept.office, upload.id, problem="internal", reception=hall.reception())
    with open_transaction(Scope(office=hall.kept.office)) as tx:
        found = tx.uploads.get(upload.id)
    assert (found.state, found.problem) == ended


def test_a_check_that_our_mistake_stopped_is_left_to_a_notary(
    open_transaction: OpenTransaction,
) -> None:
    kept = Kept.of(open_transaction)
    ready = identity_check(kept.case)
    with open_transaction(Scope(office=kept.office)) as tx:
        tx.identity_checks.add(replace(ready, state=CheckState.QUEUED, outcome=None, decision=None))
    bench = IdentityBench(
        open_transaction=open_transaction,
        fetch=kept.fetch,
        put=kept.put,
        judge=lambda _: (_ for _ in ()).throw(AssertionError),
        policy="p",
        now=lambda: AT,
    )
    for _ in range(2):  # a second run changes nothing
        abandon_check(kept.office, kept.case.id, CheckId(ready.id), bench=bench)
    with open_transaction(Scope(office=kept.office)) as tx:
        found = tx.identity_checks.get(CheckId(ready.id))
    assert found.state is CheckState.PERSON_DECIDES
    assert found.outcome is not None
    assert (found.outcome.doubts, found.outcome.face_score) == (("check_unavailable",), None)


def checked(kept: Kept) -> tuple[Pictures, IdentityCheck]:
    """Run a check of a face and return what was looked at and what is on record."""
    looked_at: list[Pictures] = []
    ready = identity_check(kept.case)
    queued = replace(ready, state=CheckState.QUEUED, outcome=None, decision=None)
    kept.objects[DIGEST] = b"picture"
    with kept.open_transaction(Scope(office=kept.office)) as tx:
        tx.identity_checks.add(queued)

    def judge(pictures: Pictures) -> Judged:
        looked_at.append(pictures)
        if ready.outcome is None:
            raise LookupError("the filling has an outcome")
        return Judged(
            state=CheckState.PERSON_DECIDES, outcome=ready.outcome, stills=(b"one", b"two")
        )

    bench = IdentityBench(
        open_transaction=kept.open_transaction,
        fetch=kept.fetch,
        put=kept.put,
        judge=judge,
        policy="p",
        now=lambda: AT,
    )
    check = CheckId(queued.id)
    check_identity(kept.office, kept.case.id, check, bench=bench, progress=kept.progress)
    with kept.open_transaction(Scope(office=kept.office)) as tx:
        return looked_at[0], tx.identity_checks.get(check)


@pytest.mark.parametrize(
    ("withdrawn_at", "live"),
    [
        # Consent to face data holds.
        (None, b"picture"),
        # It was withdrawn while the check was waiting (PIPL Art. 15).
        (AT, None),
    ],
)
def test_a_face_is_looked_at_while_the_consent_holds(
    open_transaction: OpenTransaction, withdrawn_at: datetime | None, live: bytes | None
) -> None:
    kept = Kept.of(open_transaction)
    with open_transaction(Scope(office=kept.office)) as tx:
        case = tx.cases.get(kept.case.id, lock=True)
        case.consents = [
            replace(c, withdrawn_at=withdrawn_at) if c.purpose is Purpose.FACE_ONLINE else c
            for c in case.consents
        ]
        tx.cases.save(case)
    pictures, check = checked(kept)
    assert (pictures.front, pictures.back, pictures.live) == (b"picture", None, live)
    assert check.state is CheckState.PERSON_DECIDES


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        # What the table knows is told by its code.
        (PartNotFound("deed"), "part_not_found"),
        # What it does not know tells nothing of itself.
        (RuntimeError("欧阳明, 53010219710321001X"), "internal"),
    ],
)
def test_failed_work_tells_a_code_and_never_the_error_s_words(
    open_transaction: OpenTransaction, error: Exception, problem: str
) -> None:
    kept = Kept.of(open_transaction)
    kept.progress.fail(error)
    assert (kept.told().state, kept.told().problem) == ("failed", problem)


def intended(kept: Kept, ago: timedelta, status: CertificateStatus) -> CaseId:
    with kept.open_transaction(Scope(office=kept.office)) as tx:
        sequence = tx.numbers.allot(year=2026, series="外")
        tx.certificates.add(
            certificate(
                kept.case, sequence, id=fresh("certificate"), status=status, intended_at=AT - ago
            )
        )
    return kept.case.id


def press(kept: Kept) -> Press:
    def never(*_: object) -> str:
        raise AssertionError("the sweep itself seals nothing")

    return Press(
        open_books=lambda office: kept.open_transaction(Scope(office=office)),
        series_of=never,
        print_number=never,
        typeset=lambda *_: never().encode(),
        seal=lambda *_: never().encode(),
        put=kept.put,
        get=kept.fetch,
        new_id=never,
        public_id=never,
        check_code=never,
        now=lambda: AT,
        reach=lambda _: None,
    )


def test_the_sweep_takes_up_what_was_begun_a_while_ago_and_not_sealed(
    open_transaction: OpenTransaction,
) -> None:
    stuck, fresh_one, sealed = (Kept.of(open_transaction) for _ in range(3))
    long_ago, just_now = STUCK_AFTER + timedelta(seconds=1), timedelta(seconds=1)
    left = intended(stuck, long_ago, CertificateStatus.INTENDED)
    intended(fresh_one, just_now, CertificateStatus.INTENDED)
    intended(sealed, long_ago, CertificateStatus.VALID)
    finished: list[tuple[OfficeId, CaseId]] = []
    sweep(
        [stuck.office],
        press=press(stuck),
        open_transaction=open_transaction,
        finish=lambda office, case: finished.append((office, case)),
    )
    assert finished == [(stuck.office, left)]
