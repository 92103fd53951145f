"""The allow-list of what may be done with private keys; runs inside the signer process.

An authority's key signs certificates and lists that this module made itself,
never a digest from outside.  An event key signs once and is destroyed.
"""

from __future__ import annotations

import re
import secrets
import threading
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ReasonFlags
from cryptography.x509.oid import NameOID

from esign.algorithms import SigningAlgorithm
from esign.authorities import profiles
from esign.authorities.creation import appoint_responder, has_responder, issuer_of, key_for
from esign.authorities.directory import notary_name, office_name
from esign.authorities.issuing import CertificateOrder, Subject, issue
from esign.authorities.register import RevocationRegister
from esign.authorities.revocation import OFFICE_LIST_VALID, Revoked, revocation_list
from esign.custody.audit import AuditTrail
from esign.custody.event_requests import event_request
from esign.custody.keyring import Keyring
from esign.custody.log_signer import LogSigner
from esign.custody.places import FILES
from esign.custody.ports import EventKey, EventRequest
from esign.custody.private_keys import sign_with
from esign.custody.status import StatusDesk
from esign.custody.uris import KeyUri, KeyUse
from esign.errors import AuthorityMissing, KeyMisused, KeyStopped, RequestRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.x509 import Certificate

    from esign.authorities.directory import AuthorityDirectory
    from esign.authorities.issuing import AuthorityKey
    from esign.clock import Clock
    from esign.clock_proof import ClockProof
    from esign.custody.places import KeyPlace
    from esign.evidence import EvidenceDigests

EVENT_KEYS_AT_ONCE: Final = 1000
"""More parties than could ever sign within one event certificate's life."""

_P256: Final = SigningAlgorithm.P256
_OFFICE_AUTHORITY: Final = re.compile(r"office\.[a-z0-9-]+\.authority(?:\.[0-9]{1,4})?")


