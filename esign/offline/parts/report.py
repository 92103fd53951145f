"""What is asked, and what the steps find."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from esign.offline.parts.certificates import Cert, Crl
from esign.offline.parts.documents import Document
from esign.offline.parts.faults import Fault, require
from esign.offline.parts.plain_json import read_json
from esign.offline.parts.stamps import Signed


@dataclass
class Step:
    number: int
    zh: str
    en: str
    evidence: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    reached: bool = True

    def shows(self, zh: str, en: str) -> None:
        self.evidence.append((zh, en))

    def notes_that(self, zh: str, en: str) -> None:
        self.notes.append((zh, en))


@dataclass
class Asked:
    package: bytes
    at: datetime
    roots: list[Cert] = field(default_factory=list)
    log_key: str | None = None
    party_roots: list[Cert] = field(default_factory=list)
    links: list[Cert] = field(default_factory=list)
    lists: list[Crl] = field(default_factory=list)
    witness_keys: list[str] = field(default_factory=list)


@dataclass
class Found:
    """What the steps learn and hand on."""

    files: dict[str, bytes] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    roots: dict[Cert, Cert] = field(default_factory=dict)
    party_roots: list[Cert] = field(default_factory=list)
    lists: list[Crl] = field(default_factory=list)
    seal: Signed | None = None
    certificate: Document | None = None
    deed: Document | None = None
    links: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def about(self) -> dict[str, Any]:
        return dict(self.manifest["about"])

    @property
    def algorithms(self) -> list[str]:
        """By which the office signs; packages of before there was a choice do not say."""
        return str(self.about.get("algorithms", "")).split()

    def json(self, name: str) -> Any:
        require(name in self.files, "file_missing", name)
        return read_json(self.files[name], name)


def shown(at: datetime) -> str:
    return at.astimezone(timezone(timedelta(hours=8))).isoformat(timespec="seconds")
