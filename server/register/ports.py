"""What the register needs from the outside, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from server.register.certificates import Certificate, CertificateId


class NumberBook(Protocol):
    def allot(self, *, year: int, series: str) -> int:
        """Return the next sequence of this office, year and series.

        Gap-free: the number exists if and only if the transaction commits.
        """
        ...


class CertificateBook(Protocol):
    def add(self, certificate: Certificate) -> None: ...

    def get(self, certificate_id: CertificateId, *, lock: bool = False) -> Certificate:
        """Return the certificate, or raise `CertificateNotFound`."""
        ...

    def of_case(self, case_id: str) -> list[Certificate]: ...

    def save(self, certificate: Certificate) -> None: ...

    def unfinished(self, *, before: datetime) -> Iterator[Certificate]:
        """Yield certificates that were intended before ``before`` and not sealed."""
        ...


class PublicRegister(Protocol):
    """What anybody may ask, across offices; answers carry no personal data."""

    def by_public_id(self, public_id: str) -> Certificate | None: ...

    def by_number(self, number: str, check_code: str) -> Certificate | None: ...

    def by_sealed_digest(self, sha256: str) -> Certificate | None: ...


class RegisterView(Protocol):
    """公证登记簿: a view over what happened; nobody writes it."""

    def rows(self, *, year: int) -> Sequence[RegisterRow]: ...


class RegisterRow(Protocol):
    """P-57: the columns that the law names."""

    @property
    def category(self) -> str: ...
    @property
    def parties(self) -> tuple[str, ...]: ...
    @property
    def agents(self) -> tuple[str, ...]: ...
    @property
    def accepted_on(self) -> date: ...
    @property
    def handler(self) -> str: ...
    @property
    def approver(self) -> str | None: ...
    @property
    def way_of_closing(self) -> str | None: ...
    @property
    def closed_on(self) -> date | None: ...
    @property
    def number(self) -> str | None: ...
