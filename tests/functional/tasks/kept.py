"""What a job reads and writes, on a real database; its machines are plain bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from server.cases.step_up import StepUpAnswer, evidence_digest
from server.tasks.deeds import DeedDesk
from server.tasks.progress import Progress
from server.transaction import Operation, Scope, Upload
from storage.objects import Digest
from tests.integration.db.filling import (
    AT,
    ceremony,
    full_case,
    kept_device,
    operation,
    step_up,
    upload,
)

if TYPE_CHECKING:
    from server.cases.case import Case, Deed
    from server.cases.ids import OfficeId
    from server.cases.step_up import StepUpId
    from server.ceremony.ceremony import Ceremony
    from server.transaction import OpenTransaction

ACCOUNT = "a-party"


@dataclass(slots=True)
class Kept:
    """One case with what belongs to it, and a store for its papers."""

    open_transaction: OpenTransaction
    case: Case
    ceremony: Ceremony
    operation: str
    objects: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, open_transaction: OpenTransaction, *, deed: Deed | None = None) -> Kept:
        case = full_case("kunming-demo", ACCOUNT)
        case.deed = deed
        held, waited_for = ceremony(case, ACCOUNT), operation(case, ACCOUNT)
        with open_transaction(Scope(office=case.office)) as tx:
            tx.cases.add(case)
            tx.ceremonies.add(held)
            tx.operations.add(waited_for)
        return cls(open_transaction, case, held, waited_for.id)

    @property
    def office(self) -> OfficeId:
        return self.case.office

    @property
    def progress(self) -> Progress:
        return Progress(
            open_transaction=self.open_transaction, office=self.office, operation=self.operation
        )

    def put(self, _: OfficeId, content: bytes) -> Digest:
        digest = Digest(hashlib.sha256(content).hexdigest())
        self.objects[digest.hex] = content
        return digest

    def fetch(self, _: OfficeId, digest: Digest) -> bytes:
        return self.objects[digest.hex]

    def desk(self) -> DeedDesk:
        return DeedDesk(
            open_transaction=self.open_transaction,
            typeset_deed=lambda case: f"deed of {case.id}".encode(),
            pages_of=lambda _: 2,
            typeset_draft=lambda case: f"draft of {case.id}".encode(),
            sign=lambda _, party, base, held: base + f" signed {party} {held.head}".encode(),
            put=self.put,
            fetch=self.fetch,
            now=lambda: AT,
        )

    def agree(
        self,
        *,
        by: str = ACCOUNT,
        answers: bool = True,
        in_ceremony: bool = True,
        signature: bytes | None = None,
    ) -> StepUpId:
        """Let a party agree to the deed as it stands, in the ceremony; return the answer's id."""
        deed = self.as_it_stands().deed
        started, key = kept_device(self.open_transaction, by)
        digest = str(deed and (deed.signed_sha256 or deed.object_sha256))
        asked = step_up(self.case, by, started, digest=digest)
        answer = StepUpAnswer(
            device=key.id,
            public_key=key.public,
            signature=signature or key.sign(asked.statement),
            at=AT,
        )
        with self.open_transaction(Scope(office=self.office)) as tx:
            tx.step_ups.add(asked)
            assert not answers or tx.step_ups.answer(asked.id, answer)
            if not in_ceremony:
                return asked.id
            held = tx.ceremonies.get(self.ceremony.id, lock=True)
            facts: dict[str, str | int | None] = {
                "object": digest,
                "step_up": asked.id,
                "agreed": evidence_digest(replace(asked, answer=answer)),
            }
            held.add_event("deed_confirmed", AT, by=ACCOUNT, facts=facts)
            tx.ceremonies.save(held)
        return asked.id

    def as_it_stands(self) -> Case:
        with self.open_transaction(Scope(office=self.office)) as tx:
            return tx.cases.get(self.case.id)

    def in_its_room(self) -> Ceremony:
        with self.open_transaction(Scope(office=self.office)) as tx:
            return tx.ceremonies.get(self.ceremony.id)

    def told(self) -> Operation:
        with self.open_transaction(Scope(office=self.office)) as tx:
            return tx.operations.get(self.operation)

    def rewrite(self, deed: Deed | None) -> None:
        """Change the deed, as somebody else's transaction does it."""
        with self.open_transaction(Scope(office=self.office)) as tx:
            case = tx.cases.get(self.case.id, lock=True)
            case.deed = deed
            tx.cases.save(case)

    def upload_in(self, state: str) -> Upload:
        sent = replace(upload(self.case, ACCOUNT), state=state)
        with self.open_transaction(Scope(office=self.office)) as tx:
            tx.uploads.add(sent)
        return sent
