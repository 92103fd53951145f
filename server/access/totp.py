"""Time-based codes of staff (RFC 6238): thirty seconds, one step of drift either way."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

import pyotp

if TYPE_CHECKING:
    from datetime import datetime

STEP_S: Final = 30
DRIFT: Final = (0, -1, 1)
NOBODYS_SECRET: Final = "A" * 32


def matching_step(secret: str | None, code: str, *, now: datetime) -> int | None:
    """Return the step whose code this is, or ``None``; always does the same work."""
    totp = pyotp.TOTP(secret or NOBODYS_SECRET, interval=STEP_S)
    present = int(now.timestamp()) // STEP_S
    found = None
    for drift in DRIFT:
        step = present + drift
        if hmac.compare_digest(totp.generate_otp(step), code):
            found = step
    return found if secret is not None else None
