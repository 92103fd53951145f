"""The office's seal over the manifest of an evidence package: made once, and kept.

A signature is never the same twice. So that two exports of one state are the
same bytes, the seal over a manifest is looked up by the manifest's digest; what
is irreversible about it (the seal was used) has its intent on record first.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from server.register.evidence_package import evidence_package, manifest_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from server.register.evidence_package import Contents


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSeal:
    office: str
    case: str
    certificate: str
    manifest_sha256: str
    intended_at: datetime
    sealed_at: datetime | None = None
    signature: bytes | None = None
    """CMS, DER; ``None`` while the seal is only intended."""


class PackageSealBook(Protocol):
    def intend(self, seal: PackageSeal) -> PackageSeal:
        """Put the intent on record, or return what is there for this manifest."""
        ...

    def keep(self, intended: PackageSeal, signature: bytes, *, at: datetime) -> PackageSeal:
        """Keep the signature, or return the one that somebody else kept first."""
        ...


class PackageBooks(Protocol):
    @property
    def package_seals(self) -> PackageSealBook: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """How a manifest is sealed. Each part is connected in the wiring."""

    open_books: Callable[[], AbstractContextManager[PackageBooks]]
    seal: Callable[[str, bytes], bytes]
    """(office, manifest) -> detached CMS with a time-stamp."""

    now: Callable[[], datetime]


def sealed_package(
    contents: Contents, *, office: str, case: str, certificate: str, sealing: Sealing
) -> bytes:
    """Return the package under the office's seal, the same bytes for the same contents.

    Raises whatever signer or time-stamp authority raise; then the intent stays
    on record and the next export comes back to it.
    """
    manifest = manifest_of(contents)
    # (1) What is about to be sealed, on record before the key is touched.
    with sealing.open_books() as books:
        seal = books.package_seals.intend(
            PackageSeal(
                office=office,
                case=case,
                certificate=certificate,
                manifest_sha256=hashlib.sha256(manifest).hexdigest(),
                intended_at=sealing.now(),
            )
        )
    signature = seal.signature
    if signature is None:
        # (2) No transaction is open: signer and time-stamp authority may take their time.
        made = sealing.seal(office, manifest)
        # (3) Two that export at once hand out one and the same seal.
        with sealing.open_books() as books:
            signature = books.package_seals.keep(seal, made, at=sealing.now()).signature or made
    return evidence_package(contents, seal=signature)
