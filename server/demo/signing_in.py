"""How the people of the demonstration sign in: a code by telephone, or password and TOTP."""

from __future__ import annotations

import json
import secrets
import time
from typing import TYPE_CHECKING, Final

import pyotp

from server.demo.api import Api, CallRefused

if TYPE_CHECKING:
    from pathlib import Path

    from server.demo.api import Reply
    from server.demo.seeding import Credentials

STEP_S: Final = 30
REFUSED: Final = 401
DEVICE: Final = "demo"


class NothingSent(Exception):
    """A code was asked for, and the outbox has none."""


def fictional_phone() -> str:
    """Return a number of the block that France keeps for films (ARCEP: 06 39 98 ...)."""
    return f"+3363998{secrets.randbelow(10_000):04}"


def as_applicant(base: str, phone: str, outbox: Path, *, language: str = "en") -> Api:
    """Sign in with a one-time code, read where the telephone would show it."""
    api = Api(base=base, language=language)
    api.post("/v1/auth/codes", {"phone": phone})
    code = latest_code(outbox, phone)
    if code is None:
        raise NothingSent(phone)
    granted = api.post(
        "/v1/auth/codes/redemption",
        {
            "phone": phone,
            "code": code,
            "device": DEVICE,
            "device_key": api.key.introduced(code),
        },
    )
    return _in(api, granted)


def as_staff(base: str, person: Credentials) -> Api:
    """Sign in with password and TOTP; a code that was spent is waited out."""
    api = Api(base=base)
    totp = pyotp.TOTP(person.totp_secret)
    try:
        granted = _sign_in(api, person, totp.now())
    except CallRefused as refused:
        if refused.status != REFUSED:
            raise
        time.sleep(STEP_S - time.time() % STEP_S + 0.5)  # the present step is spent
        granted = _sign_in(api, person, totp.now())
    return _in(api, granted)


def _in(api: Api, granted: Reply) -> Api:
    api.token, api.refresh_token = granted["access_token"], granted["refresh_token"]
    newest, *_ = api.get("/v1/auth/devices")["items"]
    api.key.id = str(newest["id"])
    return api


def _sign_in(api: Api, person: Credentials, code: str) -> Reply:
    return api.post(
        "/v1/auth/staff/sign-in",
        {
            "login": person.login,
            "password": person.password,
            "totp": code,
            "device": DEVICE,
            "device_key": api.key.introduced(code),
        },
    )


def latest_code(outbox: Path, phone: str) -> str | None:
    """Return the code that was sent to ``phone`` last; None where none was."""
    lines = outbox.read_text("utf-8").splitlines() if outbox.exists() else []
    told = (each for each in map(json.loads, lines) if each["to"] == phone)
    sent = [str(each["code"]) for each in told if "code" in each]
    return sent[-1] if sent else None
