"""Which certificates were taken back, appended to a file and never removed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from esign.authorities.directory import append_line
from esign.authorities.revocation import Revoked

if TYPE_CHECKING:
    from pathlib import Path


class RevocationRegister:
    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, authority: str, revoked: Revoked) -> None:
        row = {
            "authority": authority,
            "serial": f"{revoked.serial:x}",
            "at": revoked.at.isoformat(),
        }
        append_line(self._path, json.dumps(row).encode())

    def of(self, authority: str) -> list[Revoked]:
        """Return the first revocation of each certificate of ``authority``."""
        if not self._path.exists():
            return []
        first: dict[int, Revoked] = {}
        for row in map(json.loads, self._path.read_text().splitlines()):
            if row["authority"] == authority:
                serial = int(row["serial"], 16)
                at = datetime.fromisoformat(row["at"])
                first.setdefault(serial, Revoked(serial=serial, at=at))
        return list(first.values())
