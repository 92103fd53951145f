"""What a person answers before a key is used: this act, on this document, in this session.

What you see is what you sign: the answer is a signature of the person's own device over a
statement that names the act, the case and the SHA-256 of what was shown. 电子签名法 Art. 13:
only the signer controls the signature at the moment of signing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

from server.cases.device_keys import require_device_signature
from server.cases.errors import (
    StepUpExpired,
    StepUpNotFound,
    StepUpOfAnotherAct,
    StepUpOfAnotherCase,
    StepUpOfAnotherDocument,
    StepUpUnanswered,
)
from server.cases.ids import AccountId, CaseId, OfficeId
from server.cases.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.register.certificates import Certificate

StepUpId = NewType("StepUpId", str)

STATEMENT: Final = "feigui.step-up.v1"
LIFE: Final = timedelta(minutes=2)
NONCE_BYTES: Final = 32


class KeyUse(StrEnum):
    """The acts that a key is used upon."""

    SIGN_DEED = "sign_deed"  # The party's event key.
    APPROVE = "approve"  # The way to the notary's signature and the office's seal.
    APPROVE_ENFORCEMENT = "approve_enforcement"  # The same, for an enforcement certificate.
    ISSUE = "issue"  # Notary's signature and office's seal.
    TAKE_EVIDENCE = "take_evidence"  # The office's seal, over what leaves the office.


MAY_ASK: Final[dict[KeyUse, frozenset[Role]]] = {
    # Of nobody else: staff can never have a party's key used.
    KeyUse.SIGN_DEED: frozenset({Role.APPLICANT}),
    KeyUse.APPROVE: frozenset({Role.APPROVER, Role.DIRECTOR}),
    KeyUse.APPROVE_ENFORCEMENT: frozenset({Role.APPROVER, Role.DIRECTOR}),
    KeyUse.ISSUE: frozenset({Role.NOTARY, Role.ISSUING_CLERK}),
    KeyUse.TAKE_EVIDENCE: frozenset(
        {
            Role.APPLICANT,
            Role.NOTARY,
            Role.APPROVER,
            Role.DIRECTOR,
            Role.ISSUING_CLERK,
            Role.ARCHIVIST,
            Role.INSPECTOR,
        }
    ),
}


OF_THE_DRAFT: Final = frozenset({KeyUse.APPROVE, KeyUse.APPROVE_ENFORCEMENT, KeyUse.ISSUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUpAnswer:
    device: str
    public_key: bytes
    """Of the device; SubjectPublicKeyInfo."""

    signature: bytes
    """Over the statement; DER."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUp:
    id: StepUpId
    office: OfficeId
    case: CaseId
    account: AccountId
    session: str
    use: KeyUse
    digest: str
    """SHA-256, hex, of the document as it was shown."""

    nonce: bytes
    issued_at: datetime
    expires_at: datetime
    answer: StepUpAnswer | None = None

    @property
    def statement(self) -> str:
        """What the device signs: canonical JSON (RFC 8785) over ASCII texts only."""
        told = {
            "action": str(self.use),
            "case": self.case,
            "challenge": self.id,
            "digest": self.digest,
            "expires_at": _written(self.expires_at),
            "nonce": self.nonce.hex(),
            "session": self.session,
            "type": STATEMENT,
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a key is about to be used for."""

    use: KeyUse
    case: CaseId
    digests: frozenset[str]
    account: AccountId | None = None
    """Who must have answered, where it can be only one."""


def shown_digests(case: Case, use: KeyUse) -> frozenset[str]:
    """Return the digests of what a person can be shown now and agree to."""
    found: tuple[str | None, ...] = ()
    if use in OF_THE_DRAFT and case.draft is not None:
        found = (case.draft.object_sha256,)
    if use is KeyUse.SIGN_DEED and case.deed is not None:
        found = (case.deed.object_sha256, case.deed.signed_sha256)
    return frozenset(digest for digest in found if digest is not None)


def shown_certificates(certificates: Iterable[Certificate]) -> frozenset[str]:
    """Return the digests of sealed certificates whose evidence a person can agree to take."""
    found = (
        digest
        for each in certificates
        for digest in (each.sealed_sha256, each.renewed_sha256)
        if digest is not None
    )
    return frozenset(found)


def refuse_another(step_up: StepUp, wanted: Wanted) -> None:
    """Raise what differs between what was agreed to and what is wanted."""
    if step_up.case != wanted.case:
        raise StepUpOfAnotherCase
    if step_up.use is not wanted.use:
        raise StepUpOfAnotherAct
    if step_up.digest not in wanted.digests:
        raise StepUpOfAnotherDocument
    if wanted.account is not None and step_up.account != wanted.account:
        raise StepUpNotFound


def require_answered(step_up: StepUp, wanted: Wanted) -> StepUpAnswer:
    """Return the answer upon which a key may be used, or raise why it may not.

    Asked again where the key is used, behind the API: a job that nobody agreed to does
    nothing, and what stands in a row is believed only with the device's signature.
    """
    refuse_another(step_up, wanted)
    answer = step_up.answer
    if answer is None:
        raise StepUpUnanswered
    if not step_up.issued_at <= answer.at < step_up.expires_at:
        raise StepUpExpired
    require_device_signature(answer.public_key, step_up.statement, answer.signature)
    return answer


def put_on_record(case: Case, step_up: StepUp, actor: Actor) -> None:
    """Leave in the trail everything that proves the answer to a stranger."""
    answer = step_up.answer
    if answer is None:
        raise StepUpUnanswered
    case.note(
        "stepped_up",
        actor,
        answer.at,
        action=step_up.use,
        step_up=step_up.id,
        object=step_up.digest,
        device=answer.device,
        device_key=_encoded(answer.public_key),
        statement=step_up.statement,
        signature=_encoded(answer.signature),
    )


def evidence_digest(step_up: StepUp) -> str:
    """Return the SHA-256 that stands for statement, key and signature in a chain."""
    if step_up.answer is None:
        raise StepUpUnanswered
    told = {
        "device_key": _encoded(step_up.answer.public_key),
        "signature": _encoded(step_up.answer.signature),
        "statement": step_up.statement,
    }
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
