"""Devices over HTTP: with a sign-in or after it, never without a second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from server.cases.roles import Role
from server.demo.device import DeviceKey
from tests.edge.standing import PASSWORD, SECRET

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.edge.standing import Standing

PHONE = "+33639981001"


def devices(edge: Standing, token: str) -> list[dict[str, Any]]:
    return list(edge.get("/v1/auth/devices", token=token).get_json()["items"])


def sign_in(edge: Standing, key: DeviceKey, phone: str = PHONE, **changes: str) -> TestResponse:
    edge.clock.move(minutes=61)
    edge.post("/v1/auth/codes", {"phone": phone})
    code = edge.sent[-1][1]
    given = {"phone": phone, "code": code, "device": "Pixel 9"}
    introduced = key.introduced(code) | changes
    return edge.post("/v1/auth/codes/redemption", {**given, "device_key": introduced})


def add(edge: Standing, token: str, key: DeviceKey, **body: str) -> TestResponse:
    introduced = key.introduced(body["code"])
    return edge.post(
        "/v1/auth/devices", {"name": "tablet", "device_key": introduced, **body}, token=token
    )


def test_a_key_that_comes_with_a_sign_in_answers_from_then_on(edge: Standing) -> None:
    granted = sign_in(edge, DeviceKey())
    assert granted.status_code == 201
    (device,) = devices(edge, granted.get_json()["access_token"])
    assert (device["kind"], device["name"]) == ("device_key", "Pixel 9")


def test_a_key_that_does_not_sign_the_code_lets_nobody_in_and_spends_nothing(
    edge: Standing,
) -> None:
    phone, key = "+33639981002", DeviceKey()
    refused = sign_in(edge, key, phone, signature=DeviceKey().introduced("1")["signature"])
    assert (refused.status_code, refused.get_json()["code"]) == (422, "device_signature_refused")
    code = edge.sent[-1][1]
    again = {"phone": phone, "code": code, "device": "p", "device_key": key.introduced(code)}
    assert edge.post("/v1/auth/codes/redemption", again).status_code == 201


@pytest.mark.parametrize(
    "changes",
    [
        # Not base64url, or one of its other spellings.
        {"public_key": "A" * 121},
        # Not a key at all.
        {"public_key": "QUJD" * 30},
    ],
)
def test_what_is_no_key_is_named_and_not_repeated(edge: Standing, changes: dict[str, str]) -> None:
    refused = sign_in(edge, DeviceKey(), "+33639981003", **changes)
    assert refused.status_code == 422
    assert changes["public_key"] not in refused.get_data(as_text=True)


def test_an_applicant_adds_a_device_with_another_code(edge: Standing) -> None:
    phone = "+33639981004"
    token, key = edge.applicant(phone)["access_token"], DeviceKey()
    spent = edge.sent[-1][1]
    assert add(edge, token, key, code=spent).get_json()["code"] == "second_factor_refused"
    edge.clock.move(seconds=61)
    edge.post("/v1/auth/codes", {"phone": phone})
    added = add(edge, token, key, code=edge.sent[-1][1])
    assert (added.status_code, added.get_json()["name"]) == (201, "tablet")
    assert devices(edge, token) == [added.get_json()]


def test_another_person_s_code_adds_nothing(edge: Standing) -> None:
    token = edge.applicant("+33639981005")["access_token"]
    edge.post("/v1/auth/codes", {"phone": "+33639981006"})
    refused = add(edge, token, DeviceKey(), code=edge.sent[-1][1])
    assert (refused.status_code, devices(edge, token)) == (403, [])


def test_wrong_codes_are_counted_though_each_was_refused(edge: Standing) -> None:
    phone = "+33639981007"
    token = edge.applicant(phone)["access_token"]
    edge.clock.move(seconds=61)
    edge.post("/v1/auth/codes", {"phone": phone})
    right = edge.sent[-1][1]
    wrong = f"{(int(right) + 1) % 10**6:06}"
    tries = [add(edge, token, DeviceKey(), code=c).status_code for c in [wrong] * 5 + [right]]
    assert tries == [403] * 6


def test_staff_add_a_device_with_password_and_code_together(edge: Standing) -> None:
    token = edge.staff("km.device", Role.NOTARY)
    for half in ({"password": "wrong"}, {}):
        edge.clock.move(seconds=30)
        code = pyotp.TOTP(SECRET).at(edge.clock.at)
        refused = add(edge, token, DeviceKey(), code=code, **half)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "second_factor_refused")
    edge.clock.move(seconds=30)
    code = pyotp.TOTP(SECRET).at(edge.clock.at)
    assert add(edge, token, DeviceKey(), code=code, password=PASSWORD).status_code == 201


def test_staff_bring_a_key_to_their_sign_in(edge: Standing) -> None:
    edge.hire("km.brings", Role.APPROVER)
    edge.clock.move(seconds=30)
    code = pyotp.TOTP(SECRET).at(edge.clock.at)
    given = {"login": "km.brings", "password": PASSWORD, "totp": code, "device": "desk"}
    answer = edge.post(
        "/v1/auth/staff/sign-in", {**given, "device_key": DeviceKey().introduced(code)}
    )
    assert answer.status_code == 201
    assert len(devices(edge, answer.get_json()["access_token"])) == 1


def test_a_revoked_device_is_gone_in_every_session_and_its_key_stays_out(edge: Standing) -> None:
    phone, key = "+33639981008", DeviceKey()
    first = sign_in(edge, key, phone).get_json()["access_token"]
    (device,) = devices(edge, first)
    stranger = edge.applicant("+33639981009")["access_token"]
    path = f"/v1/auth/devices/{device['id']}"
    for token, status in ((stranger, 404), (first, 204), (first, 404)):
        headers = {"Authorization": f"Bearer {token}"}
        assert edge.client.delete(path, headers=headers).status_code == status
    assert devices(edge, first) == []
    again = sign_in(edge, key, phone)
    assert (again.status_code, again.get_json()["code"]) == (409, "device_known")
