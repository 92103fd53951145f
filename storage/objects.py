"""Evidence objects: the digest is the name, so it cannot lie.

An object lives under its office, so that no digest of one office, even of the
same bytes, says anything about another (domain rules 1.8, number 9).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_HEX: Final = re.compile(r"[0-9a-f]{64}")
_OFFICE: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Digest:
    hex: str

    def __post_init__(self) -> None:
        # Backends turn this into a key, so it must never be one.
        if not _HEX.fullmatch(self.hex):
            raise ValueError("not a SHA-256 digest in lower-case hex")

    @classmethod
    def of(cls, content: bytes) -> Digest:
        return cls(hashlib.sha256(content).hexdigest())


def office_folder(office: str) -> str:
    """Return the folder of ``office``, which may come from a request."""
    if not _OFFICE.fullmatch(office):
        raise ValueError("not an office key")
    return f"offices/{office}/"


def object_key(office: str, digest: Digest) -> str:
    return f"{office_folder(office)}{digest.hex[:2]}/{digest.hex}"


def whole_seconds(until: datetime) -> datetime:
    """Round up: stores keep seconds, and less than was promised is too little."""
    if until.utcoffset() is None:
        raise ValueError("an end of retention needs a time zone")
    exact = until.astimezone(UTC)
    return exact.replace(microsecond=0) + timedelta(seconds=exact.microsecond > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    office: str
    digest: Digest

    size: int
    """Bytes of the evidence itself, not of its ciphertext."""

    retain_until: datetime
    """Until then nobody can delete it, the platform's owner included."""

    legal_hold: bool
    version_id: str


class EvidenceStore(Protocol):
    def put(
        self,
        office: str,
        content: bytes | BinaryIO,
        *,
        retain_until: datetime,
        digest: Digest | None = None,
    ) -> StoredObject:
        """Store ``content`` and lock it.  The same bytes twice are one object.

        A stream has to be seekable.  ``digest`` says what it must hash to, or
        `ContentMismatch`; giving it spares one reading.  Putting again heals
        what was damaged and lengthens the retention, never shortens it.
        """
        ...

    def get(self, office: str, digest: Digest) -> bytes:
        """Return the bytes, or raise `ObjectMissing` / `ObjectCorrupt`."""
        ...

    def open(self, office: str, digest: Digest) -> AbstractContextManager[BinaryIO]:
        """Stream the bytes.

        Only the end of the stream proves the whole: `ObjectCorrupt` may come
        from the last read, so act on nothing before it.
        """
        ...

    def stat(self, office: str, digest: Digest) -> StoredObject: ...

    def extend_retention(self, office: str, digest: Digest, *, until: datetime) -> StoredObject:
        """Keep it at least ``until``; an earlier time changes nothing."""
        ...

    def set_legal_hold(self, office: str, digest: Digest, *, on: bool) -> StoredObject: ...

    def discard(self, office: str, digest: Digest) -> None:
        """Destroy what no retention and no hold keeps, or `ObjectLocked`."""
        ...
