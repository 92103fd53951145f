"""Names and passwords for a TURN relay, for whom the network lets nothing else through.

After draft-uberti-behave-turn-rest-00, as coturn's ``use-auth-secret`` reads them: the
name says until when it is good, the password is an HMAC over it. The relay keeps no
list, and learns of nobody who they are: what stands after the time is a number that
holds for one person in one ceremony, so that the relay can limit each.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Final

LIFETIME_S: Final = 3600
"""For beginning; what is relayed by then goes on until it is left."""

_DOMAIN: Final = b"feigui relay name 1\x00"
_NAME_OCTETS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A TURN server that we share a secret with."""

    urls: tuple[str, ...]
    secret: str
    """As it stands in the relay's own configuration (``static-auth-secret``)."""

    only: bool
    """Nothing goes past the relay, although something could."""

    @property
    def policy(self) -> str:
        """As ``RTCConfiguration.iceTransportPolicy`` takes it."""
        return "relay" if self.only else "all"

    def ice_servers(self, *, room: str, participant: str, now: int) -> list[dict[str, Any]]:
        """Return the relay with a name and password good from ``now`` (seconds since 1970)."""
        name = f"{now + LIFETIME_S}:{self._opaque(room, participant)}"
        return [{"urls": list(self.urls), "username": name, "credential": self._password(name)}]

    def _opaque(self, room: str, participant: str) -> str:
        told = _DOMAIN + f"{room}\x00{participant}".encode()
        mac = hmac.digest(self.secret.encode(), told, hashlib.sha256)
        return mac[:_NAME_OCTETS].hex()

    def _password(self, name: str) -> str:
        # SHA-1 because that is the protocol; as an HMAC nothing is known against it.
        mac = hmac.digest(self.secret.encode(), name.encode(), hashlib.sha1)
        return base64.b64encode(mac).decode()
