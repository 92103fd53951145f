"""The TURN relay that the settings name; the same for tickets and for the media worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.ceremony.relays import Relay

if TYPE_CHECKING:
    from server.wiring.parts import Parts


def relay_of(parts: Parts) -> Relay | None:
    settings = parts.settings
    if not settings.turn_urls:
        return None
    # coturn takes its secret as text, ours is a file of hexadecimal digits: those.
    secret = parts.secret("turn-key").hex()
    return Relay(urls=settings.turn_urls, secret=secret, only=settings.turn_only)
