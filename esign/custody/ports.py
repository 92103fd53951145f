"""What the rest of the platform may ask of whoever holds the keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from cryptography.x509 import ReasonFlags

from esign.algorithms import SigningAlgorithm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esign.evidence import EvidenceDigests


_P256: Final = SigningAlgorithm.P256


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKey:
    """A key for one signing act, with the certificate that binds it to its evidence."""

    uri: str
    certificate: bytes
    """DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRequest:
    """A key for one signing act, with the request for its certificate."""

    uri: str
    request: bytes
    """PKCS #10, DER."""


class Custody(Protocol):
    """Satisfied by the vault inside the signer process and by its client outside."""

    def sign_digest(self, key: str, digest: bytes) -> bytes:
        """Return a signature (DER): ECDSA over a SHA-256 digest, or SM2 over its imprint e.

        Which of them, the key's name says.
        """
        ...

    def sign_once(self, key: str, digest: bytes) -> bytes:
        """Sign with an event key; the key is gone afterwards, whatever happens."""
        ...

    def make_event_key(
        self,
        *,
        office: str,
        common_name: str,
        evidence: EvidenceDigests,
        algorithm: SigningAlgorithm = _P256,
    ) -> EventKey: ...

    def make_event_request(
        self, *, office: str, common_name: str, evidence: EvidenceDigests
    ) -> EventRequest:
        """Make an event key, on P-256, that an outside authority is to certify."""
        ...

    def enrol_notary(
        self, *, office: str, notary: str, common_name: str, algorithm: SigningAlgorithm = _P256
    ) -> str:
        """Make key and certificate of a notary, once; return the key's URI."""
        ...

    def revoke(
        self,
        *,
        office: str,
        serial: int,
        reason: ReasonFlags = ReasonFlags.unspecified,
        algorithm: SigningAlgorithm = _P256,
    ) -> None: ...

    def revocation_list(
        self, *, office: str, authority: str = "", algorithm: SigningAlgorithm = _P256
    ) -> bytes:
        """Return a list of the office's authority made just now, in DER.

        ``authority`` names one of its keys; empty is the one in use for ``algorithm``.
        """
        ...

    def last_checkpoint(self) -> bytes:
        """Return the checkpoint of the log that was signed last; empty for none."""
        ...

    def sign_checkpoint(
        self, *, size: int, root: bytes, old_size: int, proof: Sequence[bytes]
    ) -> bytes:
        """Sign a tree that begins with the last one, or raise `CheckpointRefused`."""
        ...

    def certificate_status(self, authority: str, request: bytes) -> bytes:
        """Return an OCSP answer (RFC 6960) about a certificate of ``authority``, in DER."""
        ...