class Vault:
    def __init__(
        self,
        files: AuthorityDirectory,
        *,
        now: Clock,
        base_url: str,
        proof: ClockProof,
        place: KeyPlace = FILES,
    ) -> None:
        """``proof`` is asked before a tree of the log is dated."""
        self._files = files
        self._now = now
        self._base_url = base_url.rstrip("/")
        self._keyring = Keyring(files.keys, place)
        self._audit = AuditTrail(files.records / "audit.jsonl", now=now)
        self._revoked = RevocationRegister(files.records / "revoked.jsonl")
        self._log = LogSigner(files, self._audit, now=now, proof=proof)
        self._lock = threading.Lock()
        self._event_keys: dict[KeyUri, datetime] = {}

    def sign_digest(self, key: str, digest: bytes) -> bytes:
        uri = _for_use(key, KeyUse.SIGN)
        self._check_running(uri.name)
        private = self._keyring.load(uri)
        return self._signed("sign_digest", uri, private, digest)

    def sign_once(self, key: str, digest: bytes) -> bytes:
        uri = _for_use(key, KeyUse.SIGN_ONCE)
        self._forget_expired()
        with self._lock:
            self._event_keys.pop(uri, None)
        private = self._keyring.take(uri)
        return self._signed("sign_once", uri, private, digest)

    def make_event_key(
        self,
        *,
        office: str,
        common_name: str,
        evidence: EvidenceDigests,
        algorithm: SigningAlgorithm = _P256,
    ) -> EventKey:
        uri = self._new_event_key(algorithm)
        order = CertificateOrder(
            profile=profiles.EVENT,
            subject=Subject(common_name=common_name),
            public_key=self._keyring.load(uri).public_key(),
            evidence=evidence.to_der(),
        )
        certificate = self._issue(office, order, algorithm)
        return EventKey(uri=str(uri), certificate=certificate.public_bytes(Encoding.DER))

    def make_event_request(
        self, *, office: str, common_name: str, evidence: EvidenceDigests
    ) -> EventRequest:
        uri = self._new_event_key(_P256)
        key = self._keyring.load(uri)
        self._audit.append("make_event_request", office=office, key=str(uri))
        request = event_request(
            common_name,
            key.public_key(),
            evidence,
            sign=lambda digest: self._signed("sign_event_request", uri, key, digest),
        )
        return EventRequest(uri=str(uri), request=request)

    def _new_event_key(self, algorithm: SigningAlgorithm) -> KeyUri:
        uri = KeyUri("memory", algorithm.named(f"event.{secrets.token_hex(16)}"))
        self._forget_expired()
        with self._lock:
            if len(self._event_keys) >= EVENT_KEYS_AT_ONCE:
                raise RequestRefused("too many event keys wait to be used")
            self._event_keys[uri] = self._now() + profiles.EVENT.valid_for
        self._keyring.make(uri)
        return uri

    def enrol_notary(
        self, *, office: str, notary: str, common_name: str, algorithm: SigningAlgorithm = _P256
    ) -> str:
        if self._files.is_under_dual_control:
            raise KeyMisused("key officers are registered; notaries are enrolled in a ceremony")
        role = algorithm.named(notary_name(office, notary))
        with self._lock:
            if not self._files.has_certificate(role):
                key = key_for(self._files, self._keyring, role)
                order = CertificateOrder(
                    profile=profiles.NOTARY,
                    subject=Subject(
                        common_name=common_name, organization=self._office_title(office)
                    ),
                    public_key=key.public_key(),
                )
                self._files.keep_certificate(role, self._issue(office, order, algorithm))
        return str(self._files.signing(role)[0])

    def revoke(
        self,
        *,
        office: str,
        serial: int,
        reason: ReasonFlags = ReasonFlags.unspecified,
        algorithm: SigningAlgorithm = _P256,
    ) -> None:
        self._audit.append("revoke", office=office, serial=f"{serial:x}", reason=reason.value)
        role = algorithm.named(office_name(office, "authority"))
        known = self._files.issued(serial)
        issuer = (
            self._files.current(role) if known is None else self._files.authority_of(role, known)
        )
        self._revoked.add(issuer, Revoked(serial=serial, at=self._now(), reason=reason))
        if not self._files.is_stopped(issuer):
            # Whoever asks for the list from now on finds it there.
            self.revocation_list(office=office, authority=issuer)

    def certificate_status(self, authority: str, request: bytes) -> bytes:
        self._keep_responder(authority)
        desk = StatusDesk(
            files=self._files, revoked=self._revoked, now=self._now, sign=self._answered
        )
        return desk.answer(authority, request)

    def _answered(self, uri: KeyUri, digest: bytes) -> bytes:
        uri = _for_use(str(uri), KeyUse.ANSWER)
        return self._signed("certificate_status", uri, self._keyring.load(uri), digest)

    def revocation_list(
        self, *, office: str, authority: str = "", algorithm: SigningAlgorithm = _P256
    ) -> bytes:
        by = SigningAlgorithm.of_name(authority) if authority else algorithm
        role = by.named(office_name(office, "authority"))
        authority = authority or self._files.current(role)
        if authority not in self._files.names(role):
            raise AuthorityMissing("the office has no such authority")
        self._check_running(authority)
        self._audit.append("revocation_list", office=office, authority=authority)
        listed = revocation_list(
            self._files.certificate(authority),
            self._keyring.load(self._files.uri(authority)),
            self._revoked.of(authority),
            now=self._now(),
            valid_for=OFFICE_LIST_VALID,
        )
        self._files.keep_revocation_list(authority, listed)
        self._keep_responder(authority)
        return listed

    def _keep_responder(self, authority: str) -> None:
        """Have the responder of an office's authority certified again before it ends.

        Its key stays, and that of the authority is at work here anyway. The root's is not:
        it renews its responder in the ceremony that publishes its list.
        """
        files = self._files
        if not (_OFFICE_AUTHORITY.fullmatch(authority) and files.has_certificate(authority)):
            return
        ends = files.certificate(authority).not_valid_after_utc
        if files.is_stopped(authority) or not self._now() <= ends:
            return
        half = self._now() + profiles.RESPONDER.valid_for / 2
        with self._lock:
            if has_responder(files, authority, until=half):
                return
            self._audit.append("renew_responder", authority=authority)
            appoint_responder(
                files, self._keyring, authority, now=self._now(), base_url=self._base_url
            )

    def last_checkpoint(self) -> bytes:
        return self._log.last_checkpoint()

    def sign_checkpoint(
        self, *, size: int, root: bytes, old_size: int, proof: Sequence[bytes]
    ) -> bytes:
        return self._log.sign_checkpoint(size=size, root=root, old_size=old_size, proof=proof)

    def _issue(
        self, office: str, order: CertificateOrder, algorithm: SigningAlgorithm
    ) -> Certificate:
        authority = self._files.current(algorithm.named(office_name(office, "authority")))

        def intend(draft: Certificate) -> None:
            self._files.record(draft, stage="intended")
            self._audit.append(
                "issue_certificate",
                authority=authority,
                profile=order.profile.name,
                serial=f"{draft.serial_number:x}",
            )

        self._check_running(authority)
        issuer = issuer_of(self._files, self._keyring, authority, self._base_url)
        certificate = issue(order, issuer, now=self._now(), record=intend)
        self._files.record(certificate, stage="issued")
        return certificate

    def _signed(self, operation: str, uri: KeyUri, private: AuthorityKey, digest: bytes) -> bytes:
        if len(digest) != hashes.SHA256.digest_size:
            raise RequestRefused("a digest has 32 bytes")
        self._audit.append(operation, key=str(uri), digest=digest.hex())
        return sign_with(private, digest)

    def _check_running(self, name: str) -> None:
        if self._files.is_stopped(name):
            raise KeyStopped("the key was given up in a ceremony")

    def _office_title(self, office: str) -> str:
        subject = self._files.signing(office_name(office, "seal"))[1].subject
        return str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    def _forget_expired(self) -> None:
        now = self._now()
        with self._lock:
            expired = [uri for uri, until in self._event_keys.items() if not now <= until]
            for uri in expired:
                del self._event_keys[uri]
        for uri in expired:
            self._keyring.take(uri)


def _for_use(key: str, use: KeyUse) -> KeyUri:
    uri = KeyUri.parse(key)
    if uri.use is not use:
        raise KeyMisused(f"this key is not for {use}")
    return uri
