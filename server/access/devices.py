"""Devices that answer for a person: a key made in the phone, added with a second factor.

A key proves itself by signing the very one-time code that adds it, so that neither a code
alone nor a token alone adds one. A row is never deleted: who could sign when stays known.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

from server.access.errors import DeviceKnown, DeviceNotFound
from server.cases.device_keys import require_device_key, require_device_signature

if TYPE_CHECKING:
    from datetime import datetime

    from server.access.ports import DeviceBook
    from server.access.principals import Principal, SessionId
    from server.cases.ids import AccountId

DeviceId = NewType("DeviceId", str)

STATEMENT: Final = "feigui.device.v1"


class AuthenticatorKind(StrEnum):
    """What answers; a passkey will be another."""

    DEVICE_KEY = "device_key"  # P-256 in the phone's keystore, opened by its screen lock.


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    id: DeviceId
    account: AccountId
    kind: AuthenticatorKind
    public_key: bytes
    """SubjectPublicKeyInfo, DER."""

    name: str
    """What the app calls it; for the person's own list."""

    added_at: datetime
    added_in: SessionId
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    kind: AuthenticatorKind
    public_key: bytes
    signature: bytes
    """Over `possession_statement`; DER."""

    name: str


def possession_statement(public_key: bytes, code: str) -> str:
    """Return what a new key signs: canonical JSON that names the key and the one-time code."""
    told = {
        "code": code,
        "key_sha256": hashlib.sha256(public_key).hexdigest(),
        "type": STATEMENT,
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Who adds a device, after the second factor was right."""

    account: AccountId
    session: SessionId
    code: str
    """The one-time code that was right; spent by now."""


def add_device(
    given: NewDevice, proven: Proven, *, devices: DeviceBook, device_id: DeviceId, now: datetime
) -> Device:
    """Add a device, or raise `DeviceKeyRefused`, `DeviceSignatureRefused`, `DeviceKnown`."""
    require_device_key(given.public_key)
    statement = possession_statement(given.public_key, proven.code)
    require_device_signature(given.public_key, statement, given.signature)
    device = Device(
        id=device_id,
        account=proven.account,
        kind=given.kind,
        public_key=given.public_key,
        name=given.name,
        added_at=now,
        added_in=proven.session,
    )
    if not devices.add(device):
        raise DeviceKnown
    return device


def live_devices(principal: Principal, devices: DeviceBook) -> list[Device]:
    """Return the devices that can answer for the caller, newest first."""
    return [d for d in devices.of(principal.account) if d.revoked_at is None]


def revoke_device(
    principal: Principal, device_id: DeviceId, devices: DeviceBook, *, now: datetime
) -> None:
    """Let a device answer nothing from now on, in whatever session; or `DeviceNotFound`."""
    if not any(d.id == device_id for d in live_devices(principal, devices)):
        raise DeviceNotFound
    devices.revoke(device_id, at=now)
