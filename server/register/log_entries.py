"""What the transparency log says of a certificate: digests, office and time, and nobody's name.

An entry is RFC 8785 canonical JSON and never changes its form under one version:
version 2 names the signed deed as well (docs/adr/0038). A certificate is called by its
mark, a digest of the 128 random bits in its QR code: who holds the certificate finds all
that was logged of it, and who reads the whole log can ask the register about nothing
(docs/adr/0018).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from server.register.canonical_json import canonical_json
from server.register.certificates import Certificate, CertificateKind, CertificateStatus
from server.register.errors import LogEntryMalformed

TYPE: Final = "feigui.certificate"
VERSION: Final = 2
READ: Final = frozenset({1, VERSION})
_MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"
_MARK: Final = b"feigui.certificate\x00"


class LogKind(StrEnum):
    ISSUE = "issue"
    CORRECTION = "correction"  # Issued in the place of the related one.
    SUPPLEMENT = "supplement"  # Issued beside the related one.
    ENFORCEMENT = "enforcement"  # Issued for the deed of the related one.
    SUPERSESSION = "supersession"  # The related one took its place.
    PARTIAL_REVOCATION = "partial_revocation"
    REVOCATION = "revocation"
    VOID = "void"  # Its number was allotted and never used.


ISSUED_AS: Final = {
    CertificateKind.ORIGINAL: LogKind.ISSUE,
    CertificateKind.CORRECTED: LogKind.CORRECTION,
    CertificateKind.SUPPLEMENTARY: LogKind.SUPPLEMENT,
    CertificateKind.ENFORCEMENT: LogKind.ENFORCEMENT,
}
ENDED_AS: Final = {
    CertificateStatus.SUPERSEDED: LogKind.SUPERSESSION,
    CertificateStatus.PARTLY_REVOKED: LogKind.PARTIAL_REVOCATION,
    CertificateStatus.REVOKED: LogKind.REVOCATION,
    CertificateStatus.VOIDED: LogKind.VOID,
}
TELLS: Final = {kind: status for status, kind in ENDED_AS.items()} | dict.fromkeys(
    ISSUED_AS.values(), CertificateStatus.VALID
)
"""Which status a certificate has from an entry on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    kind: LogKind
    certificate: str
    """Mark of the certificate."""

    sealed_sha256: str | None
    deed_sha256: str | None = None
    """The deed as everybody had signed it when the certificate was sealed."""

    related: str | None
    """Mark of the certificate that this one corrects, supplements, enforces or gave way to."""

    office: str
    at: datetime
    """UTC, whole seconds."""

    version: int = VERSION

    def __bytes__(self) -> bytes:
        said = {
            "at": self.at.astimezone(UTC).strftime(_MOMENT),
            "certificate": self.certificate,
            "kind": self.kind.value,
            "office": self.office,
            "related": self.related,
            "sealed_sha256": self.sealed_sha256,
            "type": TYPE,
            "v": self.version,
        }
        if self.version > 1:
            said["deed_sha256"] = self.deed_sha256
        return canonical_json(said)


def mark_of(public_id: str) -> str:
    """Return what a certificate is called in the log."""
    return hashlib.sha256(_MARK + public_id.encode()).hexdigest()


def read_entry(content: bytes) -> LogEntry:
    """Return the entry that ``content`` spells, or raise `LogEntryMalformed`."""
    try:
        said = json.loads(content)
        version = int(said["v"])
        entry = LogEntry(
            kind=LogKind(said["kind"]),
            certificate=said["certificate"],
            sealed_sha256=said["sealed_sha256"],
            related=said["related"],
            office=said["office"],
            at=datetime.strptime(said["at"], _MOMENT).replace(tzinfo=UTC),
            deed_sha256=said["deed_sha256"] if version > 1 else None,
            version=version,
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise LogEntryMalformed from None
    if entry.version not in READ or bytes(entry) != content:
        raise LogEntryMalformed
    return entry


def entries_of(
    before: Certificate | None, after: Certificate, *, related: str | None
) -> list[LogEntry]:
    """Return what has to be logged when ``before`` becomes ``after``, often nothing.

    ``related`` is the mark of the certificate that ``after`` names.
    """
    was = CertificateStatus.INTENDED if before is None else before.status
    if after.status is was:
        return []
    kinds = []
    if was is CertificateStatus.INTENDED and after.status is not CertificateStatus.VOIDED:
        kinds.append((ISSUED_AS[after.kind], after.sealed_at))
    if after.status in ENDED_AS:
        kinds.append((ENDED_AS[after.status], after.ended_at))
    return [
        LogEntry(
            kind=kind,
            certificate=mark_of(after.public_id),
            sealed_sha256=after.sealed_sha256,
            deed_sha256=after.deed_sha256,
            related=related,
            office=after.office,
            at=(at or after.intended_at).astimezone(UTC).replace(microsecond=0),
        )
        for kind, at in kinds
    ]


def named_by(certificate: Certificate) -> str | None:
    """Return the number of the certificate that the newest entry on this one relates to."""
    if certificate.status is CertificateStatus.SUPERSEDED:
        return certificate.successor
    return certificate.relates_to
