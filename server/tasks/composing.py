"""After the act: make the video that a ceremony is looked through by.

Whoever dies in the middle leaves a try on record and nothing else; the next try is made
later, and after some of them a person has to ask. The originals are never touched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.ceremony.ceremony import CeremonyId
from server.ceremony.composite import CompositeState, plan_composite, try_to_make
from server.ceremony.errors import CompositeNotMade
from server.transaction import Scope
from storage.errors import ObjectCorrupt, ObjectMissing
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from server.cases.ids import Clock, OfficeId
    from server.ceremony.composite import Composite, CompositePlan
    from server.transaction import OpenTransaction

MOST_AT_ONCE: Final = 1
"""An hour of video is minutes of work: whoever waits in another office has a turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposingDesk:
    open_transaction: OpenTransaction
    render: Callable[[CompositePlan, Callable[[str], bytes]], bytes]
    """(plan, what fetches a segment by its digest) -> WebM; raises `CompositeNotMade`."""

    fetch: Callable[[OfficeId, Digest], bytes]
    put: Callable[[OfficeId, bytes], Digest]
    now: Clock


@dataclass(slots=True)
class Composed:
    made: int = 0
    failed: int = 0


def compose_due(offices: Iterable[OfficeId], *, desk: ComposingDesk) -> Composed:
    """Make what is due, one of each office."""
    composed = Composed()
    for office in offices:
        with desk.open_transaction(Scope(office=office)) as tx:
            due = tx.composites.due(at=desk.now(), limit=MOST_AT_ONCE)
        for each in due:
            try:
                _compose(office, each, desk)
            except (CompositeNotMade, ObjectMissing, ObjectCorrupt):
                composed.failed += 1
            else:
                composed.made += 1
    return composed


def _compose(office: OfficeId, wanted: Composite, desk: ComposingDesk) -> None:
    # (1) The try is on record before it is made: a file that kills every worker stops soon.
    tried = try_to_make(wanted, at=desk.now())
    with desk.open_transaction(Scope(office=office)) as tx:
        tx.composites.save(tried)
        plan = plan_composite(tx.ceremonies.get(CeremonyId(wanted.ceremony)))

    # (2) With no transaction open: this takes as long as it takes.
    video = desk.render(plan, lambda sha256: desk.fetch(office, Digest(sha256)))
    stored = desk.put(office, video)

    # (3) Only what lies in the store is called made.
    made = replace(
        tried,
        state=CompositeState.MADE,
        head=plan.head,
        object_sha256=stored.hex,
        size=len(video),
        made_at=desk.now(),
    )
    with desk.open_transaction(Scope(office=office)) as tx:
        tx.composites.save(made)
