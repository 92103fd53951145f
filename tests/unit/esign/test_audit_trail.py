"""The trail of key uses: whole, altered, or torn by a crash."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from esign.custody.audit import AuditTrail, verify_trail
from esign.errors import TrailBroken
from esign.testing import SetClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = SetClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    written = AuditTrail(path, now=NOW)
    for number in range(3):
        written.append("sign_digest", key=f"file:{number}")
    return path


def test_a_whole_trail_tells_its_entries(trail: Path, tmp_path: Path) -> None:
    AuditTrail(trail, now=NOW).append("revoke", serial="1")
    assert [e["operation"] for e in verify_trail(trail)] == ["sign_digest"] * 3 + ["revoke"]
    assert verify_trail(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("line", "altered", "broken"),
    [
        # A use is renamed: its own line still follows, the next one does not.
        (0, lambda line: line.replace(b"file:0", b"file:9"), 2),
        # A use is taken out.
        (1, lambda _: None, 2),
        # A line that is no JSON, and JSON that is no entry.
        (1, lambda _: b"{", 2),
        (2, lambda _: b"[]", 3),
        # A beginning that follows from something else.
        (0, lambda line: line.replace(b"0" * 64, b"1" * 64), 1),
    ],
)
def test_an_altered_line_is_named(
    trail: Path, line: int, altered: Callable[[bytes], bytes | None], broken: int
) -> None:
    lines: list[bytes | None] = [*trail.read_bytes().splitlines()]
    lines[line] = altered(lines[line] or b"")
    trail.write_bytes(b"".join(each + b"\n" for each in lines if each is not None))
    with pytest.raises(TrailBroken) as found:
        verify_trail(trail)
    assert found.value.line == broken


def test_a_line_that_a_crash_tore_is_taken_away_and_that_is_on_record(trail: Path) -> None:
    whole = trail.read_bytes()
    trail.write_bytes(whole + b'{"at": "2026-03-01T00')
    AuditTrail(trail, now=NOW).append("sign_once")
    entries = verify_trail(trail)
    assert trail.read_bytes().startswith(whole)
    assert [e["operation"] for e in entries[3:]] == ["torn_line_removed", "sign_once"]
