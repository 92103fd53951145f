"""What the worker does, job by job; the outer edge on its side."""

from __future__ import annotations

import functools
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import structlog

from esign.errors import (
    CertificateNotHad,
    ClockUnproven,
    CustodyUnavailable,
    TimeStampUnavailable,
)
from server.cases.identity_challenges import ChallengeId
from server.cases.identity_checks import CheckId
from server.cases.ids import CaseId, OfficeId, PartyId
from server.cases.issuing import issue_case
from server.cases.jobs import Job
from server.cases.proof_of_identity import proof_of
from server.cases.step_up import StepUpId
from server.ceremony.ceremony import CeremonyId
from server.ceremony.invitations import TOKEN_BYTES, InvitationId
from server.problems.table import INTERNAL, problem_for
from server.register.errors import LogDamaged
from server.register.log_publishing import publish_log
from server.register.package_requests import PackageId
from server.tasks.deeds import DeedDesk, sign_deed, typeset_deed, typeset_draft
from server.tasks.ending_packages import end_packages
from server.tasks.ending_pictures import sweep_pictures
from server.tasks.identity import IdentityBench, abandon_check, check_identity
from server.tasks.identity_codes import CodeDesk, send_identity_code
from server.tasks.invitations import InvitationPost, send_invitation
from server.tasks.issuing import issue, sweep
from server.tasks.lapsing import lapse_overdue
from server.tasks.looking import SegmentAwaited, look_again, look_at_participant
from server.tasks.packaging import give_up_package, make_package
from server.tasks.progress import Progress
from server.tasks.transferring import TransferDesk, transfer_case
from server.tasks.uploads import admit_upload, give_up
from server.tasks.worker import Task
from server.transaction import BooksUnavailable, Scope
from server.wiring.composing import compose
from server.wiring.looking import look_desk
from server.wiring.packages import ending_desk, packaging_desk
from server.wiring.parts import UPLOAD_TERMS, now
from server.wiring.pictures import picture_desk
from server.wiring.press import press_of
from server.wiring.printing import pages_of
from server.wiring.receiving import reception
from server.wiring.stamping import log_ended, renew_stamps
from server.wiring.transparency import log_press
from storage.errors import StoreUnavailable
from storage.sweeping import drop_stale_objects, end_stale_uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from server.cases.case import Case
    from server.cases.press import Press
    from server.ceremony.ceremony import Ceremony
    from server.register.log_publishing import LogPress
    from server.tasks.uploads import Reception
    from server.wiring.parts import Parts

PASSING: Final = (
    CertificateNotHad,
    ClockUnproven,
    CustodyUnavailable,
    TimeStampUnavailable,
    StoreUnavailable,
    BooksUnavailable,
    SegmentAwaited,
)
"""Troubles that go away: the job is tried again, and the person is told it waits."""

SWEEP_EVERY: Final = "* * * * * */10"
"""Seconds stand last."""

PUBLISH_EVERY: Final = "* * * * * */5"
COMPOSITES_EVERY: Final = "* * * * *"
LOOK_EVERY: Final = "* * * * * */20"
STAGING_EVERY: Final = "17 * * * *"
LAPSE_EVERY: Final = "7 * * * *"
PICTURES_EVERY: Final = "37 * * * *"
PACKAGES_EVERY: Final = "47 * * * *"
STAMPS_EVERY: Final = "23 19 * * *"
"""At night in China; a missed night is nothing against the margin."""

STOLEN_EVERY: Final = "53 * * * *"
"""Nobody waits a night to carry on what a stolen key stamped."""

FOR_EVER: Final = 1_000_000
"""Tries of what the person agreed to and nobody else can carry out."""


