"""Carries out the queued jobs as a worker does, with plain bytes for papers and seals."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from server.cases.identity_challenges import ChallengeId
from server.cases.identity_checks import CheckId, CheckOutcome, CheckState, UnsureField
from server.cases.ids import CaseId, OfficeId, PartyId
from server.cases.jobs import Job
from server.cases.numbering import series_of
from server.cases.press import Press
from server.cases.recognising import Seen
from server.cases.step_up import StepUpId
from server.catalogue.loading import load_catalogue
from server.ceremony.ceremony import CeremonyId
from server.ceremony.invitations import InvitationId
from server.http.shown.evidence_packages import taken_by
from server.register.package_requests import PackageId
from server.tasks.deeds import DeedDesk, sign_deed, typeset_deed, typeset_draft
from server.tasks.identity import IdentityBench, Judged, check_identity
from server.tasks.identity_codes import CodeDesk, send_identity_code
from server.tasks.invitations import InvitationPost, send_invitation
from server.tasks.issuing import issue
from server.tasks.looking import (
    Compared,
    LookDesk,
    Piece,
    Still,
    Wanted,
    look_at_participant,
)
from server.tasks.packaging import PackagingDesk, make_package
from server.tasks.progress import Progress
from server.tasks.transferring import TransferDesk, transfer_case
from server.transaction import Scope
from tests.functional.case.platform import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Engine

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.register.certificates import Certificate
    from server.tasks.identity import Pictures
    from server.tasks.packaging import Pack
    from server.transaction import Transaction
    from tests.functional.case.platform import Platform

SOMEBODY_ELSE = b"somebody else"
TAKE = text(
    "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'todo'"
    " RETURNING id, task_name, args"
)


@dataclass(slots=True, kw_only=True)
class Worker:
    platform: Platform
    engine: Engine
    finds: CheckState = CheckState.PROVEN
    """How the next identity check ends."""

    doubts: tuple[str, ...] = ("face_uncertain",)
    """What it ends with, unless it is proven."""

    judge: Callable[[Pictures], Judged] | None = None
    """Who looks instead, and finds what there is."""

    unsure: dict[str, str] = field(default_factory=dict)
    """Fields that are read without certainty."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    """Codes to registered contacts: phone, code, language."""

    taken: list[str] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    def run(self) -> list[str]:
        """Carry out everything that is queued; return the names of the jobs."""
        with self.engine.begin() as connection:
            queued = sorted(connection.execute(TAKE).all())
        for _, name, arguments in queued:
            self._carry_out(Job(name), **arguments)
        return [name for _, name, _ in queued]

    def _carry_out(
        self, job: Job, *, office: str, case: str, operation: str = "", **ids: str
    ) -> None:
        progress = Progress(
            open_transaction=self.platform.open_transaction,
            office=OfficeId(office),
            operation=operation,
        )
        at, what = OfficeId(office), CaseId(case)
        bodies: dict[Job, Callable[[], Any]] = {
            Job.CHECK_IDENTITY: lambda: check_identity(
                at, what, CheckId(ids["check"]), bench=self._bench(), progress=progress
            ),
            Job.SEND_IDENTITY_CODE: lambda: send_identity_code(
                at,
                what,
                ChallengeId(ids["challenge"]),
                desk=CodeDesk(
                    open_transaction=self.platform.open_transaction,
                    send=lambda *message: self.sent.append(message),
                ),
            ),
            Job.TYPESET_DEED: lambda: typeset_deed(at, what, desk=self._desk(), progress=progress),
            Job.TYPESET_DRAFT: lambda: typeset_draft(
                at, what, desk=self._desk(), progress=progress
            ),
            Job.SIGN_DEED: lambda: sign_deed(
                at,
                what,
                PartyId(ids["party"]),
                CeremonyId(ids["ceremony"]),
                step_up=StepUpId(ids["step_up"]),
                desk=self._desk(),
                progress=progress,
            ),
            Job.LOOK_AT_PARTICIPANT: lambda: look_at_participant(
                at,
                what,
                CeremonyId(ids["ceremony"]),
                account=ids["participant"],
                challenge=ids["challenge"] or None,
                desk=self.look_desk(),
                progress=progress,
            ),
            Job.ISSUE_CASE: lambda: issue(
                at,
                what,
                step_up=StepUpId(ids["step_up"]),
                press=self._press(),
                progress=progress,
            ),
            Job.SEND_INVITATION: lambda: send_invitation(
                at, InvitationId(ids["invitation"]), post=self.post()
            ),
            Job.MAKE_PACKAGE: lambda: make_package(
                at, PackageId(ids["package"]), desk=self._packaging_desk(), progress=progress
            ),
            Job.TRANSFER_CASE: lambda: transfer_case(at, what, desk=self._transfer_desk()),
        }
        bodies[job]()

    def post(self) -> InvitationPost:
        return InvitationPost(
            open_transaction=self.platform.open_transaction,
            send=lambda *message: self.sent.append(message),
            new_token=lambda: secrets.token_urlsafe(32),
            public_url="https://feigui.example",
            now=self.platform.clock,
        )

    def _bench(self) -> IdentityBench:
        def judge(_: Pictures) -> Judged:
            outcome = CheckOutcome(
                doubts=() if self.finds is CheckState.PROVEN else self.doubts,
                face_score=0.97,
                policy_citation="test policy",
                name="欧阳明",
                id_number="53010219710321001X",
                valid_until=None,
                unsure=tuple(UnsureField(field=f, text=t) for f, t in self.unsure.items()),
                finished_at=self.platform.clock(),
            )
            return Judged(state=self.finds, outcome=outcome, stills=(b"still",))

        return IdentityBench(
            open_transaction=self.platform.open_transaction,
            fetch=self.platform.fetch,
            put=self.platform.put,
            judge=self.judge or judge,
            policy="test policy",
            now=self.platform.clock,
        )

    def look_desk(self) -> LookDesk:
        """Segments here are plain bytes: what is seen in them is what they say."""

        def stills(pieces: Sequence[Piece], wanted: Wanted) -> list[Still]:
            found = [Still(each.starts_ms, each.content) for each in pieces]
            return found[-wanted.most :]

        def compare(_: bytes, __: bool, seen: Sequence[bytes]) -> Compared:  # as the port has it
            other = any(SOMEBODY_ELSE in still for still in seen)
            doubts = ("face_no_match",) if other else ()
            return Compared(
                seen=Seen.OTHER if other else Seen.SAME,
                doubts=doubts,
                likeness=0.1 if other else 0.7,
                policy="test policy",
            )

        bench = self._bench()
        return LookDesk(
            open_transaction=self.platform.open_transaction,
            fetch=self.platform.fetch,
            stills=stills,
            judge=bench.judge,
            compare=compare,
            policy="test policy",
            now=self.platform.clock,
        )

    def _desk(self) -> DeedDesk:
        return DeedDesk(
            open_transaction=self.platform.open_transaction,
            typeset_deed=lambda case: f"%PDF deed of {case.id}".encode(),
            pages_of=lambda _: 2,
            typeset_draft=lambda case: f"%PDF draft of {case.id}".encode(),
            sign=lambda _, party, deed, held: deed + f" {party} {held.head}".encode(),
            put=self.platform.put,
            fetch=self.platform.fetch,
            now=self.platform.clock,
        )

    def _transfer_desk(self) -> TransferDesk:
        return TransferDesk(
            open_transaction=self.platform.open_transaction,
            catalogue=load_catalogue(),
            fetch=self.platform.fetch,
            put=self.platform.put,
            put_face=self.platform.put,
            now=self.platform.clock,
        )

    def _packaging_desk(self) -> PackagingDesk:
        def gather(tx: Transaction, case: Case, certificate: Certificate, actor: Actor) -> Pack:
            takes = taken_by(case, actor, partial(tx.cases.events, case.id))
            items = [each.item for each in takes.materials]
            return lambda _: f"PK {certificate.id} {takes.audience} {items}".encode()

        return PackagingDesk(
            open_transaction=self.platform.open_transaction,
            gather=gather,
            put=self.platform.put,
            keep=lambda _: timedelta(days=7),
            now=self.platform.clock,
            reach=lambda _: None,
        )

    def _press(self) -> Press:
        packs = load_catalogue().rule_packs

        def print_number(case: Case, year: int, sequence: int) -> str:
            pack = packs.at(case.office, self.platform.clock.at.date())
            return pack.numbering_of(series_of(case)).number(year=year, seq=sequence)

        return Press(
            open_books=lambda office: self.platform.open_transaction(Scope(office=office)),
            series_of=series_of,
            print_number=print_number,
            typeset=lambda case, certificate: f"%PDF {case.id} {certificate.number.text}".encode(),
            seal=lambda _, __, prepared, ___: prepared + b" sealed",
            put=self.platform.put,
            get=self.platform.fetch,
            new_id=new_id,
            public_id=lambda: f"public-{next(self._ids)}",
            check_code=lambda: f"CODE{next(self._ids)}",
            now=self.platform.clock,
            reach=lambda _: None,
        )
