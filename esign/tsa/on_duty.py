"""The time-stamping authority under the key that its role uses now.

A key ceremony gives the role another key while the process runs; whoever asks next is
answered under it, and what the one before stamped carries its certificate with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from esign.authorities.directory import TSA
from esign.tsa.authority import TimeStampingAuthority

if TYPE_CHECKING:
    from esign.authorities.directory import AuthorityDirectory
    from esign.clock import Clock
    from esign.clock_proof import ClockProof
    from esign.custody.ports import Custody


class AuthorityOnDuty:
    """Shared by all threads. Raises `AuthorityMissing` where no key was ever made."""

    def __init__(
        self, files: AuthorityDirectory, *, custody: Custody, now: Clock, proof: ClockProof
    ) -> None:
        self._files = files
        self._custody = custody
        self._now = now
        self._proof = proof
        self._on_duty = self._appointed(files.current(TSA))

    def answer(self, request: bytes) -> bytes:
        """Return a ``TimeStampResp`` in DER, for any input."""
        name, authority = self._on_duty
        if name != (now := self._files.current(TSA)):
            self._on_duty = _, authority = self._appointed(now)
        return authority.answer(request)

    def _appointed(self, name: str) -> tuple[str, TimeStampingAuthority]:
        return name, TimeStampingAuthority(
            certificate=self._files.certificate(name),
            key=str(self._files.uri(name)),
            custody=self._custody,
            now=self._now,
            proof=self._proof,
        )
