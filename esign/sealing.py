"""Two-step sealing: what was checked is exactly what is sealed.

``prepare`` runs every lint and hands back a permit; ``seal`` accepts nothing
but a permit, and accepts it once.  There is no path from raw bytes to a
signature of the office.
"""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING

from esign.errors import LintFailed, PermitMisused, PermitSpent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Lint = Callable[[bytes], str | None]
    SignDocument = Callable[[bytes], bytes]


class SealPermit:
    """Proof that one document passed every lint of one sealer.  Spends once."""

    def __init__(self, document: bytes, issuer: DocumentSealer) -> None:
        self._lock = threading.Lock()
        self._document: bytes | None = document
        self._issuer = issuer
        self.digest = hashlib.sha256(document).hexdigest()
        """SHA-256 of what will be sealed, for the intent on record."""

    def redeem(self, by: DocumentSealer) -> bytes:
        with self._lock:
            if by is not self._issuer:
                raise PermitMisused
            document, self._document = self._document, None
        if document is None:
            raise PermitSpent
        return document


class DocumentSealer:
    def __init__(self, *, lints: Sequence[Lint], sign: SignDocument) -> None:
        self._lints = lints
        self._sign = sign

    def prepare(self, document: bytes) -> SealPermit:
        """Check ``document`` against every lint and permit sealing it once."""
        broken = [reason for lint in self._lints if (reason := lint(document))]
        if broken:
            raise LintFailed("; ".join(broken))
        return SealPermit(document, issuer=self)

    def seal(self, permit: SealPermit) -> bytes:
        """Spend ``permit`` and return the sealed document."""
        return self._sign(permit.redeem(by=self))
