"""Follow a ceremony: as a stream of events, or by asking again and again.

Every link of the chain is an event, and its position is the event's id: whoever comes
back says which one was the last and goes on there, so that nothing is lost and nothing
comes twice. Who is there and what time it is in the room comes between, without an id.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog

from server.access.sessions import require_live
from server.ceremony.ceremony import CeremonyId
from server.ceremony.errors import CeremonyNotFound, FollowersFull, NotTakingPart
from server.ceremony.following import is_due, room_now
from server.http.call import Answer, Binding
from server.http.event_stream import CONTENT_TYPE, HEADERS, EventStream, written
from server.http.scopes import narrow_to_case, scope_of
from server.http.shown.following import link_in_full, room_as_seen

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from server.cases.ids import Clock
    from server.ceremony.chain import Link
    from server.ceremony.following import RoomNow, Standing
    from server.http.call import Call
    from server.http.places import Places
    from server.transaction import OpenTransaction, Transaction

    HearBell = Callable[[str], AbstractContextManager[threading.Event]]

LOOK_S: Final = 3.0
"""How long a bell that nobody heard delays an event."""

BEAT_S: Final = 8.0
PAGE: Final = 500
"""Links in one answer; whoever has fewer than all asks again."""

RETRY_MS: Final = 1000

log = structlog.get_logger("feigui.following")


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowingDesk:
    open_transaction: OpenTransaction
    hear_bell: HearBell
    now: Clock
    streams: Places
    waits: Places

    def stream(self, call: Call) -> Answer:
        """Open a stream, or raise `FollowersFull`: then asking again and again still works."""
        eyes = self._eyes(call, after=call.headers.get("last-event-id", -1))
        # Refused before anything is sent; afterwards there is no status to say it with.
        eyes.look()
        give_back = self.streams.take(call.principal.account)
        if give_back is None:
            raise FollowersFull
        events = self._events(eyes, lasts=call.query.get("wait", 0))
        return Answer(
            body=EventStream(events, ended=give_back),
            content_type=CONTENT_TYPE,
            headers={**HEADERS},
        )

    def ask(self, call: Call) -> Answer:
        """Answer with what is new, at once or as soon as there is something."""
        eyes = self._eyes(call, after=call.query.get("after", -1))
        first = eyes.look()
        give_back = None
        if not eyes.unseen and call.query.get("wait", 0):
            give_back = self.waits.take(call.principal.account)
        if give_back is not None:
            try:
                self._wait(eyes, first, lasts=call.query["wait"])
            finally:
                give_back()
        links, room = eyes.taken(PAGE), eyes.room
        return Answer(
            body={"links": [link_in_full(each) for each in links], "room": room_as_seen(room)},
            headers={} if links else {"Retry-After": "0" if give_back else "2"},
        )

    def _wait(self, eyes: Eyes, first: RoomNow, *, lasts: int) -> None:
        until = time.monotonic() + lasts
        with self.hear_bell(eyes.ceremony) as rung:
            while not eyes.unseen and eyes.room.tells_the_same_as(first):
                left = until - time.monotonic()
                if left <= 0 or eyes.room.status.is_final:
                    return
                rung.wait(min(LOOK_S, left))
                rung.clear()
                eyes.look()

    def _events(self, eyes: Eyes, *, lasts: int) -> Iterator[bytes]:
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            yield from self._told(eyes, until=time.monotonic() + lasts)
        except Exception as error:  # noqa: BLE001  # an outer edge: the answer has begun, and the client comes back
            log.warning("stream_broken", error=type(error).__name__)

    def _told(self, eyes: Eyes, *, until: float) -> Iterator[bytes]:
        told, told_at = None, 0.0
        with self.hear_bell(eyes.ceremony) as rung:
            while True:
                rung.clear()
                room = eyes.look()
                for each in eyes.taken():
                    yield written("link", link_in_full(each), position=each.index)
                if not room.tells_the_same_as(told) or time.monotonic() - told_at >= BEAT_S:
                    told, told_at = room, time.monotonic()
                    yield written("room", room_as_seen(room))
                left = until - time.monotonic()
                if left <= 0 or room.status.is_final:
                    return
                rung.wait(min(LOOK_S, left))

    def _eyes(self, call: Call, *, after: int) -> Eyes:
        return Eyes(desk=self, call=call, ceremony=call.path["ceremony_id"], last=after)


@dataclass(slots=True, kw_only=True)
class Eyes:
    """What one person has seen of one ceremony; each look is a short transaction of its own."""

    desk: FollowingDesk
    call: Call
    ceremony: str
    last: int
    """Position of the last link that the client has."""

    room: RoomNow = field(init=False)
    unseen: list[Link] = field(init=False, default_factory=list)
    _known: list[Link] = field(init=False, default_factory=list)
    _version: int | None = field(init=False, default=None)

    def look(self) -> RoomNow:
        """See what is new; raises what stands in the way of seeing it at all."""
        at, account = self.desk.now(), self.call.principal.account
        with self._inside() as tx:
            standing = tx.ceremonies.standing(CeremonyId(self.ceremony))
            if standing.case != self.call.path["case_id"]:
                raise CeremonyNotFound
            if account not in {each.account for each in standing.participants}:
                raise NotTakingPart
            self._read(tx, standing)
            seen = tx.attendances.seen(self.ceremony)
            if is_due(seen.get(account), at=at) and not standing.status.is_final:
                tx.attendances.note(self.ceremony, standing, account, at=at)
                seen[account] = at
        self.room = room_now(standing, self._known, seen, at=at)
        return self.room

    def taken(self, most: int | None = None) -> list[Link]:
        """Return what was not taken yet, in order; it does not come again."""
        links, self.unseen = self.unseen[:most], self.unseen[len(self.unseen[:most]) :]
        return links

    def _read(self, tx: Transaction, standing: Standing) -> None:
        if self._version is None:
            # Once in full: a chain that does not hold is shown to nobody.
            self._add(tx.ceremonies.get(CeremonyId(self.ceremony)).links)
        elif standing.version != self._version:
            position = self._known[-1].index if self._known else -1
            self._add(tx.ceremonies.links_after(self.ceremony, position))
        self._version = standing.version

    def _add(self, links: list[Link]) -> None:
        self._known.extend(links)
        self.unseen.extend(each for each in links if each.index > self.last)

    @contextmanager
    def _inside(self) -> Iterator[Transaction]:
        caller = self.call.principal
        with self.desk.open_transaction(scope_of(caller)) as tx:
            require_live(caller, tx.sessions, now=self.desk.now())
            narrow_to_case(tx, caller, self.call.path["case_id"])
            yield tx


def bindings(desk: FollowingDesk) -> list[Binding]:
    return [
        Binding(operation_id="list_ceremony_events", handler=desk.ask, in_transaction=False),
        Binding(operation_id="stream_ceremony_events", handler=desk.stream, in_transaction=False),
    ]
