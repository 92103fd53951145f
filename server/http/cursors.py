"""Cursors of lists: opaque, sealed, and good for the same question only.

A cursor holds the sort key and the id of the last line shown, and a digest of who
asked what. Sealed, because a position that a caller could choose would be a
query that nobody has looked at.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import TYPE_CHECKING, Final

from server.problems.refusals import CursorRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.http.call import Call

_MAC: Final = 16
_KEY_BYTES: Final = 32


class Cursors:
    def __init__(self, key: bytes) -> None:
        if len(key) < _KEY_BYTES:
            raise ValueError("a cursor key has at least 32 bytes")
        self._key = key

    def position(
        self, call: Call, *, filters: Mapping[str, str | None]
    ) -> tuple[datetime, str] | None:
        """Return after which line the call wants to go on, or raise `CursorRefused`."""
        cursor = call.query.get("cursor")
        if cursor is None:
            return None
        payload = self._opened(cursor)
        try:
            at, last, question = json.loads(payload)
            position = (datetime.fromisoformat(at), str(last))
        except (ValueError, TypeError):
            raise CursorRefused from None
        if question != _question(call, filters):
            raise CursorRefused
        return position

    def after(
        self, call: Call, position: tuple[datetime, str], *, filters: Mapping[str, str | None]
    ) -> str:
        """Return the cursor that goes on after ``position``."""
        at, last = position
        payload = json.dumps([at.isoformat(), last, _question(call, filters)]).encode()
        return base64.urlsafe_b64encode(self._mac(payload) + payload).rstrip(b"=").decode()

    def _opened(self, cursor: str) -> bytes:
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True)
        except ValueError:
            raise CursorRefused from None
        mac, payload = raw[:_MAC], raw[_MAC:]
        if not hmac.compare_digest(mac, self._mac(payload)):
            raise CursorRefused
        return payload

    def _mac(self, payload: bytes) -> bytes:
        return hmac.new(self._key, payload, hashlib.sha256).digest()[:_MAC]


def _question(call: Call, filters: Mapping[str, str | None]) -> str:
    caller = call.caller.account if call.caller else None
    asked = json.dumps([call.operation, caller, dict(filters)], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:16]
