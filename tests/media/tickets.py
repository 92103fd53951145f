"""Tickets for rooms of the tests and measurements, without anything of aiortc."""

from __future__ import annotations

import secrets
import time
from typing import Final

from server.ceremony.tickets import MediaTicket, TicketAct, write_ticket

KEY: Final = bytes(range(32))
"""Of the workers that tests and measurements start; nothing else is opened by it."""


def ticket(
    who: str,
    *,
    room: str = "room-1",
    watches: str | None = None,
    key: bytes = KEY,
    lasts_s: int = 60,
) -> str:
    """Return a ticket to send, or to watch somebody."""
    return write_ticket(
        MediaTicket(
            id=secrets.token_hex(8),
            office="kunming-demo",
            case="case-1",
            room=room,
            participant=who,
            act=TicketAct.PUBLISH if watches is None else TicketAct.WATCH,
            watches=watches,
            expires=int(time.time()) + lasts_s,
        ),
        key,
    )
