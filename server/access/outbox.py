"""A stand-in for the partner that delivers messages: codes and invitations land in a file.

Whoever reads the file can sign in as anybody, so it warns.
"""

from __future__ import annotations

import json
import os
import warnings
from typing import TYPE_CHECKING

from storage.errors import NotForProduction

if TYPE_CHECKING:
    from pathlib import Path


class OutboxFile:
    def __init__(self, path: Path) -> None:
        warnings.warn("sign-in codes are written to a file", NotForProduction, stacklevel=2)
        self._path = path

    def __call__(self, contact: str, code: str, language: str) -> None:
        """Append one line; the file belongs to its owner alone."""
        self._append({"to": contact, "code": code, "language": language})

    def invite(self, contact: str, link: str, language: str) -> None:
        """Append the link of an invitation to a ceremony."""
        self._append({"to": contact, "invitation": link, "language": language})

    def _append(self, message: dict[str, str]) -> None:
        line = json.dumps(message) + "\n"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        with os.fdopen(os.open(self._path, flags, 0o600), "w", encoding="utf-8") as outbox:
            outbox.write(line)