def registry(parts: Parts) -> Mapping[str, Task]:
    """Return every task by the name that it is queued under."""
    bodies, abandonments = _bodies(parts), _abandonments(parts)
    tasks = {
        str(job): Task(run=_tracked(parts, job, body, abandonments.get(job)), passing=PASSING)
        for job, body in bodies.items()
    }
    press = press_of(parts)
    tasks[Job.ADMIT_UPLOAD] = Task(run=_admitting(reception(parts)), passing=PASSING)
    tasks[Job.TRANSFER_CASE] = Task(run=_transferring(parts), passing=PASSING, attempts=FOR_EVER)
    tasks[Job.SEND_IDENTITY_CODE] = Task(run=_sending_codes(parts), passing=PASSING)
    tasks[Job.SEND_INVITATION] = Task(run=_inviting(parts), passing=PASSING)
    tasks["case.lapse.sweep"] = Task(
        run=lambda: _lapse(parts),
        every=LAPSE_EVERY,
        attempts=1,
    )
    tasks["identity.pictures.sweep"] = Task(
        run=functools.partial(_sweep_pictures, parts), every=PICTURES_EVERY, attempts=1
    )
    tasks["evidence.packages.sweep"] = Task(
        run=functools.partial(_end_packages, parts), every=PACKAGES_EVERY, attempts=1
    )
    tasks["case.issue.sweep"] = Task(
        run=lambda: sweep(
            parts.catalogue.rule_packs.offices,
            press=press,
            open_transaction=parts.open_transaction,
            finish=functools.partial(_finish, press),
        ),
        every=SWEEP_EVERY,
        attempts=1,
    )
    tasks["ceremony.look.sweep"] = Task(
        run=functools.partial(_look_again, parts), every=LOOK_EVERY, attempts=1, alone=True
    )
    tasks["log.publish"] = Task(
        run=functools.partial(_publish, log_press(parts)), every=PUBLISH_EVERY, attempts=1
    )
    tasks["stamps.renew"] = Task(
        run=functools.partial(renew_stamps, parts, tell=log_ended, waits_for=PASSING),
        every=STAMPS_EVERY,
        attempts=1,
    )
    tasks["stamps.renew_stolen"] = Task(
        run=functools.partial(
            renew_stamps, parts, tell=log_ended, waits_for=PASSING, only_stolen=True
        ),
        every=STOLEN_EVERY,
        attempts=1,
    )
    tasks["ceremony.composites"] = Task(
        run=functools.partial(_compose, parts), every=COMPOSITES_EVERY, attempts=1, alone=True
    )
    tasks["staging.sweep"] = Task(
        run=functools.partial(_sweep_staging, parts), every=STAGING_EVERY, attempts=1
    )
    return tasks


def _admitting(desk: Reception) -> Callable[..., None]:
    """Return the job that takes a file in; the person is never left waiting for it."""

    def admit(*, office: str, upload: str) -> None:
        def give_up_on(_: Exception) -> None:
            give_up(OfficeId(office), upload, problem=INTERNAL.code, reception=desk)

        with outer_edge(Job.ADMIT_UPLOAD, ends=give_up_on):
            admit_upload(OfficeId(office), upload, reception=desk)

    return admit


def _sending_codes(parts: Parts) -> Callable[..., None]:
    """Return the job that sends a code; a person who gets none asks again, or goes another way."""

    def send(*, office: str, case: str, challenge: str) -> None:
        with outer_edge(Job.SEND_IDENTITY_CODE, ends=lambda _: None):
            send_identity_code(
                OfficeId(office),
                CaseId(case),
                ChallengeId(challenge),
                desk=CodeDesk(open_transaction=parts.open_transaction, send=parts.send_code),
            )

    return send


def _inviting(parts: Parts) -> Callable[..., None]:
    """Return the job that sends an invitation; one that was never sent is seen in the list."""

    def send(*, office: str, case: str, invitation: str) -> None:  # noqa: ARG001  # a job names its case
        with outer_edge(Job.SEND_INVITATION, ends=lambda _: None):
            send_invitation(
                OfficeId(office),
                InvitationId(invitation),
                post=InvitationPost(
                    open_transaction=parts.open_transaction,
                    send=parts.send_invitation,
                    new_token=lambda: secrets.token_urlsafe(TOKEN_BYTES),
                    public_url=parts.settings.public_url,
                    now=now,
                ),
            )

    return send


