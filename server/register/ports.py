"""What the register needs from the outside, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date, datetime

    from server.register.certificates import Certificate, CertificateId
    from server.register.generations import Generation, SignedFile
    from server.register.log_state import KeptCheckpoint, LoggedEntry


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

    def logged(self) -> Iterator[Certificate]:
        """Yield the office's certificates of which the log must say something."""
        ...


class PublicRegister(Protocol):
    """What anybody may ask, across offices; answers carry no personal data."""

    def by_public_id(self, public_id: str) -> Certificate | None: ...

    def by_number(self, number: str, check_code: str) -> Certificate | None: ...

    def by_sealed_digest(self, sha256: str) -> Certificate | None:
        """Return the certificate that this is a generation of, the newest or an earlier one."""
        ...

    def generation(self, sha256: str) -> Generation | None:
        """Return what is on record about exactly this file of a certificate."""
        ...


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


class TransparencyLog(Protocol):
    """The one log of all offices, as the platform's own database holds it."""

    def size(self) -> int: ...

    def node(self, level: int, position: int) -> bytes:
        """Return the hash of a complete subtree; `LogDamaged` where it is missing."""
        ...

    def hashes(self, level: int, begin: int, end: int) -> list[bytes]:
        """Return as many hashes of a level as there are between the positions."""
        ...

    def entries(self, begin: int, end: int) -> list[LoggedEntry]:
        """Return as many entries as there are between the positions, in their order."""
        ...

    def of_certificate(self, certificate_id: CertificateId) -> list[LoggedEntry]:
        """Return what was logged of a certificate, in the order of the log."""
        ...

    def last_checkpoint(self) -> KeptCheckpoint | None: ...

    def first_checkpoint_over(self, index: int) -> KeptCheckpoint | None:
        """Return the published checkpoint of the smallest tree that has the entry."""
        ...

    def checkpoints(self) -> list[KeptCheckpoint]:
        """Return every published checkpoint, the smallest tree first."""
        ...

    def keep_checkpoint(self, checkpoint: KeptCheckpoint) -> None:
        """Keep what is published now; keeping it again changes nothing."""
        ...


class GenerationBook(Protocol):
    def add(self, generation: Generation) -> None: ...

    def of_file(self, file: SignedFile) -> list[Generation]:
        """Return every generation, the first one first."""
        ...

    def save(self, generation: Generation) -> None: ...

    def due(self, *, before: datetime) -> list[SignedFile]:
        """Return the office's files whose newest stamp ends before ``before``.

        With those that nobody looked at yet, and those whose renewal was begun or
        refused; soonest first.
        """
        ...

    def stamped_by(self, stampers: Collection[str]) -> list[SignedFile]:
        """Return the office's files whose newest stamp is by one of them, and was looked at."""
        ...

    def untracked(self) -> list[SignedFile]:
        """Return the office's sealed certificates of which no generation is on record."""
        ...
