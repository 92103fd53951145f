"""The web and worker processes' side of custody: they hold no key, only this address."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final

from cryptography.x509 import ReasonFlags

from esign import errors
from esign.algorithms import SigningAlgorithm
from esign.custody import wire
from esign.custody.ports import EventKey, EventRequest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from esign.evidence import EvidenceDigests

PATIENCE_S: Final = 10.0
"""A signature takes a millisecond; a signer that needs ten seconds is down."""

_P256: Final = SigningAlgorithm.P256

_REFUSALS: Final[dict[str, type[errors.EsignError]]] = {
    refusal.__name__: refusal
    for refusal in (
        errors.AlgorithmUnavailable,
        errors.AuthorityMissing,
        errors.CheckpointRefused,
        errors.ClockUnproven,
        errors.CallerRefused,
        errors.KeyExists,
        errors.KeyMisused,
        errors.KeyStopped,
        errors.AuthorityEnded,
        errors.KeyStoreUnavailable,
        errors.KeyUnknown,
        errors.KeyUnsuitable,
        errors.LintFailed,
        errors.PinRefused,
        errors.RequestRefused,
        errors.SignatureBroken,
    )
}


class CustodyClient:
    def __init__(self, path: Path, *, patience_s: float = PATIENCE_S) -> None:
        self._path = path
        self._patience_s = patience_s

    def ping(self) -> None:
        """Raise `CustodyUnavailable` unless the signer process answers."""
        self._ask("ping")

    def sign_digest(self, key: str, digest: bytes) -> bytes:
        return bytes.fromhex(self._ask("sign_digest", key=key, digest=digest.hex())["signature"])

    def sign_once(self, key: str, digest: bytes) -> bytes:
        return bytes.fromhex(self._ask("sign_once", key=key, digest=digest.hex())["signature"])

    def make_event_key(
        self,
        *,
        office: str,
        common_name: str,
        evidence: EvidenceDigests,
        algorithm: SigningAlgorithm = _P256,
    ) -> EventKey:
        made = self._ask(
            "make_event_key",
            office=office,
            common_name=common_name,
            identity_check=evidence.identity_check,
            ceremony_segment=evidence.ceremony_segment,
            document=evidence.document,
            algorithm=algorithm,
        )
        return EventKey(uri=made["key"], certificate=bytes.fromhex(made["certificate"]))

    def make_event_request(
        self, *, office: str, common_name: str, evidence: EvidenceDigests
    ) -> EventRequest:
        made = self._ask(
            "make_event_request",
            office=office,
            common_name=common_name,
            evidence=evidence.to_der().hex(),
        )
        return EventRequest(uri=made["key"], request=bytes.fromhex(made["request"]))

    def enrol_notary(
        self, *, office: str, notary: str, common_name: str, algorithm: SigningAlgorithm = _P256
    ) -> str:
        asked = {"office": office, "notary": notary, "common_name": common_name}
        return self._ask("enrol_notary", **asked, algorithm=algorithm)["key"]

    def revoke(
        self,
        *,
        office: str,
        serial: int,
        reason: ReasonFlags = ReasonFlags.unspecified,
        algorithm: SigningAlgorithm = _P256,
    ) -> None:
        asked = {"office": office, "serial": f"{serial:x}", "reason": reason.value}
        self._ask("revoke", **asked, algorithm=algorithm)

    def revocation_list(
        self, *, office: str, authority: str = "", algorithm: SigningAlgorithm = _P256
    ) -> bytes:
        asked = self._ask(
            "revocation_list", office=office, authority=authority, algorithm=algorithm
        )
        return bytes.fromhex(asked["list"])

    def last_checkpoint(self) -> bytes:
        return bytes.fromhex(self._ask("last_checkpoint")["note"])

    def sign_checkpoint(
        self, *, size: int, root: bytes, old_size: int, proof: Sequence[bytes]
    ) -> bytes:
        asked = {"size": str(size), "old_size": str(old_size), "root": root.hex()}
        path = b"".join(proof).hex()
        return bytes.fromhex(self._ask("sign_checkpoint", **asked, proof=path)["note"])

    def certificate_status(self, authority: str, request: bytes) -> bytes:
        answer = self._ask("certificate_status", authority=authority, request=request.hex())
        return bytes.fromhex(answer["answer"])

    def _ask(self, operation: str, **fields: str) -> dict[str, str]:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(self._patience_s)
                connection.connect(str(self._path))
                wire.send(connection, {"operation": operation, **fields})
                answer = _answer(connection)
        except OSError as error:
            raise errors.CustodyUnavailable("the signer process does not answer") from error
        if "error" in answer:
            refusal = _REFUSALS.get(answer["error"], errors.CustodyUnavailable)
            raise refusal(answer.get("detail", ""))
        return answer


def _answer(connection: socket.socket) -> dict[str, str]:
    try:
        return wire.receive(connection)
    except errors.RequestRefused as broken:
        # Nobody refused anything: the signer went away in the middle of its answer.
        raise errors.CustodyUnavailable("the signer process did not finish its answer") from broken
