"""What one transaction offers to the edges: every book, the scope and the jobs.

A request or a task opens exactly one at a time. Irreversible work opens
several, and none while a remote party thinks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime

    from server.access.ports import (
        AccountBook,
        CodeBook,
        DeviceBook,
        LoginTries,
        SessionBook,
    )
    from server.cases.ids import AccountId, CaseId, OfficeId
    from server.cases.ports import (
        CaseBook,
        IdentityChallengeBook,
        IdentityCheckBook,
        SensitiveReads,
        StepUpBook,
    )
    from server.ceremony.ports import (
        AttendanceBook,
        CeremonyBook,
        CompositeBook,
        InvitationBook,
        RoomBook,
        WorkerBook,
    )
    from server.delivery.ports import DeliveryBook
    from server.register.package_requests import PackageRequestBook
    from server.register.package_seals import PackageSealBook
    from server.register.ports import (
        CertificateBook,
        GenerationBook,
        NumberBook,
        PublicRegister,
        RegisterView,
        TransparencyLog,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which rows the database lets this transaction see (row-level security).

    Staff and jobs see one office. An applicant sees the cases that the account
    is a party of, and inside one of them only that case.
    """

    office: OfficeId | None = None
    account: AccountId | None = None
    """Set for applicants; ``None`` for staff and for the platform's own jobs."""

    case: CaseId | None = None


NOBODY = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """A line of a list: enough to choose a case by, without personal data."""

    id: str
    office: str
    matter: str
    status: str
    created_at: datetime
    version: int


class CaseLists(Protocol):
    def page(
        self,
        *,
        status: str | None,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> list[CaseSummary]:
        """Return the visible cases, newest first, after a position."""
        ...

    def office_of(self, case_id: str) -> OfficeId:
        """Return the office of a visible case, or raise `CaseNotFound`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """The answer to a request that was already carried out."""

    fingerprint: str
    status: int
    headers: Mapping[str, str]
    body: str | None


class IdempotencyBook(Protocol):
    def claim(
        self, key: str, *, caller: str, operation: str, fingerprint: str, at: datetime
    ) -> KeptAnswer | None:
        """Claim ``key``, or return the answer kept under it.

        Raises `KeyInFlight` while another request with the key is being carried
        out and `KeyReused` when the body differs.
        """
        ...

    def keep(self, key: str, *, caller: str, operation: str, answer: KeptAnswer) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Long work that was accepted (202) and can be asked about."""

    id: str
    office: OfficeId
    kind: str
    case: CaseId | None
    account: AccountId | None
    """Who started it; an applicant sees only his own."""

    state: str
    """queued | running | succeeded | failed"""

    step: int
    of: int
    label: str
    """A message code, translated when shown."""

    problem: str | None = None
    """The problem code of a failure."""

    result: str | None = None
    """Relative URL of what was made."""


class OperationBook(Protocol):
    def add(self, operation: Operation) -> None: ...

    def get(self, operation_id: str) -> Operation:
        """Return the operation, or raise `OperationNotFound`."""
        ...

    def save(self, operation: Operation) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file on its way from a phone to the evidence store."""

    id: str
    office: OfficeId
    case: CaseId | None
    account: AccountId
    purpose: str
    """document | live_photo | live_clip | chip | material | segment: decides what inspects it."""

    media_type: str
    size: int
    sha256: str
    part_size: int
    s3_upload_id: str
    state: str
    """open | completing | stored | refused"""

    problem: str | None = None
    created_at: datetime
    expires_at: datetime


class UploadBook(Protocol):
    def add(self, upload: Upload) -> None: ...

    def get(self, upload_id: str, *, lock: bool = False) -> Upload:
        """Return the upload, or raise `UploadNotFound`."""
        ...

    def save(self, upload: Upload) -> None: ...


class JobQueue(Protocol):
    def defer(self, task: str, **arguments: str | int | None) -> None:
        """Queue ``task``; it exists if and only if this transaction commits."""
        ...


class Transaction(Protocol):
    @property
    def accounts(self) -> AccountBook: ...
    @property
    def sessions(self) -> SessionBook: ...
    @property
    def codes(self) -> CodeBook: ...
    @property
    def devices(self) -> DeviceBook: ...
    @property
    def login_tries(self) -> LoginTries: ...
    @property
    def cases(self) -> CaseBook: ...
    @property
    def case_lists(self) -> CaseLists: ...
    @property
    def identity_checks(self) -> IdentityCheckBook: ...
    @property
    def identity_challenges(self) -> IdentityChallengeBook: ...
    @property
    def step_ups(self) -> StepUpBook: ...
    @property
    def sensitive_reads(self) -> SensitiveReads: ...
    @property
    def ceremonies(self) -> CeremonyBook: ...
    @property
    def invitations(self) -> InvitationBook: ...
    @property
    def rooms(self) -> RoomBook: ...
    @property
    def composites(self) -> CompositeBook: ...
    @property
    def media_workers(self) -> WorkerBook: ...
    @property
    def attendances(self) -> AttendanceBook: ...
    @property
    def numbers(self) -> NumberBook: ...
    @property
    def certificates(self) -> CertificateBook: ...
    @property
    def generations(self) -> GenerationBook: ...
    @property
    def public_register(self) -> PublicRegister: ...
    @property
    def register_view(self) -> RegisterView: ...
    @property
    def transparency_log(self) -> TransparencyLog: ...
    @property
    def package_seals(self) -> PackageSealBook: ...
    @property
    def package_requests(self) -> PackageRequestBook: ...
    @property
    def deliveries(self) -> DeliveryBook: ...
    @property
    def idempotency(self) -> IdempotencyBook: ...
    @property
    def operations(self) -> OperationBook: ...
    @property
    def uploads(self) -> UploadBook: ...
    @property
    def jobs(self) -> JobQueue: ...

    def narrow(self, scope: Scope) -> None:
        """See other rows from here on; never more than the caller may."""
        ...


if TYPE_CHECKING:
    OpenTransaction = Callable[[Scope], AbstractContextManager["Transaction"]]


class TransactionError(Exception):
    """Base of what the books of the edges refuse on purpose."""


class BooksUnavailable(TransactionError):
    """The database does not answer, or cannot now; nothing of the transaction was done."""


class KeyInFlight(TransactionError):
    """A request with this Idempotency-Key is still being carried out."""


class KeyReused(TransactionError):
    """The Idempotency-Key was used for another request."""


class OperationNotFound(TransactionError):
    """No operation with this id is visible to the caller."""


class UploadNotFound(TransactionError):
    """No upload with this id is visible to the caller."""


class UploadNotUsable(TransactionError):
    """The upload is not stored yet, was refused, or was inspected for another use."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)
