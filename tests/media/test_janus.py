"""Janus alone: what it is told to leave out, and what becomes of a room when it dies."""

from __future__ import annotations

import json
import os
import secrets
import signal
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from server.embedded.janus import PROGRAM
from server.media.worker import RoomState
from tests.media.test_rooms import DeskInMemory, publish, start, until
from tests.media.tickets import ticket
from tests.media.worker_process import engine_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from server.embedded.supervisor import Supervised

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not PROGRAM.exists(), reason="needs Debian's package janus"),
]


def said(url: str, message: dict[str, Any]) -> Any:  # noqa: ANN401  # JSON
    sent = json.dumps({"transaction": secrets.token_hex(4), **message}).encode()
    request = urllib.request.Request(url, sent, {"Content-Type": "application/json"})  # noqa: S310  # our own server
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  # our own server
        return json.loads(answer.read())


def test_it_does_what_is_used_and_nothing_else(janus: tuple[Supervised, str]) -> None:
    url, secret, _ = janus[1].split()
    info = said(url, {"janus": "info", "apisecret": secret})
    assert list(info["plugins"]) == ["janus.plugin.videoroom"]
    assert list(info["transports"]) == ["janus.transport.http"]
    # Whoever does not know the secret gets no session, and nobody gets the administrator's way in.
    for stranger in ({}, {"apisecret": "janusrocks"}):
        assert said(url, {"janus": "create", **stranger})["error"]["code"] == 403
    with pytest.raises(urllib.error.HTTPError, match="404"):
        said(url.replace("/janus", "/admin"), {"janus": "info", "admin_secret": "janusoverlord"})
    # Even a session makes no room without the key for rooms.
    session = said(url, {"janus": "create", "apisecret": secret})["data"]["id"]
    here = f"{url}/{session}"
    attach = {"janus": "attach", "plugin": "janus.plugin.videoroom", "apisecret": secret}
    handle = said(here, attach)["data"]["id"]
    create = {"janus": "message", "apisecret": secret, "body": {"request": "create", "room": "x"}}
    assert said(f"{here}/{handle}", create)["plugindata"]["data"]["error_code"] != 0
    said(here, {"janus": "destroy", "apisecret": secret})


def test_when_it_dies_the_recording_is_halted_and_goes_on_with_the_next(
    janus: tuple[Supervised, str], tmp_path: Path, sit_down: Callable[[], Page]
) -> None:
    server, told = janus
    desk, page = DeskInMemory(state=RoomState.RECORDING), sit_down()
    running = start(tmp_path, desk, engine=engine_of(told))
    try:
        publish(page, running, ticket("party"))
        until(page, lambda: ("published", "party") in desk.told)
        until(page, lambda: any(each.stat().st_size > 20_000 for each in tmp_path.rglob("*.part")))
        killed = server.wait_until_ready()
        os.kill(killed, signal.SIGKILL)
        until(page, lambda: ("recording_failed", "party") in desk.told)
        # What had come is kept, without anybody's help.
        until(page, lambda: len(desk.delivered) == 1)
        server.wait_until_ready(other_than=killed)
        until(page, lambda: publish(page, running, ticket("party"))["status"] == 201)
        until(page, lambda: desk.told.count(("published", "party")) == 2)
        until(page, lambda: any(each.stat().st_size > 20_000 for each in tmp_path.rglob("*.part")))
        desk.state = RoomState.CLOSING
        until(page, lambda: desk.released == ["room-1"])
    finally:
        running.end()
    (first, _), (second, _) = desk.delivered
    assert (first.index, second.index) == (0, 1)
    assert second.prev_sha256 == first.sha256
    # The gap is there to be seen.
    assert second.starts_ms > first.ends_ms
