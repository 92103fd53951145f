"""Tickets for the rooms of `tests.benchmarks.media_rooms`, without anything of aiortc."""

from __future__ import annotations

import secrets
import time
from typing import Final

from server.ceremony.tickets import MediaTicket, TicketAct, write_ticket

KEY: Final = bytes(range(32))
"""Of the tickets in the measurement; nothing else is opened by it."""


def ticket_for(room: str, who: str, whom: str | None = None) -> MediaTicket:
    """Return a ticket to send, or to watch ``whom``."""
    return MediaTicket(
        id=secrets.token_hex(8),
        office="kunming-demo",
        case="bench",
        room=room,
        participant=who,
        act=TicketAct.PUBLISH if whom is None else TicketAct.WATCH,
        watches=whom,
        expires=int(time.time() + 60),
    )


def written(ticket: MediaTicket) -> str:
    return write_ticket(ticket, KEY)
