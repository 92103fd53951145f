"""What was there before a time-stamper's key was stolen.

A thief writes any date into a token, so none of a stolen key counts by what it says (RFC
3161 section 4). It counts again where something that he could not make shows that it was
there before (proof of existence, ETSI EN 319 102-1 5.6.2): a later archive time-stamp of
another stamper, or what the caller knows of the file, as the transparency log tells it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from esign.errors import StamperStolen
from esign.verification.revocation import stolen_since, unrevoked_since

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography import x509


@dataclass(frozen=True, slots=True, kw_only=True)
class Existed:
    """Independent of every time-stamper: a file of this SHA-256 was there at this time."""

    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A time-stamp that is whole and of what it covers; whether its time counts is asked here."""

    certificate: x509.Certificate
    issuer: x509.Certificate
    at: datetime
    reach: int
    """Number of the signature in the file that it is, or is in."""

    def stolen_since(self, lists: Sequence[x509.CertificateRevocationList]) -> datetime | None:
        return stolen_since(self.certificate, self.issuer, lists)


@dataclass(slots=True, kw_only=True)
class Existence:
    """When each part of a file was there at the latest, as far as it is proven."""

    document: bytes
    ends: Sequence[int]
    """Of the file as each signature left it, in bytes, the first one first."""

    existed: Sequence[Existed] = ()
    _stamps: list[Token] = field(default_factory=list)

    def check(self, token: Token, lists: Sequence[x509.CertificateRevocationList]) -> datetime:
        """Return the date of the newest list that lets the time of ``token`` stand, or raise.

        Later tokens first: what an earlier one of a stolen key needs is a later one that
        counts. Raises `StamperStolen`; `CertificateRevoked` where the key was given up for
        another reason, before the time that the token says.
        """
        stolen = token.stolen_since(lists)
        if stolen is not None and not (
            token.at < stolen and any(at < stolen for at in self._proven(token.reach))
        ):
            raise StamperStolen(
                "a time-stamper's key was in other hands, and nothing else proves that its "
                "stamp was there before"
            )
        return unrevoked_since(token.certificate, token.issuer, lists, used_at=token.at)

    def count(self, stamp: Token) -> None:
        """Let an archive time-stamp that was checked prove what it covers."""
        self._stamps.append(stamp)

    def _proven(self, reach: int) -> list[datetime]:
        by_stamps = [each.at for each in self._stamps if each.reach > reach]
        return by_stamps + [each.at for each in self.existed if self._was(each.sha256, reach)]

    def _was(self, sha256: str, reach: int) -> bool:
        """Say whether the file was this with that signature, or is it since a later one."""
        return any(
            hashlib.sha256(self.document[:end]).hexdigest() == sha256 for end in self.ends[reach:]
        )
