"""What an event certificate (事件证书) is bound to: three digests in one extension.

The certificate then says not only who signed, but after which identity check,
at which point of the recording, and over which document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from asn1crypto.core import Integer, OctetString, Sequence

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class _EvidenceDigests(Sequence):  # type: ignore[misc]  # asn1crypto ships no types
    _fields: ClassVar[list[Any]] = [
        ("version", Integer),
        ("identity_check", OctetString),
        ("ceremony_segment", OctetString),
        ("document", OctetString),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDigests:
    """SHA-256 each, in lower-case hexadecimal."""

    identity_check: str
    """Of the identity check's result as it was stored."""

    ceremony_segment: str
    """Head of the recording's hash chain at the moment of signing."""

    document: str
    """Of the document as the party saw it, before any signature."""

    def __post_init__(self) -> None:
        for digest in (self.identity_check, self.ceremony_segment, self.document):
            if not _SHA256.fullmatch(digest):
                raise ValueError("an evidence digest is 64 lower-case hexadecimal digits")

    def to_der(self) -> bytes:
        encoded: bytes = _EvidenceDigests(
            {
                "version": 1,
                "identity_check": bytes.fromhex(self.identity_check),
                "ceremony_segment": bytes.fromhex(self.ceremony_segment),
                "document": bytes.fromhex(self.document),
            }
        ).dump()
        return encoded

    @classmethod
    def from_der(cls, der: bytes) -> EvidenceDigests:
        fields = _EvidenceDigests.load(der, strict=True).native
        return cls(
            identity_check=fields["identity_check"].hex(),
            ceremony_segment=fields["ceremony_segment"].hex(),
            document=fields["document"].hex(),
        )
