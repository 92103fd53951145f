"""Every use of a key on one line, each line carrying the hash of the one before.

Holds key names, serials and digests; never a person's name.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from esign.clock import Clock

GENESIS = "0" * 64


class AuditTrail:
    def __init__(self, path: Path, *, now: Clock) -> None:
        self._path = path
        self._now = now
        self._lock = threading.Lock()
        self._head = _head_of(path)

    def append(self, operation: str, **facts: str) -> None:
        """Put a use on record and on disk, before it happens."""
        with self._lock:
            entry = {"at": self._now().isoformat(), "operation": operation, **facts}
            line = json.dumps({**entry, "previous": self._head}, sort_keys=True).encode()
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(line + b"\n")
                file.flush()
                os.fsync(file.fileno())
            self._head = hashlib.sha256(line).hexdigest()


def _head_of(path: Path) -> str:
    if not path.exists():
        return GENESIS
    lines = path.read_bytes().splitlines()
    return hashlib.sha256(lines[-1]).hexdigest() if lines else GENESIS
