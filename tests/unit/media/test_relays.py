"""Names for a relay: good for a time, made with a shared secret, and they name nobody."""

from __future__ import annotations

import base64
import re
import subprocess
from dataclasses import replace

import pytest

from server.ceremony.relays import LIFETIME_S, Relay
from server.settings import Settings, SettingsError

NOW = 1_790_000_000
RELAY = Relay(urls=("turn:relay.example:3478",), secret="a shared secret", only=False)
REQUIRED = (
    *("DATABASE_URL", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY", "KEY_ENCRYPTION_KEYS"),
    *("SECRETS", "TOKEN_KEYS", "AUTHORITIES", "SIGNER_SOCKET", "TSA_URL", "PUBLIC_URL"),
)


def given(*, room: str = "room-1", participant: str = "wang-fang") -> dict[str, str]:
    (server,) = RELAY.ice_servers(room=room, participant=participant, now=NOW)
    return {name: server[name] for name in ("username", "credential")}


def test_the_password_is_what_the_relay_computes_from_the_name() -> None:
    mac = subprocess.run(
        ["openssl", "dgst", "-sha1", "-hmac", "a shared secret", "-binary"],
        input=given()["username"].encode(),
        check=True,
        capture_output=True,
    ).stdout
    assert base64.b64decode(given()["credential"]) == mac


def test_pages_are_told_whether_anything_but_the_relay_is_a_way() -> None:
    assert RELAY.policy == "all"
    assert replace(RELAY, only=True).policy == "relay"


def test_the_name_says_until_when_and_not_who() -> None:
    until, _, who = given()["username"].partition(":")
    assert int(until) == NOW + LIFETIME_S
    assert re.fullmatch(r"[0-9a-f]{24}", who)
    # One person in one ceremony is one name, so that the relay can limit each of them.
    assert given() == given()
    assert given(participant="li-na") != given()
    assert given(room="room-2") != given()


def settings(**others: str) -> Settings:
    return Settings.from_environ({f"FEIGUI_{name}": "x" for name in REQUIRED} | others)


def test_relays_are_read_from_the_settings() -> None:
    urls = "turn:a.example:3478?transport=udp,turns:a.example:443"
    read = settings(FEIGUI_TURN_URLS=urls, FEIGUI_TURN_ONLY="on")
    assert read.turn_urls == tuple(urls.split(","))
    assert (read.turn_only, read.media_relayed) == (True, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"FEIGUI_TURN_URLS": "https://relay.example"},
        {"FEIGUI_TURN_ONLY": "on"},
        {"FEIGUI_MEDIA_RELAYED": "on"},
    ],
)
def test_relays_that_lead_nowhere_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        settings(**wrong)
