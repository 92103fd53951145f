"""The stand-in that delivers codes warns, and its file is its owner's alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from server.access.outbox import OutboxFile
from storage.errors import NotForProduction

if TYPE_CHECKING:
    from pathlib import Path


def test_codes_are_appended_where_only_the_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    with pytest.warns(NotForProduction, match="written to a file"):
        send = OutboxFile(path)
    send("+33600000001", "123456", "zh-CN")
    send("+33600000002", "654321", "en")
    send.invite("a@example.com", "https://feigui.example/ceremony#invitation=x", "en")
    first, second, third = map(json.loads, path.read_text().splitlines())
    assert (first["code"], second["code"]) == ("123456", "654321")
    assert third == {
        "to": "a@example.com",
        "invitation": "https://feigui.example/ceremony#invitation=x",
        "language": "en",
    }
    assert path.stat().st_mode & 0o777 == 0o600
