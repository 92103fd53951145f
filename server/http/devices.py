"""The caller's devices: added with a second factor, listed, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server.access.codes import spend_code
from server.access.devices import (
    AuthenticatorKind,
    Device,
    DeviceId,
    NewDevice,
    Proven,
    add_device,
    live_devices,
    revoke_device,
)
from server.access.errors import LoginRefused, SecondFactorRefused
from server.access.principals import AccountKind
from server.access.staff_login import StaffBooks, StaffCredentials, prove_staff
from server.http.call import Answer, Binding
from server.http.encoded_bytes import decoded
from server.http.shown.times import rfc3339

if TYPE_CHECKING:
    from server.access.codes import CodeMaking
    from server.access.grants import Grant
    from server.access.passwords import Passwords
    from server.http.call import Call


def add_device_of_sign_in(call: Call, grant: Grant, *, code: str) -> None:
    """Add the key that came with a sign-in, under the code that was just spent on it."""
    told = call.body.get("device_key")
    if told is None:
        return
    proven = Proven(account=grant.principal.account, session=grant.session.id, code=code)
    _add(call, _told(told, name=call.body["device"], at="/device_key"), proven)


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    making: CodeMaking
    passwords: Passwords

    def add(self, call: Call) -> Answer:
        given = _told(call.body["device_key"], name=call.body["name"], at="/device_key")
        code = self._second_factor(call)
        caller = call.principal
        proven = Proven(account=caller.account, session=caller.session, code=code)
        device = _add(call, given, proven)
        return Answer(status=201, body=_as_seen(device))

    def _second_factor(self, call: Call) -> str:
        """Spend the caller's one-time code; staff give their password with it."""
        caller, code = call.principal, str(call.body["code"])
        try:
            if caller.kind is AccountKind.APPLICANT:
                contact = call.tx.accounts.applicant(caller.account).contact
                spend_code(contact, code, codes=call.tx.codes, making=self.making, now=call.now)
            else:
                self._prove_staff(call, code)
        except LoginRefused:
            raise SecondFactorRefused from None
        return code

    def _prove_staff(self, call: Call, code: str) -> None:
        tx = call.tx
        given = StaffCredentials(
            login=tx.accounts.staff(call.principal.account).login,
            password=call.body.get("password", ""),
            totp=code,
            device="",
        )
        books = StaffBooks(accounts=tx.accounts, sessions=tx.sessions, tries=tx.login_tries)
        prove_staff(given, books=books, passwords=self.passwords, now=call.now)


def list_devices(call: Call) -> Answer:
    found = live_devices(call.principal, call.tx.devices)
    return Answer(body={"items": [_as_seen(device) for device in found]})


def revoke(call: Call) -> Answer:
    device = DeviceId(call.path["device_id"])
    revoke_device(call.principal, device, call.tx.devices, now=call.now)
    return Answer(status=204)


def _told(told: dict[str, Any], *, name: str, at: str) -> NewDevice:
    return NewDevice(
        kind=AuthenticatorKind(told["kind"]),
        public_key=decoded(told["public_key"], pointer=f"{at}/public_key"),
        signature=decoded(told["signature"], pointer=f"{at}/signature"),
        name=name,
    )


def _add(call: Call, given: NewDevice, proven: Proven) -> Device:
    return add_device(
        given,
        proven,
        devices=call.tx.devices,
        device_id=DeviceId(call.new_id()),
        now=call.now,
    )


def _as_seen(device: Device) -> dict[str, Any]:
    return {
        "id": device.id,
        "kind": device.kind,
        "name": device.name,
        "added_at": rfc3339(device.added_at),
    }


def bindings(*, making: CodeMaking, passwords: Passwords) -> list[Binding]:
    devices = Devices(making=making, passwords=passwords)
    return [
        Binding(operation_id="add_device", handler=devices.add),
        Binding(operation_id="list_devices", handler=list_devices),
        Binding(operation_id="revoke_device", handler=revoke),
    ]