def _transferring(parts: Parts) -> Callable[..., None]:
    desk = TransferDesk(
        open_transaction=parts.open_transaction,
        catalogue=parts.catalogue,
        fetch=parts.get,
        put=parts.put,
        put_face=parts.put_face,
        now=now,
    )

    def transfer(*, office: str, case: str) -> None:
        transfer_case(OfficeId(office), CaseId(case), desk=desk)

    return transfer


def _lapse(parts: Parts) -> None:
    offices = parts.catalogue.rule_packs.offices
    lapsed = lapse_overdue(offices, at=now(), open_transaction=parts.open_transaction)
    if lapsed:
        structlog.get_logger("feigui.job").info("lapsed", cases=len(lapsed))


def _sweep_pictures(parts: Parts) -> None:
    swept = sweep_pictures(parts.catalogue.rule_packs.offices, desk=picture_desk(parts))
    log = structlog.get_logger("feigui.job")
    if swept.missing:
        log.error("pictures_missing", objects=swept.missing)
    log.info("pictures", ended=swept.ended, filed=swept.filed, gone=swept.gone)


def _end_packages(parts: Parts) -> None:
    gone = end_packages(parts.catalogue.rule_packs.offices, desk=ending_desk(parts))
    if gone:
        structlog.get_logger("feigui.job").info("packages", gone=gone)


def _look_again(parts: Parts) -> None:
    looked = look_again(parts.catalogue.rule_packs.offices, desk=look_desk(parts))
    if looked:
        structlog.get_logger("feigui.job").info("looked", participants=looked)


def _publish(press: LogPress) -> None:
    log = structlog.get_logger("feigui.log")
    try:
        published = publish_log(press)
    except LogDamaged as damage:
        # Nothing is published until a person has looked: docs/operations.md.
        log.critical("log_damaged", why=str(damage))
        return
    except PASSING as trouble:
        log.warning("waits", error=type(trouble).__name__)
        return
    if published is not None:
        log.info("published", entries=published.size)


def _compose(parts: Parts) -> None:
    try:
        compose(parts)
    except PASSING as trouble:
        structlog.get_logger("feigui.job").warning("waits", error=type(trouble).__name__)


def _sweep_staging(parts: Parts) -> None:
    """Let go of uploads that nobody finished; what was admitted is long in the store."""
    before, settings = now() - UPLOAD_TERMS.lifetime, parts.settings
    for bucket in (settings.staging_bucket, settings.evidence_bucket):
        end_stale_uploads(parts.s3, bucket=bucket, before=before)
    drop_stale_objects(parts.s3, bucket=settings.staging_bucket, before=before)


def _bodies(parts: Parts) -> dict[Job, Callable[..., None]]:
    desk, bench, press = deed_desk(parts), _bench(parts), press_of(parts)

    def check(progress: Progress, *, case: str, check: str) -> None:
        check_identity(
            progress.office, CaseId(case), CheckId(check), bench=bench, progress=progress
        )

    def deed(progress: Progress, *, case: str) -> None:
        typeset_deed(progress.office, CaseId(case), desk=desk, progress=progress)

    def draft(progress: Progress, *, case: str) -> None:
        typeset_draft(progress.office, CaseId(case), desk=desk, progress=progress)

    def sign(progress: Progress, *, case: str, party: str, ceremony: str, step_up: str) -> None:
        sign_deed(
            progress.office,
            CaseId(case),
            PartyId(party),
            CeremonyId(ceremony),
            step_up=StepUpId(step_up),
            desk=desk,
            progress=progress,
        )

    def issued(progress: Progress, *, case: str, step_up: str) -> None:
        issue(
            progress.office,
            CaseId(case),
            step_up=StepUpId(step_up),
            press=press,
            progress=progress,
        )

    def look(
        progress: Progress, *, case: str, ceremony: str, participant: str, challenge: str
    ) -> None:
        look_at_participant(
            progress.office,
            CaseId(case),
            CeremonyId(ceremony),
            account=participant,
            challenge=challenge or None,
            desk=look_desk(parts),
            progress=progress,
        )

    def package(progress: Progress, *, case: str, package: str) -> None:  # noqa: ARG001  # of the job's arguments
        make_package(
            progress.office, PackageId(package), desk=packaging_desk(parts), progress=progress
        )

    return {
        Job.MAKE_PACKAGE: package,
        Job.CHECK_IDENTITY: check,
        Job.LOOK_AT_PARTICIPANT: look,
        Job.TYPESET_DEED: deed,
        Job.TYPESET_DRAFT: draft,
        Job.SIGN_DEED: sign,
        Job.ISSUE_CASE: issued,
    }


