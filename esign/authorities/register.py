"""Which certificates were taken back, appended to a file and never removed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography.x509 import ReasonFlags

from esign.authorities.directory import append_line
from esign.authorities.revocation import Revoked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class RevocationRegister:
    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, authority: str, revoked: Revoked) -> None:
        row = {
            "authority": authority,
            "serial": f"{revoked.serial:x}",
            "at": revoked.at.isoformat(),
            "reason": revoked.reason.value,
        }
        if revoked.invalid_since is not None:
            row["invalid_since"] = revoked.invalid_since.isoformat()
        append_line(self._path, json.dumps(row).encode())

    def of(self, authority: str) -> list[Revoked]:
        """Return of each certificate of ``authority`` the revocation that counts first."""
        if not self._path.exists():
            return []
        first: dict[int, Revoked] = {}
        for row in map(json.loads, self._path.read_text().splitlines()):
            if row["authority"] == authority:
                read = _read(row)
                known = first.setdefault(read.serial, read)
                if read.counts_from < known.counts_from:
                    first[read.serial] = read
        return list(first.values())


def _read(row: Mapping[str, str]) -> Revoked:
    since = row.get("invalid_since")
    return Revoked(
        serial=int(row["serial"], 16),
        at=datetime.fromisoformat(row["at"]),
        reason=ReasonFlags(row.get("reason", ReasonFlags.unspecified.value)),
        invalid_since=datetime.fromisoformat(since) if since else None,
    )
