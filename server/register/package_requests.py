"""What somebody asked for when asking for an evidence package, and how far it has come.

A package is taken away for a purpose that is on record: one before a court names the
court's own reference. It is made by a job, once; whoever asked fetches it, nobody else,
because it holds what that person may see. A package can be made again at any time, so the
copy is kept for days only (个人信息保护法 Art. 19).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType, Protocol

from server.register.errors import PackageEnded, PackageNotReady, TooManyPackages

if TYPE_CHECKING:
    from collections.abc import Sequence

PackageId = NewType("PackageId", str)

MOST_ASKED: Final = 30
"""Packages that one account may ask for within `ASKED_WITHIN`."""

ASKED_WITHIN: Final = timedelta(days=1)


class PackagePurpose(StrEnum):
    OWN_USE = "own_use"  # A party, to hold what is its own (个人信息保护法 Art. 45).
    COURT = "court"  # Before a court (民事诉讼法 Art. 72).
    ARBITRATION = "arbitration"
    AUTHORITY = "authority"  # Procuratorate, police, supervision.
    OFFICE_USE = "office_use"  # Review, complaint or inspection inside the office.


NAMES_A_REFERENCE: Final = frozenset(
    {PackagePurpose.COURT, PackagePurpose.ARBITRATION, PackagePurpose.AUTHORITY}
)
OF_PARTIES: Final = NAMES_A_REFERENCE | {PackagePurpose.OWN_USE}
OF_STAFF: Final = NAMES_A_REFERENCE | {PackagePurpose.OFFICE_USE}


class PackageState(StrEnum):
    QUEUED = "queued"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    ENDED = "ended"  # Made, kept for its days, and destroyed.

    @property
    def is_open(self) -> bool:
        """Somebody waits for it."""
        return self in {PackageState.QUEUED, PackageState.MAKING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What a package is taken away for, in the words of whoever asks."""

    purpose: PackagePurpose
    reason: str | None = None
    reference: str | None = None
    """Of the proceedings, as court, tribunal or authority write it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRequest:
    id: PackageId
    """Also of the operation that tells how far it is."""

    office: str
    case: str
    certificate: str
    account: str
    by_party: bool
    """Asked for by a party of the case; else by staff of the office."""

    why: Why
    step_up: str
    """Id of the answer in which the person agreed to take this certificate's evidence."""

    state: PackageState
    asked_at: datetime
    object_sha256: str | None = None
    size: int | None = None
    """Octets."""

    made_at: datetime | None = None
    kept_until: datetime | None = None


class PackageRequestBook(Protocol):
    def add(self, asked: PackageRequest) -> None:
        """Put it on record; raises `PackageUnderWay` while the same account waits for another."""
        ...

    def get(self, package: PackageId, *, lock: bool = False) -> PackageRequest:
        """Return it, or raise `PackageNotFound`."""
        ...

    def of_certificate(self, certificate: str) -> Sequence[PackageRequest]:
        """Return those that are visible, the newest first."""
        ...

    def asked_since(self, account: str, since: datetime) -> int: ...

    def save(self, changed: PackageRequest) -> None: ...

    def over(self, *, at: datetime, limit: int) -> Sequence[PackageRequest]:
        """Return ready ones whose days are over."""
        ...

    def is_kept_for_another(self, one: PackageRequest) -> bool:
        """Say whether the same bytes are what another ready request stands for."""
        ...


def missing_in(why: Why, *, by_party: bool) -> dict[str, str]:
    """Return field -> code of what has to be said and is not, or may not be said.

    A party needs no reason to hold what is its own; staff always name one.
    """
    missing: dict[str, str] = {}
    if why.purpose not in (OF_PARTIES if by_party else OF_STAFF):
        missing["purpose"] = "not_allowed"
    if not by_party and why.reason is None:
        missing["reason"] = "missing"
    if why.purpose in NAMES_A_REFERENCE and why.reference is None:
        missing["reference"] = "missing"
    return missing


def refuse_too_many(asked: int) -> None:
    """Raise `TooManyPackages` where an account asked for enough of them."""
    if not asked < MOST_ASKED:
        raise TooManyPackages(retry_after_s=int(ASKED_WITHIN.total_seconds()))


def taken_up(asked: PackageRequest) -> PackageRequest:
    """Return it as under way: for the first time, or after whoever made it died."""
    if not asked.state.is_open:
        raise PackageNotReady(asked.state)
    return replace(asked, state=PackageState.MAKING)


def made(
    asked: PackageRequest, object_sha256: str, *, size: int, at: datetime, keep: timedelta
) -> PackageRequest:
    """Return it as ready: what lies in the store, and until when."""
    if not asked.state.is_open:
        raise PackageNotReady(asked.state)
    return replace(
        asked,
        state=PackageState.READY,
        object_sha256=object_sha256,
        size=size,
        made_at=at,
        kept_until=at + keep,
    )


def given_up(asked: PackageRequest) -> PackageRequest:
    """Return it as failed, unless it was made after all."""
    return replace(asked, state=PackageState.FAILED) if asked.state.is_open else asked


def ended(made_before: PackageRequest) -> PackageRequest:
    return replace(made_before, state=PackageState.ENDED)


def file_of(asked: PackageRequest, *, at: datetime) -> str:
    """Return the SHA-256 of the package; raises `PackageNotReady` or `PackageEnded`."""
    if asked.state is PackageState.ENDED:
        raise PackageEnded
    if asked.object_sha256 is None or asked.kept_until is None:
        raise PackageNotReady(asked.state)
    if not at < asked.kept_until:
        raise PackageEnded
    return asked.object_sha256
