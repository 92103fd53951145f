"""A device is added by whoever holds the key and a second factor, and revoked for good."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from server.access.devices import (
    AuthenticatorKind,
    DeviceId,
    NewDevice,
    Proven,
    add_device,
    live_devices,
    possession_statement,
    revoke_device,
)
from server.access.errors import DeviceKnown, DeviceNotFound
from server.cases.errors import DeviceKeyRefused, DeviceSignatureRefused
from server.cases.ids import AccountId
from server.demo.device import DeviceKey
from tests.unit.access.asking_again import PARTY
from tests.unit.access.books import MemoryDevices
from tests.unit.cases.a_case import NOW

KEY, CODE = DeviceKey(), "493027"
PROVEN = Proven(account=PARTY.account, session=PARTY.session, code=CODE)


def introduced(key: DeviceKey = KEY, code: str = CODE) -> NewDevice:
    told = key.introduced(code)
    return NewDevice(
        kind=AuthenticatorKind(told["kind"]),
        public_key=key.public,
        signature=base64.urlsafe_b64decode(told["signature"] + "=="),
        name="telephone",
    )


def add(devices: MemoryDevices, given: NewDevice, device_id: str = "d-1") -> None:
    add_device(given, PROVEN, devices=devices, device_id=DeviceId(device_id), now=NOW)


def test_a_key_that_signs_the_code_is_added_to_whoever_gave_the_code() -> None:
    devices = MemoryDevices()
    add(devices, introduced())
    (device,) = live_devices(PARTY, devices)
    assert (device.account, device.public_key) == (PARTY.account, KEY.public)
    assert (device.added_in, device.added_at) == (PARTY.session, NOW)


def test_the_statement_names_the_key_and_the_code() -> None:
    assert possession_statement(b"key", "000001") == (
        '{"code":"000001",'
        '"key_sha256":"2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683",'
        '"type":"feigui.device.v1"}'
    )


def test_a_key_that_nobody_holds_is_not_added() -> None:
    devices = MemoryDevices()
    with pytest.raises(DeviceSignatureRefused):
        add(devices, introduced(code="493028"))
    with pytest.raises(DeviceSignatureRefused):
        add(devices, replace(introduced(), public_key=DeviceKey().public))
    with pytest.raises(DeviceKeyRefused):
        add(devices, replace(introduced(), public_key=b"no key"))
    assert devices.every == {}


def test_a_key_is_added_once_even_after_it_was_revoked() -> None:
    devices = MemoryDevices()
    add(devices, introduced())
    revoke_device(PARTY, DeviceId("d-1"), devices, now=NOW)
    with pytest.raises(DeviceKnown):
        add(devices, introduced(), "d-2")
    assert live_devices(PARTY, devices) == []


def test_nobody_revokes_another_person_s_device_or_the_same_one_twice() -> None:
    devices = MemoryDevices()
    add(devices, introduced())
    with pytest.raises(DeviceNotFound):
        revoke_device(replace(PARTY, account=AccountId("a-2")), DeviceId("d-1"), devices, now=NOW)
    revoke_device(PARTY, DeviceId("d-1"), devices, now=NOW)
    with pytest.raises(DeviceNotFound):
        revoke_device(PARTY, DeviceId("d-1"), devices, now=NOW)
