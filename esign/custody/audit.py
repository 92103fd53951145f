"""Every use of a key on one line, each line carrying the hash of the one before.

Holds key names, serials and digests; never a person's name. Whoever alters or
removes a line breaks the chain after it; whoever cuts off the end is noticed by
those who kept an earlier head.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from typing import TYPE_CHECKING, Final

from esign.authorities.directory import append_line
from esign.errors import TrailBroken

if TYPE_CHECKING:
    from pathlib import Path

    from esign.clock import Clock

GENESIS: Final = "0" * 64


class AuditTrail:
    """For one process at a time: the head is remembered, not read again."""

    def __init__(self, path: Path, *, now: Clock) -> None:
        self._path = path
        self._now = now
        self._lock = threading.Lock()
        torn = _cut_torn_end(path)
        lines = _lines(path)
        self._head = _hash(lines[-1]) if lines else GENESIS
        if torn:
            self.append("torn_line_removed", digest=_hash(torn))

    def append(self, operation: str, **facts: str) -> None:
        """Put a use on record and on disk, before it happens."""
        with self._lock:
            entry = {"at": self._now().isoformat(), "operation": operation, **facts}
            line = json.dumps({**entry, "previous": self._head}, sort_keys=True).encode()
            append_line(self._path, line)
            self._head = _hash(line)


def verify_trail(path: Path) -> list[dict[str, str]]:
    """Return the entries of a trail whose every line follows from the one before.

    Raises `TrailBroken` with the number of the first line that does not.
    """
    entries, head = [], GENESIS
    for number, line in enumerate(_lines(path), start=1):
        entry = _entry(line)
        if entry.get("previous") != head:
            raise TrailBroken(number)
        entries.append(entry)
        head = _hash(line)
    return entries


def _entry(line: bytes) -> dict[str, str]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.exists() else []


def _cut_torn_end(path: Path) -> bytes:
    """Take away a last line that a crash left unfinished: what it announced never began."""
    content = path.read_bytes() if path.exists() else b""
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(path, whole)
    return content[whole:]


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
