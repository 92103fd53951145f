"""What lets somebody into a room: one act, once, within a minute.

Made by the web process for whoever has a seat, believed by the media worker; both
hold the key and nobody else does. An HMAC over a few fields (RFC 2104), so that the
worker needs no account, no database and no clock but its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from server.ceremony.errors import TicketRefused

LIFETIME_S: Final = 60
_DOMAIN: Final = b"feigui media ticket 1\x00"


class TicketAct(StrEnum):
    PUBLISH = "publish"
    WATCH = "watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaTicket:
    id: str
    """Spent with its first use."""

    office: str
    case: str
    room: str
    """The ceremony."""

    participant: str
    """Account of whoever comes in."""

    act: TicketAct
    watches: str | None = None
    """Whom a watching ticket is for."""

    expires: int
    """Seconds since 1970."""


def write_ticket(ticket: MediaTicket, key: bytes) -> str:
    body = json.dumps(asdict(ticket), sort_keys=True, separators=(",", ":")).encode()
    return f"{_text(body)}.{_text(_mac(body, key))}"


def read_ticket(text: str, key: bytes, *, now: float) -> MediaTicket:
    """Return the ticket, or raise `TicketRefused` for one that is not ours or is over."""
    try:
        body, mac = (_octets(part) for part in text.split(".", 1))
        if not hmac.compare_digest(mac, _mac(body, key)):
            raise TicketRefused("not ours")
        fields = json.loads(body)
        ticket = MediaTicket(**{**fields, "act": TicketAct(fields["act"])})
    except (ValueError, TypeError, KeyError) as error:
        raise TicketRefused("not a ticket") from error
    if not now < ticket.expires:
        raise TicketRefused("over")
    return ticket


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, _DOMAIN + body, hashlib.sha256).digest()


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octets(text: str) -> bytes:
    read = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(read) != text:
        # Bits that stand for nothing: another text for the same octets.
        raise ValueError("not as we write it")
    return read