def _abandonments(parts: Parts) -> Mapping[Job, Callable[..., None]]:
    """Return what becomes of work that will never end, where somebody waits for more than it."""
    bench = _bench(parts)

    def check(progress: Progress, *, case: str, check: str) -> None:
        abandon_check(progress.office, CaseId(case), CheckId(check), bench=bench)

    def package(progress: Progress, *, case: str, package: str) -> None:  # noqa: ARG001  # of the job's arguments
        give_up_package(progress.office, PackageId(package), desk=packaging_desk(parts))

    return {Job.CHECK_IDENTITY: check, Job.MAKE_PACKAGE: package}


def _tracked(
    parts: Parts, job: Job, body: Callable[..., None], abandon: Callable[..., None] | None
) -> Callable[..., None]:
    """Return ``body`` with the person's view of it kept up to date whatever happens."""

    def run(*, office: str, operation: str, **arguments: str) -> None:
        progress = Progress(
            open_transaction=parts.open_transaction,
            office=OfficeId(office),
            operation=operation,
        )

        def end(error: Exception) -> None:
            if abandon is not None:
                abandon(progress, **arguments)
            progress.fail(error)

        def wait() -> None:
            progress.step(1, 2, "waiting_for_another_try")

        with outer_edge(job, ends=end, waits=wait):
            body(progress, **arguments)

    return run


@contextmanager
def outer_edge(
    job: Job, *, ends: Callable[[Exception], None], waits: Callable[[], None] | None = None
) -> Iterator[None]:
    """Let trouble that passes through to the queue, which tries again; other trouble ends here."""
    log = structlog.get_logger("feigui.job")
    try:
        yield
    except PASSING as trouble:
        log.warning("waits", job=job, error=type(trouble).__name__)
        if waits is not None:
            waits()
        raise
    except Exception as error:  # the outer edge of the worker
        if problem_for(error) is INTERNAL:
            log.exception("failed", job=job)
        else:
            log.info("refused", job=job, error=type(error).__name__)
        ends(error)


def _finish(press: Press, office: OfficeId, case_id: CaseId) -> None:
    try:
        issue_case(office, case_id, press=press)
    except Exception as error:  # noqa: BLE001  # the outer edge of the worker
        log = structlog.get_logger("feigui.job")
        log.warning("issue_still_unfinished", error=type(error).__name__)


def _bench(parts: Parts) -> IdentityBench:
    return IdentityBench(
        open_transaction=parts.open_transaction,
        fetch=parts.get,
        put=parts.put_face,
        judge=parts.judging,
        policy=parts.judging.policy().citation,
        now=now,
    )


def deed_desk(parts: Parts) -> DeedDesk:
    def sign(case: Case, party: PartyId, deed: bytes, ceremony: Ceremony) -> bytes:
        with parts.open_transaction(Scope(office=case.office)) as tx:
            checks = tx.identity_checks.of_case(case.id)
        return parts.signing.sign_deed(
            case,
            party,
            deed,
            ceremony_head=ceremony.head,
            check_digest=proof_of(case.party(party), checks, ceremony),
        )

    return DeedDesk(
        open_transaction=parts.open_transaction,
        typeset_deed=parts.printing.deed,
        pages_of=pages_of,
        typeset_draft=parts.printing.draft,
        sign=sign,
        put=parts.put,
        fetch=parts.get,
        now=now,
    )
