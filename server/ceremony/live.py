"""Live video as the platform sees it: the seam above the media protocol.

Six acts, whichever engine carries a room, and none of them knows how it speaks:
`create_room`, `join_ticket`, `kick` (`Ceremony.put_out`), `ask_for_key_frame`, `room_time`
and `close_room`. What happens comes back as lines of the ceremony's chain: ``line_published``
(a participant joined), ``line_left``, ``line_silent``, ``segment`` (start, end, SHA-256 and
the one before), and ``line_recording_failed``, which interrupts the ceremony.

A room is carried by one worker, which leases it (server/ceremony/rooms.py). Workers say
who they are and that they live; which of them gets a new room is decided here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.ceremony.errors import CeremonyRefused, LiveVideoOff, PutOut
from server.ceremony.rooms import LEASE, EngineName, MediaRoom, MediaWorkerPlace
from server.ceremony.status import Step
from server.ceremony.tickets import LIFETIME_S, MediaTicket, TicketAct, write_ticket

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from server.ceremony.ceremony import Ceremony
    from server.ceremony.ports import RoomBook, WorkerBook
    from server.ceremony.relays import Relay

PROTOCOLS: Final = {TicketAct.PUBLISH: "whip", TicketAct.WATCH: "whep"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTerms:
    """What an installation has decided about live video."""

    key: bytes
    """Tickets are believed by it."""

    engine: EngineName = EngineName.EMBEDDED
    office_engines: Mapping[str, EngineName]
    """Offices whose rooms another engine carries."""

    relay: Relay | None = None
    """``None``: both sides have to have a path to each other."""

    def engine_of(self, office: str) -> EngineName:
        return self.office_engines.get(office, self.engine)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinTicket:
    """Where to go, in which way, and what opens the door there."""

    engine: EngineName
    protocol: str
    url: str
    token: str
    expires_in: int
    """Seconds."""


@dataclass(frozen=True, slots=True)
class LiveRooms:
    """The rooms of one transaction."""

    rooms: RoomBook
    workers: WorkerBook
    terms: LiveTerms

    def create_room(self, ceremony: Ceremony, *, now: datetime) -> MediaWorkerPlace:
        """Return the worker that carries the ceremony's room; the first time, choose it.

        Raises `LiveVideoOff` when no worker lives that could, `RoomTaken` while the lease
        of one that is gone still runs.
        """
        alive = self.workers.seen_since(now - LEASE)
        known = self.rooms.get(ceremony.id)
        if known is not None:
            # It has the earlier segments on its disk.
            carrying = [each for each in alive if each.name == known.worker]
            if carrying:
                return carrying[0]
        wanted = self.terms.engine_of(ceremony.office)
        able = [each for each in alive if each.engine is wanted]
        if not able:
            raise LiveVideoOff
        chosen = min(able, key=lambda each: (each.rooms, _lot(ceremony.id, each.name)))
        self.rooms.lease(
            MediaRoom(
                ceremony=ceremony.id,
                office=ceremony.office,
                case=ceremony.case,
                worker=chosen.name,
                leased_until=now + LEASE,
                # Until the worker holds it there is nothing to wait for.
                released=True,
            ),
            now=now,
        )
        return chosen

    def join_ticket(self, ceremony: Ceremony, ticket: MediaTicket, *, now: datetime) -> JoinTicket:
        """Return what lets the ticket's participant in.

        Raises `CeremonyRefused` when nobody has come in yet or it is over, `PutOut`, and
        what `create_room` raises.
        """
        if ceremony.status.is_final or not ceremony.links:
            raise CeremonyRefused(ceremony.status, Step.ADMIT)
        if ticket.participant in ceremony.put_out_now:
            raise PutOut
        worker = self.create_room(ceremony, now=now)
        protocol = PROTOCOLS[ticket.act]
        return JoinTicket(
            engine=worker.engine,
            protocol=protocol,
            url=f"{worker.url}/{protocol}",
            token=write_ticket(ticket, self.terms.key),
            expires_in=LIFETIME_S,
        )

    def ask_for_key_frame(self, ceremony: Ceremony, participant: str) -> None:
        """The worker does it when it keeps its lease next: within a second."""
        ceremony.participant(participant)
        self.rooms.ask_for_key_frame(ceremony.id, participant)

    def room_time(self, ceremony: Ceremony, *, now: datetime) -> int:
        """Return milliseconds since 1970 on the clock that the room's segments are timed by."""
        room = self.rooms.get(ceremony.id)
        return round(now.timestamp() * 1000) + (0 if room is None else room.clock_ahead_ms)

    def close_room(self, ceremony: Ceremony, *, now: datetime) -> bool:
        """End the recording; say whether all of it has arrived. Ask again until it has."""
        self.rooms.ask_to_close(ceremony.id, at=now)
        room = self.rooms.get(ceremony.id)
        return room is None or room.is_handed_over


def _lot(ceremony: str, worker: str) -> bytes:
    """Among workers with as many rooms, no one is always the first."""
    return hashlib.sha256(f"{ceremony} {worker}".encode()).digest()
