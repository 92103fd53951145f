"""What issuing needs from the outside, and the points at which a test may kill it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from server.cases.case import Case
    from server.cases.ids import Clock, NewId, OfficeId
    from server.cases.ports import CaseBook, StepUpBook
    from server.delivery.ports import DeliveryBook
    from server.register.certificates import Certificate
    from server.register.ports import CertificateBook, GenerationBook, NumberBook
    from storage.objects import Digest


class Fault(StrEnum):
    """Where a test may kill the process; production passes a callable that does nothing."""

    NUMBER_ALLOTTED = "issue.number_allotted"
    TYPESET = "issue.typeset"
    PREPARED_STORED = "issue.prepared_stored"
    INTENT_RECORDED = "issue.intent_recorded"
    PERMIT_GIVEN = "issue.permit_given"
    SEALED = "issue.sealed"
    SEALED_STORED = "issue.sealed_stored"
    READ_BACK = "issue.read_back"
    BEFORE_COMMIT = "issue.before_commit"
    RECORDED = "issue.recorded"


class IssuingBooks(Protocol):
    """The books that issuing writes, inside one transaction."""

    @property
    def cases(self) -> CaseBook: ...
    @property
    def numbers(self) -> NumberBook: ...
    @property
    def certificates(self) -> CertificateBook: ...
    @property
    def generations(self) -> GenerationBook: ...
    @property
    def deliveries(self) -> DeliveryBook: ...
    @property
    def step_ups(self) -> StepUpBook: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What makes a certificate out of an approved case. Each is connected in the wiring."""

    open_books: Callable[[OfficeId], AbstractContextManager[IssuingBooks]]
    series_of: Callable[[Case], str]
    print_number: Callable[[Case, int, int], str]
    """(case, year, sequence) -> the number as printed, by the office's rule pack."""

    typeset: Callable[[Case, Certificate], bytes]

    seal: Callable[[Case, Certificate, bytes, Callable[[str], None]], bytes]
    """Lint, permit, notary signature, office seal, time-stamps; verified before it returns."""

    put: Callable[[OfficeId, bytes], Digest]
    get: Callable[[OfficeId, Digest], bytes]
    new_id: NewId
    public_id: Callable[[], str]
    check_code: Callable[[], str]
    now: Clock
    reach: Callable[[str], None]
    """Told at every `Fault`; does nothing in production."""
