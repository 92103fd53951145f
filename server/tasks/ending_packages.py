"""Destroy evidence packages whose days are over; whoever needs one asks again.

Locks are what is counted by: the same bytes may be kept for two requests, and whatever was
stored again meanwhile is locked again. Nothing is called gone before it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.register.package_requests import ended
from server.transaction import Scope
from storage.errors import ObjectLocked, ObjectMissing
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from server.cases.ids import Clock, OfficeId
    from server.register.package_requests import PackageRequest
    from server.transaction import OpenTransaction

MOST_ENDED_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingDesk:
    open_transaction: OpenTransaction
    discard: Callable[[OfficeId, Digest], None]
    """Destroy what nothing keeps; raises `ObjectLocked`, `ObjectMissing`."""

    now: Clock


def end_packages(offices: Iterable[OfficeId], *, desk: EndingDesk) -> int:
    """Destroy the packages whose days are over; return how many. Dies anywhere, runs again."""
    gone = 0
    for office in offices:
        with desk.open_transaction(Scope(office=office)) as tx:
            over = tx.package_requests.over(at=desk.now(), limit=MOST_ENDED_AT_ONCE)
        for each in over:
            gone += _end(office, each, desk)
    return gone


def _end(office: OfficeId, one: PackageRequest, desk: EndingDesk) -> bool:
    # (1) From here on it is fetched by nobody; two of the same bytes end one by one.
    with desk.open_transaction(Scope(office=office)) as tx:
        kept = tx.package_requests.is_kept_for_another(one)
    # (2) The store may take its time. What is locked longer, by a later making, stays.
    if not kept and not _is_gone(office, one, desk):
        return False
    # (3) Only what is gone is called so.
    with desk.open_transaction(Scope(office=office)) as tx:
        tx.package_requests.save(ended(tx.package_requests.get(one.id, lock=True)))
    return True


def _is_gone(office: OfficeId, one: PackageRequest, desk: EndingDesk) -> bool:
    try:
        desk.discard(office, Digest(str(one.object_sha256)))
    except ObjectMissing:
        return True  # An earlier run destroyed it and died.
    except ObjectLocked:
        return False
    return True
